"""Portal, oracle and pause driven together with the model of them: everyone who could act, acts."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from eth_utils.crypto import keccak
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from tests.fuzz.evm import GAS, Event, HaltedError, RefusedError
from tests.fuzz.message_passer import Claim, MessagePasser, Shows, WithdrawalTuple, withdrawal_hash
from tests.fuzz.puppet import GAS_EATER, REVERTER, puppet_code
from tests.fuzz.settlement_model import ESTIMATOR, NOBODY, Market, SettlementModel, Setup
from tests.fuzz.system import INTERVAL, MARKET, PERIOD, system
from tests.fuzz.tally import CountingMachine, Refusal
from tests.unit.deploy.configs import account

PUPPET, FAILING, HUNGRY, FRESH = map(account, ("puppet", "failing", "hungry", "fresh"))
ETHER = 10**18

nth = st.integers(0, 2**16)
"""Picks from a list whose length only the running machine knows."""


def often(*values: Any, rarely: Sequence[Any]) -> st.SearchStrategy[Any]:
    """`values` in about three of four draws, one of `rarely` otherwise."""
    weight = max(1, 3 * len(rarely) // len(values))
    return st.sampled_from((*values * weight, *rarely))


payees = st.sampled_from(("bob", "puppet", "puppet", "failing", "hungry", "fresh", "portal"))
gas_limits = often(0, 21_000, 100_000, 2_000_000, rarely=(28_000_000, 40_000_000, 2**64, 2**256 - 1))
attacks = st.sampled_from(("none", "the same again", "another one", "deposit", "prove another", "propose"))
spoilings = often("not at all", rarely=("cut", "bent", "other", "nothing", "swapped root"))
identifiers = st.sampled_from(("all", "portal", "another chain"))


def setup() -> Setup:
    found = system()
    roles = found.config.roles
    return Setup(
        portal=found.portal.address,
        proposer=roles.proposer,
        challenger=roles.challenger,
        guardian=roles.guardian,
        interval=INTERVAL,
        l2_block_time=found.config.block_time,
        l2_start=found.deployment.rollup.genesis_time,
        period=PERIOD,
        market_limit=MARKET.max_resource_limit,
        market_target=MARKET.max_resource_limit // MARKET.elasticity_multiplier,
        market_denominator=MARKET.base_fee_max_change_denominator,
        market_minimum=MARKET.minimum_base_fee,
        market_maximum=MARKET.maximum_base_fee,
    )


class SettlementMachine(CountingMachine):
    """Each rule is one action, by somebody who may or may not; after each, state equals the model's."""

    model_type: ClassVar[type[SettlementModel]] = SettlementModel

    def __init__(self) -> None:
        super().__init__()
        self.system = system()
        self.chain, self.setup = self.system.chain, setup()
        self.snapshot = self.chain.evm.snapshot()
        self.chain.set_code(FAILING, REVERTER)
        self.chain.set_code(HUNGRY, GAS_EATER)
        who = (self.system.alice, self.system.bob, PUPPET, FAILING, HUNGRY, FRESH, self.setup.portal)
        params = self.system.portal.read("params")
        self.model = self.model_type(
            setup=self.setup,
            number=self.system.first_block,
            now=self.system.first_time,
            base_fee=0,
            market=Market(*params),
            block_hash=lambda number: keccak(text=str(number)),  # what pyrevm gives without a chain
            balances={address: self.chain.balance(address) for address in who},
            is_contract=frozenset({PUPPET}),
            targets={FAILING: self._fails, HUNGRY: self._fails},
        )
        self.wealth = sum(self.model.balances.values())
        self.l2 = MessagePasser()
        self.withdrawals: list[WithdrawalTuple] = []
        self.claims: dict[bytes, Claim] = {}
        self._set_block()

    @initialize(stage=st.sampled_from((3, 4, 3, 2, 1, 4, 0)), payee=payees, gas_limit=gas_limits)
    def begin(self, stage: int, payee: str, gas_limit: int) -> None:
        """With nothing, or with withdrawals that are proposed, proven, ripe, or to be proven again.

        Few runs would get there alone.
        """
        if stage >= 1:
            self.send_ether(ETHER, is_donation=False)
            for name in ("puppet", "puppet", "failing"):
                self.withdraw(name, 3, 100_000, b"")
            self.withdraw(payee, ETHER // 100, gas_limit, b"")
            self.wait_for_an_edge(0, 1, 1)
            self.propose("proposer", "honest", 0, "none", "bob", 0)
        if stage >= 2:
            for which in range(4):
                self.prove(which, 0, "not at all")
        if stage == 3:
            self._advance(1, PERIOD + 1, 0)
        if stage == 4:
            self.delete_outputs("challenger", 0)
            self._advance(1, PERIOD - 1, 0)
            self.propose("proposer", "honest", 0, "none", "bob", 0)

    def teardown(self) -> None:
        self.chain.evm.revert(self.snapshot)

    # --- time -------------------------------------------------------------------------------------

    @rule(blocks=st.integers(1, 3), seconds=st.integers(1, 60), base_fee=st.sampled_from((0, 7, 30)))
    def wait(self, blocks: int, seconds: int, base_fee: int) -> None:
        self._advance(blocks, seconds, base_fee * 10**9)
        self.done["wait"] += 1

    @rule(which=nth, offset=st.sampled_from((-1, 0, 1, 1)), blocks=st.sampled_from((1, 50, 300)))
    def wait_for_an_edge(self, which: int, offset: int, blocks: int) -> None:
        """To just before, at, or just after a moment at which some answer changes."""
        model = self.model
        edges = [proof.timestamp + PERIOD for proof in model.proofs.values()]
        edges += [output.timestamp + PERIOD for output in model.outputs]
        edges += [since + 7_884_000 for since in model.pauses.values()]
        edges += [self.setup.l2_start + model.next_l2_block() * self.setup.l2_block_time]
        ahead = [edge + offset for edge in edges if edge + offset > model.now]
        if ahead:
            self._advance(blocks, ahead[which % len(ahead)] - model.now, model.base_fee)
            self.done["wait_for_an_edge"] += 1

    # --- deposits ---------------------------------------------------------------------------------

    @rule(
        by_contract=st.booleans(),
        mint=st.integers(0, ETHER),
        value=st.one_of(st.integers(0, ETHER), st.integers(0, 2**256 - 1)),
        gas=often(21_000, 100_000, 400_000, 1_000_000, rarely=(0, 20_999, 5_000_000, 2**64 - 1)),
        size=often(0, 1, 40, rarely=(2_000, 120_000, 120_001)),
        is_creation=st.booleans(),
        to=st.sampled_from((bytes(20), FRESH)),
    )
    def deposit(
        self, by_contract: bool, mint: int, value: int, gas: int, size: int, is_creation: bool, to: bytes
    ) -> None:
        args = (to, value, gas, is_creation, b"\xda" * size)
        if by_contract:
            self._deposit_by_contract(mint, *args)
            return
        alice, portal = self.system.alice, self.system.portal
        events = self._act(
            "deposit",
            lambda: self.model.deposit(alice, to, mint, value, gas, is_creation, b"\xda" * size),
            lambda: portal.send(alice, "depositTransaction", *args, value=mint),
        )
        if events is not None:
            assert self.chain.gas_used >= self.model.burned_gas(gas), "M2: the gas was not paid for"

    def _deposit_by_contract(self, mint: int, *args: Any) -> None:
        self._load_puppet(self.system.portal.encode("depositTransaction", *args), forwards_value=True)
        to, value, gas, is_creation, data = args
        inner = self._puppet(lambda sent: self.model.deposit(PUPPET, to, sent, value, gas, is_creation, data))
        alice = self.system.alice

        def expected() -> list[Event]:
            self.model.pay(alice, PUPPET, mint)
            return inner(mint)

        events = self._act("deposit by a contract", expected, lambda: self._call_puppet(alice, mint))
        if events is not None and len(events) == 2:
            self.done["aliased deposit"] += 1

    @rule(value=st.integers(0, ETHER), is_donation=st.booleans())
    def send_ether(self, value: int, is_donation: bool) -> None:
        alice, portal = self.system.alice, self.system.portal
        if is_donation:
            self._act(
                "donate",
                lambda: self.model.donate(alice, value),
                lambda: portal.send(alice, "donateETH", value=value),
            )
        else:
            self._act(
                "send_ether",
                lambda: self.model.plain_transfer(alice, value),
                lambda: self._plain_call(alice, portal.address, value),
            )

    # --- outputs ----------------------------------------------------------------------------------

    @rule(
        who=often("proposer", rarely=("challenger", "alice")),
        kind=often("honest", "honest", "forged", rarely=("zero", "unknown")),
        ahead=often(0, rarely=(-INTERVAL, -1, 1, INTERVAL)),
        l1=often("none", "right", rarely=("wrong", "too old")),
        payee=payees,
        value=st.integers(0, ETHER),
    )
    def propose(self, who: str, kind: str, ahead: int, l1: str, payee: str, value: int) -> None:
        root = self._root(kind, payee, value)
        l2_block = max(0, self.model.next_l2_block() + ahead)
        number = self.model.number - (300 if l1 == "too old" else 1)
        hashes = {"none": bytes(32), "wrong": keccak(text="no block")}
        l1_hash = hashes.get(l1, keccak(text=str(number)))
        number = max(0, number)
        args = (root, l2_block, l1_hash, number)
        caller = self._role(who)
        self._act(
            "propose",
            lambda: self.model.propose(caller, *args),
            lambda: self.system.oracle.send(caller, "proposeL2Output", *args),
        )

    def _root(self, kind: str, payee: str, value: int) -> bytes:
        if kind in ("zero", "unknown"):
            return bytes(32) if kind == "zero" else keccak(text="nobody knows what this commits to")
        forged = []
        if kind == "forged":
            # worth more than was ever deposited, if it can be
            forged = [self._withdrawal(payee, value + self.model.balances[self.setup.portal], 100_000, b"")]
            self.withdrawals += forged
        claim = self.l2.claim(*forged)
        self.claims[claim.root] = claim
        return claim.root

    @rule(who=often("challenger", rarely=("proposer", "alice")), age=often(0, 1, rarely=(2, 3, -1)))
    def delete_outputs(self, who: str, age: int) -> None:
        index, caller = self._output_of(age), self._role(who)
        self._act(
            "delete_outputs",
            lambda: self.model.delete(caller, index),
            lambda: self.system.oracle.send(caller, "deleteL2Outputs", index),
        )

    # --- withdrawals ------------------------------------------------------------------------------

    @rule(
        payee=payees,
        value=st.integers(0, ETHER // 100),
        gas_limit=gas_limits,
        data=st.binary(max_size=40),
    )
    def withdraw(self, payee: str, value: int, gas_limit: int, data: bytes) -> None:
        withdrawal = self._withdrawal(payee, value, gas_limit, data)
        self.l2.record(withdrawal)
        self.withdrawals.append(withdrawal)
        self.done["withdraw"] += 1

    @precondition(lambda self: self.withdrawals and self.model.outputs)
    @rule(which=nth, age=often(0, 1, rarely=(2, 3, -1)), spoiling=spoilings)
    def prove(self, which: int, age: int, spoiling: str) -> None:
        withdrawal = self.withdrawals[-1 - which % len(self.withdrawals)]
        index = self._output_of(age)
        again = withdrawal_hash(withdrawal) in self.model.proofs
        args, claim, shows = self._proof(withdrawal, index, spoiling)
        events = self._act(
            "prove",
            lambda: self.model.prove(withdrawal, index, claim, shows=shows),
            lambda: self.system.portal.send(self.system.bob, "proveWithdrawalTransaction", *args),
        )
        if events is not None and again:
            self.done["prove again"] += 1

    def _proof(
        self, withdrawal: WithdrawalTuple, index: int, spoiling: str
    ) -> tuple[tuple[Any, ...], Claim, Shows]:
        """The call's arguments, the claim they are about, and what the nodes show."""
        outputs = self.model.outputs
        claim = self.claims.get(outputs[index].root) if index < len(outputs) else None
        if claim is None or spoiling == "swapped root":
            claim = self.l2.claim()
        nodes = self.l2.proof(withdrawal, claim)
        shows = self.l2.shows(withdrawal, claim) if spoiling in ("not at all", "swapped root") else Shows.NOTHING
        if spoiling == "cut":
            nodes = nodes[:-1]
        elif spoiling == "bent" and nodes:
            nodes[-1] = nodes[-1][:-1] + bytes([nodes[-1][-1] ^ 1])
        elif spoiling == "nothing":
            nodes = []
        elif spoiling == "other":
            forged = self._withdrawal("bob", 1, 0, b"never sent")
            nodes = self.l2.proof(forged, self.l2.claim(forged))
        return (withdrawal, index, claim.preimage, tuple(nodes)), claim, shows

    @precondition(lambda self: self.model.proofs)
    @rule(which=nth, other=nth, attack=attacks, who=often("alice", rarely=("estimator",)), twist=nth)
    def finalize(self, which: int, other: int, attack: str, who: str, twist: int) -> None:
        withdrawal = self._proven(which)
        if twist % 8 == 7:
            nonce, sender, target, value, *rest = withdrawal
            withdrawal = (nonce, sender, target, value + 1, *rest)  # never proven like this
        self._prepare(withdrawal, attack, other)
        caller = ESTIMATOR if who == "estimator" else self.system.alice
        events = self._act(
            "finalize",
            lambda: self.model.finalize(caller, withdrawal, GAS),
            lambda: self.system.portal.send(caller, "finalizeWithdrawalTransaction", withdrawal),
        )
        if events is not None:
            self.done["finalize, paid" if events[-1].args[1] else "finalize, target failed"] += 1
            if withdrawal[2] == PUPPET:
                self.done[f"attack: {attack}"] += 1

    @precondition(lambda self: self._promising())
    @rule(which=nth, margin=st.integers(0, 250_000))
    def finalize_with_little_gas(self, which: int, margin: int) -> None:
        """Whoever starves a withdrawal of gas achieves nothing: it is not executed, and can be later."""
        promising = self._promising()
        withdrawal = promising[which % len(promising)]
        self._prepare(withdrawal, "none", 0)
        gas = withdrawal[4] + margin
        portal, alice = self.system.portal, self.system.alice
        try:
            found = portal.send(alice, "finalizeWithdrawalTransaction", withdrawal, gas=gas)
        except HaltedError:
            self.done["starving, in vain"] += 1
        except RefusedError as error:
            if error.args[0] == "SafeCall_InsufficientGas":
                self.done["starving, in vain"] += 1
            else:
                self._expect(Refusal(*error.args), lambda: self.model.finalize(alice, withdrawal, GAS))
        else:
            self._require_promised_gas(withdrawal)
            self.done["finalize_with_little_gas"] += 1
            assert self._read(found) == self.model.finalize(alice, withdrawal, GAS)

    def _promising(self) -> list[WithdrawalTuple]:
        """Withdrawals that wait, to a target that needs no more gas than it was promised."""
        return [
            withdrawal
            for withdrawal in self.withdrawals
            if withdrawal[4] in (100_000, 2_000_000) and withdrawal_hash(withdrawal) in self.model.proofs
        ]

    # --- the pause --------------------------------------------------------------------------------

    @rule(
        who=often("guardian", rarely=("alice", "proposer")),
        action=st.sampled_from(("pause", "extend", "unpause", "unpause")),
        what=identifiers,
    )
    def guard(self, who: str, action: str, what: str) -> None:
        identifier, caller = self._identifiers()[what], self._role(who)
        expected = {"pause": self.model.pause, "extend": self.model.extend, "unpause": self.model.unpause}
        self._act(
            action,
            lambda: expected[action](caller, identifier),
            lambda: self.system.superchain.send(caller, action, identifier),
        )

    # --- what must hold after every step ----------------------------------------------------------

    @invariant()
    def portal_agrees(self) -> None:
        model, portal = self.model, self.system.portal
        market = portal.read("params")
        assert market == (model.market.price, model.market.bought, model.market.block)
        assert MARKET.minimum_base_fee <= market[0] <= MARKET.maximum_base_fee, "M1"
        assert market[1] <= MARKET.max_resource_limit, "M1"
        assert portal.read("l2Sender") == NOBODY, "P5"
        assert portal.read("paused") == model.is_portal_paused(), "S1"
        for withdrawal in self.withdrawals:
            hash_ = withdrawal_hash(withdrawal)
            proof = model.proofs.get(hash_)
            found = portal.read("provenWithdrawals", hash_)
            assert found == ((proof.root, proof.timestamp, proof.index) if proof else (bytes(32), 0, 0))
            assert portal.read("finalizedWithdrawals", hash_) == (hash_ in model.finalized), "P2"

    @invariant()
    def oracle_agrees(self) -> None:
        model, oracle = self.model, self.system.oracle
        assert oracle.read("nextOutputIndex") == len(model.outputs)
        assert oracle.read("nextBlockNumber") == INTERVAL * (len(model.outputs) + 1), "O1"
        for index, output in enumerate(model.outputs):
            assert oracle.read("getL2Output", index) == (output.root, output.timestamp, output.l2_block), "O1"
            assert self.system.portal.read("isOutputFinalized", index) == model.has_aged(output.timestamp)

    @invariant()
    def pauses_agree(self) -> None:
        for identifier in self._identifiers().values():
            since = self.model.pauses.get(identifier, 0)
            assert self.system.superchain.read("pauseTimestamps", identifier) == since
            assert self.system.superchain.read("paused(address)", identifier) == self.model.is_paused(identifier)

    @invariant()
    def ether_is_conserved(self) -> None:
        found = {address: self.chain.balance(address) for address in self.model.balances}
        assert found == self.model.balances, "P1"
        assert sum(found.values()) == self.wealth, "P1"

    # --- how it is done ---------------------------------------------------------------------------

    def _act(
        self, name: str, expected: Callable[[], list[Event]], actual: Callable[[], list[Event]]
    ) -> list[Event] | None:
        empty_blocks = self.model.number - self.model.market.block - 1
        events = self.compare(name, expected, lambda: self._read(actual()))
        price = self.system.portal.read("params")[0]
        if empty_blocks > 0 and abs(price - self.model.market.price) <= 1:
            self.model.market.price = price  # the contract's power is a fixed-point number: a wei may be lost
        return events

    def _read(self, events: list[Event]) -> list[Event]:
        return [self._read_puppet(event.args[0]) if event.name == "" else event for event in events]

    def _read_puppet(self, log: bytes) -> Event:
        succeeded = any(log[32:64])
        return Event("Puppet", (succeeded, () if succeeded else self.chain.explain(log[64:])))

    def _require_promised_gas(self, withdrawal: WithdrawalTuple) -> None:
        for log in self.chain.logs():
            if log.address == PUPPET:
                gas_at_start = int.from_bytes(log.data[:32], "big") + 2  # GAS itself costs 2
                assert gas_at_start >= withdrawal[4], "P6: less gas than promised"
                self.done["starving, gas measured"] += 1

    @staticmethod
    def _expect(refusal: Refusal, action: Callable[[], list[Event]]) -> None:
        try:
            action()
        except Refusal as expected:
            assert refusal == expected
            return
        raise AssertionError(f"the contract refuses with {refusal!r}, the model does not")

    def _prepare(self, withdrawal: WithdrawalTuple, attack: str, other: int) -> None:
        """What the puppet, if it is the target, does while it is called."""
        call, expected = self._attack(withdrawal, attack, other)
        forwards = attack == "deposit"
        target = self.system.bob if attack == "none" else self.setup.portal
        if attack == "propose":
            target = self.system.oracle.address
        self.chain.set_code(PUPPET, puppet_code(target, call, forwards_value=forwards))
        self.model.targets[PUPPET] = self._puppet(expected)

    def _attack(
        self, withdrawal: WithdrawalTuple, attack: str, other: int
    ) -> tuple[bytes, Callable[[int], list[Event]]]:
        model, portal = self.model, self.system.portal
        if attack == "none":
            return b"", lambda _: []
        if attack == "propose":
            args = (bytes(32), 0, bytes(32), 0)
            return self.system.oracle.encode("proposeL2Output", *args), lambda _: model.propose(PUPPET, *args)
        if attack == "deposit":
            call = portal.encode("depositTransaction", FRESH, 5, 50_000, False, b"")
            return call, lambda sent: model.deposit(PUPPET, FRESH, sent, 5, 50_000, False, b"")
        if attack == "prove another":
            victim = self.withdrawals[other % len(self.withdrawals)]
            proof, claim, shows = self._proof(victim, 0, "not at all")
            call = portal.encode("proveWithdrawalTransaction", *proof)
            return call, lambda _: model.prove(victim, 0, claim, shows=shows)
        victim = withdrawal if attack == "the same again" else self._proven(other)
        call = portal.encode("finalizeWithdrawalTransaction", victim)
        return call, lambda _: model.finalize(PUPPET, victim, GAS)

    def _load_puppet(self, call: bytes, *, forwards_value: bool) -> None:
        self.chain.set_code(PUPPET, puppet_code(self.setup.portal, call, forwards_value=forwards_value))

    @staticmethod
    def _puppet(inner: Callable[[int], list[Event]]) -> Callable[[int], list[Event]]:
        """A target that survives whatever its own call meets."""

        def run(value: int) -> list[Event]:
            try:
                return [*inner(value), Event("Puppet", (True, ()))]
            except Refusal as refusal:
                return [Event("Puppet", (False, refusal.args))]

        return run

    @staticmethod
    def _fails(value: int) -> list[Event]:
        raise Refusal("the target reverts")

    def _call_puppet(self, caller: bytes, value: int) -> list[Event]:
        return self._plain_call(caller, PUPPET, value)

    def _plain_call(self, caller: bytes, to: bytes, value: int) -> list[Event]:
        self.chain.send(caller, to, b"", value=value)
        return self.chain.decoded_logs()

    def _withdrawal(self, payee: str, value: int, gas_limit: int, data: bytes) -> WithdrawalTuple:
        payees = {
            "bob": self.system.bob,
            "puppet": PUPPET,
            "failing": FAILING,
            "hungry": HUNGRY,
            "fresh": FRESH,
            "portal": self.setup.portal,
        }
        nonce = 1 << 240 | len(self.withdrawals)
        return (nonce, self.system.alice, payees[payee], value, gas_limit, data)

    def _output_of(self, age: int) -> int:
        """The index of the newest output (0), of the one before, …; of none (-1)."""
        return max(0, len(self.model.outputs) - 1 - age)

    def _proven(self, which: int) -> WithdrawalTuple:
        """One of the proven, more often one that still waits."""
        proven = [item for item in self.withdrawals if withdrawal_hash(item) in self.model.proofs]
        waiting = [item for item in proven if withdrawal_hash(item) not in self.model.finalized]
        chosen = waiting if waiting and which % 4 else proven
        return chosen[which % len(chosen)]

    def _role(self, who: str) -> bytes:
        roles = {
            "alice": self.system.alice,
            "proposer": self.setup.proposer,
            "challenger": self.setup.challenger,
            "guardian": self.setup.guardian,
        }
        return roles[who]

    def _identifiers(self) -> dict[str, bytes]:
        return {"all": bytes(20), "portal": self.setup.portal, "another chain": account("another portal")}

    def _advance(self, blocks: int, seconds: int, base_fee: int) -> None:
        self.model.advance(blocks, seconds, base_fee)
        self._set_block()

    def _set_block(self) -> None:
        self.chain.set_block(self.model.number, self.model.now, self.model.base_fee)
