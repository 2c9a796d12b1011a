"""What the settlement machine stands on: contracts, model and L2, how they act, and that they agree."""

from collections.abc import Callable
from typing import Any, ClassVar

from eth_utils.crypto import keccak
from hypothesis.stateful import invariant
from tests.fuzz.evm import Event
from tests.fuzz.message_passer import Claim, MessagePasser, Shows, WithdrawalTuple, withdrawal_hash
from tests.fuzz.puppet import GAS_EATER, REVERTER, Call, puppet_code
from tests.fuzz.settlement_model import NOBODY, Market, SettlementModel, Setup
from tests.fuzz.system import INTERVAL, MARKET, PERIOD, system
from tests.fuzz.tally import CountingMachine, Refusal
from tests.unit.deploy.configs import account

PUPPET, FAILING, HUNGRY, FRESH = map(account, ("puppet", "failing", "hungry", "fresh"))
ETHER = 10**18

Deed = tuple[Call, Callable[[int], list[Event]]]
"""A call that the puppet makes, and what it is expected to do with the value that the puppet was sent."""


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


class SettlementRig(CountingMachine):
    """After each step the contracts' state equals the model's."""

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

    def teardown(self) -> None:
        self.chain.evm.revert(self.snapshot)

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
            assert self.system.superchain.read("paused(address)", identifier) == self.model.is_paused(
                identifier
            )

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

    def _proof(
        self, withdrawal: WithdrawalTuple, index: int, spoiling: str
    ) -> tuple[tuple[Any, ...], Claim, Shows]:
        """The call's arguments, the claim they are about, and what the nodes show."""
        outputs = self.model.outputs
        claim = self.claims.get(outputs[index].root) if index < len(outputs) else None
        if claim is None or spoiling == "swapped root":
            claim = self.l2.claim()
        nodes = self.l2.proof(withdrawal, claim)
        shows = (
            self.l2.shows(withdrawal, claim) if spoiling in ("not at all", "swapped root") else Shows.NOTHING
        )
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

    def _load_puppet(self, *deeds: Deed) -> None:
        """Give the puppet its calls, and the model what they are expected to do. It survives them all."""
        self.chain.set_code(PUPPET, puppet_code([call for call, _ in deeds]))

        def run(value: int) -> list[Event]:
            events = []
            for _, expected in deeds:
                try:
                    events += [*expected(value), Event("Puppet", (True, ()))]
                except Refusal as refusal:
                    events.append(Event("Puppet", (False, refusal.args)))
            return events

        self.model.targets[PUPPET] = run

    @staticmethod
    def _fails(value: int) -> list[Event]:
        raise Refusal("the target reverts")

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
