"""Portal, oracle and pause driven together with the model of them: everyone who could act, acts."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Any, ClassVar

from eth_utils.crypto import keccak
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from tests.fuzz.evm import GAS, Event, HaltedError
from tests.fuzz.message_passer import WithdrawalTuple, withdrawal_hash
from tests.fuzz.puppet import Call
from tests.fuzz.settlement_model import ESTIMATOR
from tests.fuzz.settlement_rig import ETHER, FRESH, PUPPET, Deed, SettlementRig
from tests.fuzz.system import INTERVAL, PERIOD
from tests.fuzz.tally import Refusal

nth = st.integers(0, 2**16)
"""Picks from a list whose length only the running machine knows."""


def often(*values: Any, rarely: Sequence[Any]) -> st.SearchStrategy[Any]:
    """`values` in about three of four draws, one of `rarely` otherwise."""
    weight = max(1, 3 * len(rarely) // len(values))
    return st.sampled_from((*values * weight, *rarely))


payees = st.sampled_from(("bob", "puppet", "puppet", "failing", "hungry", "fresh", "portal"))
gas_limits = often(0, 21_000, 100_000, 2_000_000, rarely=(28_000_000, 40_000_000, 2**64, 2**256 - 1))
ATTACKS = ("finalize itself", "finalize another", "deposit inside", "prove another", "propose inside")
attacks = st.lists(st.sampled_from(ATTACKS), unique=True, max_size=len(ATTACKS)).map(tuple)
spoilings = often("not at all", rarely=("cut", "bent", "other", "nothing", "swapped root"))
identifiers = st.sampled_from(("all", "portal", "another chain"))


class Start(Enum):
    """What has happened to withdrawals before the first step.

    Nothing; they were proven; this is the second in which their wait ends; it is over; the output that they
    were proven against was deleted and another proposed in its place; or the very same was proposed again.
    """

    EMPTY = auto()
    PROVEN = auto()
    DUE = auto()
    RIPE = auto()
    REPLACED = auto()
    RESTORED = auto()


class SettlementMachine(SettlementRig):
    """Each rule is one action, by somebody who may or may not."""

    start: ClassVar[Start] = Start.EMPTY

    @initialize(payee=payees, gas_limit=gas_limits)
    def begin(self, payee: str, gas_limit: int) -> None:
        """To where the run starts: few examples would get there alone."""
        if self.start is Start.EMPTY:
            return
        self.send_ether(ETHER, is_donation=False)
        for name in ("puppet", "puppet", "puppet", "puppet", "failing"):
            self.withdraw(name, 3, 100_000, b"")
        self.withdraw("bob", 2 * ETHER, 0, b"")  # more than the portal holds
        self.withdraw(payee, ETHER // 100, gas_limit, b"")
        self.wait_for_an_edge(0, 1, 1)
        self.propose("proposer", "honest", 0, "none", "bob", 0)
        for which in range(7):
            self.prove(which, 0, "not at all")
        if self.start in (Start.DUE, Start.RIPE):
            self._advance(1, PERIOD + (self.start is Start.RIPE), 0)
        if self.start in (Start.REPLACED, Start.RESTORED):
            self.delete_outputs("challenger", 0)
            self._advance(1, PERIOD - 1, 0)
            kind = "honest" if self.start is Start.REPLACED else "repeated"
            self.propose("proposer", kind, 0, "none", "bob", 0)
            self._advance(1, 2, 0)

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
        gas = gas if size < 100_000 else 5_000_000  # so that it is about the size
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
        to, value, gas, is_creation, data = args
        alice, portal = self.system.alice, self.system.portal
        self._load_puppet(
            (
                Call(portal.address, portal.encode("depositTransaction", *args), forwards_value=True),
                lambda sent: self.model.deposit(PUPPET, to, sent, value, gas, is_creation, data),
            )
        )

        def expected() -> list[Event]:
            self.model.pay(alice, PUPPET, mint)
            return self.model.targets[PUPPET](mint)

        events = self._act("deposit by a contract", expected, lambda: self._plain_call(alice, PUPPET, mint))
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
        kind=often("honest", "honest", "forged", rarely=("zero", "unknown", "repeated")),
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
        if kind == "repeated" and self.claims:
            return list(self.claims)[-1]
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

    @precondition(lambda self: self.model.proofs)
    @rule(which=nth, other=nth, what=attacks, who=st.sampled_from(("alice", "estimator")), twist=nth)
    def finalize(self, which: int, other: int, what: tuple[str, ...], who: str, twist: int) -> None:
        withdrawal = self._proven(which)
        if twist % 8 == 7:
            nonce, sender, target, value, gas_limit, data = withdrawal
            withdrawal = (nonce, sender, target, value + 1, gas_limit, data)  # never proven like this
        self._prepare(withdrawal, what, other)
        caller = ESTIMATOR if who == "estimator" else self.system.alice
        events = self._act(
            "finalize",
            lambda: self.model.finalize(caller, withdrawal, GAS),
            lambda: self.system.portal.send(caller, "finalizeWithdrawalTransaction", withdrawal),
        )
        if events is not None:
            self.done["finalize, paid" if events[-1].args[1] else "finalize, target failed"] += 1
            if withdrawal[2] == PUPPET:
                self.done.update(what)

    @precondition(lambda self: self._promising())
    @rule(which=nth, margin=st.integers(4, 25).map(lambda n: n * 10_000))
    def finalize_with_little_gas(self, which: int, margin: int) -> None:
        """Whoever starves a withdrawal of gas achieves nothing: it is not executed, and can be later."""
        promising = self._promising()
        withdrawal = promising[which % len(promising)]
        self._prepare(withdrawal, (), 0)
        gas = withdrawal[4] + margin
        portal, alice = self.system.portal, self.system.alice
        try:
            found = self._outcome(
                lambda: self._read(portal.send(alice, "finalizeWithdrawalTransaction", withdrawal, gas=gas))
            )
        except HaltedError:
            self.done["starving, in vain"] += 1
            return
        if isinstance(found, Refusal) and found.args[0] == "SafeCall_InsufficientGas":
            self.refused[found.args[0]] += 1
            self.done["starving, in vain"] += 1
            return
        if isinstance(found, list):
            self._require_promised_gas(withdrawal)
            self.done["finalize_with_little_gas"] += 1
        assert found == self._outcome(lambda: self.model.finalize(alice, withdrawal, GAS))

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

    def _require_promised_gas(self, withdrawal: WithdrawalTuple) -> None:
        for log in self.chain.logs():
            if log.address == PUPPET:
                gas_at_start = int.from_bytes(log.data[:32], "big") + 2  # GAS itself costs 2
                assert gas_at_start >= withdrawal[4], "P6: less gas than promised"
                self.done["starving, gas measured"] += 1

    def _prepare(self, withdrawal: WithdrawalTuple, attacks: Sequence[str], other: int) -> None:
        """What the puppet, if it is the target, does while it is called."""
        if not attacks:
            self._load_puppet((Call(self.system.bob, b""), lambda _: []))
            return
        self._load_puppet(*(self._attack(attack, withdrawal, other) for attack in attacks))

    def _attack(self, attack: str, withdrawal: WithdrawalTuple, other: int) -> Deed:
        model, portal = self.model, self.system.portal
        if attack == "propose inside":
            args = (bytes(32), 0, bytes(32), 0)
            call = self.system.oracle.encode("proposeL2Output", *args)
            return Call(self.system.oracle.address, call), lambda _: model.propose(PUPPET, *args)
        if attack == "deposit inside":
            call = portal.encode("depositTransaction", FRESH, 5, 50_000, False, b"")
            deed = Call(portal.address, call, forwards_value=True)
            return deed, lambda sent: model.deposit(PUPPET, FRESH, sent, 5, 50_000, False, b"")
        if attack == "prove another":
            victim = self.withdrawals[other % len(self.withdrawals)]
            proof, claim, shows = self._proof(victim, 0, "not at all")
            call = portal.encode("proveWithdrawalTransaction", *proof)
            return Call(portal.address, call), lambda _: model.prove(victim, 0, claim, shows=shows)
        victim = withdrawal if attack == "finalize itself" else self._proven(other)
        call = portal.encode("finalizeWithdrawalTransaction", victim)
        return Call(portal.address, call), lambda _: model.finalize(PUPPET, victim, GAS)
