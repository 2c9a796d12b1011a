"""What every part of a play stands on: both chains' contracts and the model, how both are asked to act, and
what is under way between them."""

from typing import Any

from tests.fuzz.bridge.carriers import DEPOSITED, EXECUTED, FAILED
from tests.fuzz.bridge.codec import Deposit, Message, alias
from tests.fuzz.bridge.deploy import ALICE, FLAKY, L1, L2, PEOPLE, PUPPET, End, World, deployed
from tests.fuzz.bridge.ledger import GasLog, Log, PuppetLog, Side
from tests.fuzz.bridge.model import Model, Puppet
from tests.fuzz.bridge.properties import REFUSALS, broken, judged
from tests.fuzz.disputes.deploy import Artifacts, account, chosen
from tests.fuzz.evm import HaltedError, RefusedError
from tests.fuzz.message_passer import Claim, MessagePasser, WithdrawalTuple
from tests.fuzz.plays import Recorded
from tests.fuzz.puppet import REVERTER, Call, puppet_code
from tests.fuzz.tally import Refusal

from opcycle.keccak import keccak

GAS = 30_000_000
APPROVALS = {
    keccak(b"Approval(address,address,uint256)"),
    keccak(b"ApprovalForAll(address,address,bool)"),
}
"""Not looked at: versions of OpenZeppelin differ in when they tell."""

NAMES = {address: f"L1 {name}" for name, address in L1.items()}
NAMES |= {address: f"L2 {name}" for name, address in L2.items()}
NAMES |= {address: name for name, address in PEOPLE.items()}
TARGETS = PEOPLE | {"nobody": bytes(20), "fresh": account("fresh")}


class Rig(Recorded):
    """Actions go to contracts and model alike, and what they answer is compared."""

    def __init__(
        self,
        *,
        settlement: str = "games",
        artifacts: Artifacts | None = None,
        model_type: type[Model] = Model,
    ) -> None:
        super().__init__()
        self.settlement = settlement
        self.world: World = deployed(artifacts or chosen(), settlement)
        self._snapshots = [end.chain.snapshot() for end in (self.world.l1, self.world.l2)]
        self.model = model_type(self.world)
        self.touched = {1, 2}
        """Chains that the next comparison looks at."""

        self.deposits: list[Deposit] = []
        """On their way to L2, the oldest first."""

        self.withdrawals: list[WithdrawalTuple] = []
        self.sent: tuple[list[Message], list[Message]] = ([], [])
        """All messages, by the chain that sent them."""

        self.paid: set[bytes] = set()
        """Withdrawals whose call succeeded."""

        self.minted = 0
        """Wei that deposits have brought to L2."""

        self.passer = MessagePasser()
        self.claims: list[Claim] = []
        self.escrowed: set[tuple[bytes, bytes, int]] = set()
        """What ever was in escrow."""

        self.tokens = {1: dict(self.world.l1.tokens), 2: dict(self.world.l2.tokens)}
        self.trained: dict[int, list[Call]] = {1: [], 2: []}
        for chain, (end, _) in enumerate((self.sides(1), self.sides(2)), 1):
            end.chain.set_code(FLAKY, REVERTER)  # code survives pyrevm's snapshots
            self.train(chain, [])
        self.advance(1, 1)

    def end(self) -> None:
        """Both EVMs as they were before."""
        for end, snapshot in zip((self.world.l1, self.world.l2), self._snapshots, strict=True):
            end.chain.revert(snapshot)

    def sides(self, chain: int) -> tuple[End, Side]:
        return (self.world.l1, self.model.l1) if chain == 1 else (self.world.l2, self.model.l2)

    # --- acting ---

    def act(
        self,
        deed: str,
        chain: int,
        by: str,
        to: bytes,
        data: bytes,
        value: int = 0,
    ) -> bool:
        """One transaction with gas enough, on both: whether it was done. What the puppet does, Alice tells it
        to."""
        end, side = self.sides(chain)
        sender = PEOPLE[by]
        if by == "puppet":
            self._load(chain, [Call(to, data, forwards_value=True)])
            sender, to, data = ALICE, PUPPET, b""
        wanted = self._expected(side, sender, to, data, value)
        found = self.send(end, sender, to, data, value)
        judged(deed, wanted, found)
        if wanted is None:
            self.compare_logs(deed, end, side)
            self.collect(chain)
            wanted = next(
                (log.refusal for log in side.logs if isinstance(log, PuppetLog) and by == "puppet"), None
            )
        if by == "puppet":
            self._load(chain, self.trained[chain])
        self.count(deed if by != "puppet" else f"{deed}, by a contract", wanted)
        return wanted is None

    def _expected(self, side: Side, sender: bytes, to: bytes, data: bytes, value: int) -> str | None:
        try:
            side.transact(sender, to, data, value)
        except Refusal as refusal:
            return str(refusal)
        return None

    def count(self, deed: str, refusal: str | None = None) -> None:
        """One more success, or one more refusal for this reason."""
        if refusal is None:
            self.done[deed] += 1
            self.outcomes.append(deed)
        else:
            self.refused.update(refusal.split(" | "))
            self.outcomes.append(f"{deed}: {refusal}")

    def send(
        self, end: End, sender: bytes, to: bytes, data: bytes, value: int = 0, gas: int = GAS
    ) -> Refusal | None:
        """One transaction: why it is refused, or None."""
        self.touched.add(1 if end is self.world.l1 else 2)
        try:
            end.chain.send(sender, to, data, value=value, gas=gas)
        except RefusedError as error:
            return Refusal(*error.args)
        except HaltedError as error:
            return Refusal("halted", (str(error),))
        return None

    def train(self, chain: int, deeds: list[Call]) -> None:
        """What the puppet does from now on when it is called."""
        self.trained[chain] = deeds
        self._load(chain, deeds)

    def _load(self, chain: int, deeds: list[Call]) -> None:
        end, side = self.sides(chain)
        end.chain.set_code(PUPPET, puppet_code(deeds))
        puppet = side.codes[PUPPET]
        assert isinstance(puppet, Puppet)
        puppet.deeds = deeds

    # --- logs ---

    def compare_logs(self, deed: str, end: End, side: Side) -> None:
        found = [log for log in end.chain.logs() if not log.topics or log.topics[0] not in APPROVALS]
        wanted = side.logs
        for real, due in zip(found, wanted, strict=False):
            if isinstance(due, GasLog):
                self._compare_gas(deed, real, due)
            elif isinstance(due, PuppetLog):
                self._compare_puppet(deed, end, real.address, real.topics, real.data, due)
            elif (real.address, real.topics, real.data) != due.raw:
                broken(self._blamed(due), f"{deed}, by {_name(due.emitter)}: {_difference(real, due)}")
        if len(found) != len(wanted):
            broken(
                "L-1", f"{deed} logs {len(found)} times: {[_topic(log) for log in found]}, not {len(wanted)}"
            )

    def _blamed(self, due: Log) -> str:
        """Where a message, or a withdrawal's call, should have failed, that for whose sake it should."""
        if due.declaration == FAILED or (due.declaration == EXECUTED and not due.values[1]):
            reason = self.model.reasons.get(due.values[0], "").partition(" | ")[0]
            return REFUSALS.get(reason, "M-2")
        return "D-3" if due.declaration == DEPOSITED else "L-1"

    def _compare_gas(self, deed: str, real: Any, due: GasLog) -> None:
        if (real.address, real.topics) != (due.emitter, ()):
            broken("L-1", f"{deed}: {_name(real.address)} logs where the target's gas is due")
        gas = int.from_bytes(real.data, "big") + 2  # what GAS itself costs
        if gas < due.promised:
            broken("M-6", f"{deed}: the target gets {gas} gas of {due.promised}")

    def _compare_puppet(
        self, deed: str, end: End, address: bytes, topics: Any, data: bytes, due: PuppetLog
    ) -> None:
        if address != PUPPET or topics:
            broken("L-1", f"{deed}: {_name(address)} logs before the target's call is over")
        refusal = None if any(data[32:64]) else Refusal(*end.chain.explain(data[64:]))
        judged(f"{deed}: a call by a contract", due.refusal, refusal)

    # --- what is under way ---

    def collect(self, chain: int) -> None:
        """What a transaction has sent to the other chain."""
        _, side = self.sides(chain)
        self.escrowed |= side.state.escrow
        for item in side.outbox:
            if chain == 1:
                self.deposits.append(item)
            else:
                self.withdrawals.append(item)
                self.passer.record(item)
        self.sent[chain - 1].extend(self._messages(chain))

    def _messages(self, chain: int) -> list[Message]:
        """What the messenger has told the other one, of a transaction's outbox."""
        _, side = self.sides(chain)
        found = []
        for item in side.outbox:
            sender, data = (item.sender, item.data) if chain == 1 else (item[1], item[5])
            is_messengers = sender == (alias(L1["messenger"]) if chain == 1 else L2["messenger"])
            if is_messengers and (message := Message.of_calldata(data)):
                found.append(message)
        return found

    # --- time ---

    def advance(self, blocks: int, seconds: int) -> None:
        self.model.number += blocks
        self.model.now += seconds
        self.touched.add(1)
        self.world.l1.chain.set_block(self.model.number, self.model.now)
        self.world.l2.chain.set_block(self.model.number * 6, self.model.now)


def _name(address: bytes) -> str:
    return NAMES.get(address, f"0x{address.hex()}")


def _topic(log: Any) -> str:
    return f"0x{log.topics[0].hex()[:8]}" if log.topics else "?"


def _difference(real: Any, due: Log) -> str:
    name = due.declaration.partition("(")[0]
    address, topics, _ = due.raw
    if real.topics[:1] != topics[:1]:
        return f"another event where {name} is due"
    if real.address != address:
        return f"{name} is logged by {_name(real.address)}"
    return (
        f"{name} has topics {[t.hex() for t in real.topics[1:]]} and data {real.data.hex()}, not {due.values}"
    )
