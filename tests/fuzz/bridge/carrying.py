"""Between the chains: L2 executes what L1 deposited, withdrawals are proven and executed on L1, failed
messages relayed again.

All is certain where there is gas enough. Where there is less, the contracts are asked first, and the model is
told which message failed for want of gas; all else it must know itself.
"""

from typing import Any

from tests.fuzz.bridge.carriers import FAILED, RELAYED
from tests.fuzz.bridge.codec import Deposit, Message, alias, base_gas
from tests.fuzz.bridge.deploy import (
    FAUCET,
    FLAKY,
    GREED,
    GREEDY,
    HUNGRY,
    L1,
    L2,
    NOTING_CODE,
    OUTPUT_DELAY,
    PEOPLE,
    PROOF_DELAY,
    PROPOSER,
    PUPPET,
    REFUSING,
)
from tests.fuzz.bridge.ledger import Log, Side
from tests.fuzz.bridge.model import PAUSE_EXPIRY, Noting, Refusing
from tests.fuzz.bridge.properties import broken, judged, means, told
from tests.fuzz.bridge.rig import GAS, Rig
from tests.fuzz.message_passer import WithdrawalTuple, withdrawal_hash
from tests.fuzz.puppet import REVERTER
from tests.fuzz.tally import Refusal

ENOUGH = 4_000_000
"""Gas for whatever a target of the tests does."""

TOO_LITTLE = {"halted", "SafeCall_InsufficientGas"}
PROVE = "proveWithdrawalTransaction"
FINALIZE = {"games": "finalizeWithdrawalTransactionExternalProof", "oracle": "finalizeWithdrawalTransaction"}


def need(target: bytes, side: Side) -> int:
    """Gas with which a target surely does what it does."""
    if target == GREEDY:
        return GREED
    if target in (FLAKY, REFUSING, HUNGRY) or target not in side.codes:
        return 0
    return ENOUGH if target == PUPPET else 400_000


def is_sure(message: Message, gas: int, side: Side) -> bool:
    """Whether a relay with `gas`, the transaction's own included, does not depend on how far it goes."""
    base, needed = base_gas(len(message.data), message.min_gas), need(message.target, side)
    return gas >= base and (needed <= message.min_gas or gas >= base + needed * 64 // 63)


class Carrying(Rig):
    # --- to L2 ---

    def derive(self, count: int) -> None:
        """L2 executes the oldest deposits."""
        for _ in range(min(count, len(self.deposits))):
            self._execute(self.deposits.pop(0))

    def _execute(self, deposit: Deposit) -> None:
        end, side = self.sides(2)
        assert self.send(end, FAUCET, deposit.sender, b"", deposit.mint) is None
        self.minted += deposit.mint
        found = self.send(end, deposit.sender, deposit.to, deposit.data, deposit.value, deposit.gas)
        message = self.brought(deposit)
        asked = message or (Message.of_calldata(deposit.data) if deposit.to == L2["messenger"] else None)
        if asked is not None:
            sure = is_sure(asked, deposit.gas, side)
        else:
            sure = deposit.to not in side.codes or deposit.gas >= ENOUGH
        has_failed = found is not None and not sure and message is None
        self._observe(sure, end, found)
        wanted = self.model.execute(deposit, has_failed=has_failed)
        self.model.fates = {}
        if message is not None and wanted is None and found is not None:
            broken("M-2", f"a message that was sent with {deposit.gas} gas is not recorded: {told(found)}")
        if not has_failed:
            judged("relay" if message else "a deposit's call", wanted, found)
        if wanted is None:
            self.compare_logs("a deposit's call", end, side)
            self.collect(2)
        self._count_relays(2, "derive", wanted)

    def brought(self, deposit: Deposit) -> Message | None:
        """The message that the other messenger's deposit brings."""
        is_messengers = deposit.sender == alias(L1["messenger"]) and deposit.to == L2["messenger"]
        return Message.of_calldata(deposit.data) if is_messengers else None

    def _observe(self, sure: bool, end: Any, refusal: Refusal | None) -> None:
        """Where gas decides, the model is told how."""
        self.model.fates = {}
        if sure or refusal is not None:
            return
        for log in end.chain.logs():
            for declaration, succeeded in ((RELAYED, True), (FAILED, False)):
                if len(log.topics) == 2 and log.topics[0] == Log(b"", declaration, (bytes(32),)).raw[1][0]:
                    self.model.fates[log.topics[1]] = succeeded

    def _count_relays(self, chain: int, deed: str, refusal: str | None) -> None:
        _, side = self.sides(chain)
        self.count(deed, refusal)
        if refusal is None:
            for log in side.logs:
                if isinstance(log, Log) and log.declaration in (RELAYED, FAILED):
                    self.count(f"{'relayed' if log.declaration == RELAYED else 'failed'} on L{chain}")

    # --- to L1 ---

    def propose(self) -> None:
        """An output of L2 as it is now."""
        claim, outputs = self.passer.claim(), self.world.l1.outputs
        if self.settlement == "games":
            data, by = outputs.encode("propose", claim.root), PROPOSER
        else:
            block = outputs.read("nextBlockNumber")
            data, by = outputs.encode("proposeL2Output", claim.root, block, bytes(32), 0), PROPOSER
        assert self.send(self.world.l1, by, outputs.address, data) is None
        self.claims.append(claim)
        self.model.propose()
        self.count("propose")

    def prove(self, which: int, by: str, index: int, spoiling: str) -> None:
        """A withdrawal, against the newest output (0), or an older one."""
        if self.withdrawals and self.claims:
            self._prove(self.pick(which), by, max(0, len(self.claims) - 1 - index), spoiling)

    def _prove(self, withdrawal: WithdrawalTuple, by: str, index: int, spoiling: str = "not at all") -> None:
        claim = self.claims[index]
        nodes = self.passer.proof(withdrawal, claim)
        preimage = claim.preimage
        if spoiling == "value":
            withdrawal = (*withdrawal[:3], withdrawal[3] + 1, *withdrawal[4:])
        elif spoiling == "target":
            withdrawal = (*withdrawal[:2], PEOPLE["mallory"], *withdrawal[3:])
        elif spoiling == "sender":
            withdrawal = (withdrawal[0], L2["messenger"], *withdrawal[2:])
        elif spoiling == "root":
            preimage = (*preimage[:2], bytes(32), preimage[3])
        portal, hash_ = self.world.l1.portal, withdrawal_hash(withdrawal)
        is_in_it = hash_ in claim.members and spoiling != "root"
        data = portal.encode(PROVE, withdrawal, index, preimage, tuple(nodes))
        wanted = None
        try:
            self.model.prove(hash_, withdrawal[2], PEOPLE[by], index, is_in_it=is_in_it)
        except Refusal as refusal:
            wanted = str(refusal)
        judged("prove", wanted, self.send(self.world.l1, PEOPLE[by], portal.address, data))
        self.count("prove", wanted)

    def finalize(self, which: int, by: str, submitter: str, gas: int) -> None:
        """With gas enough (0), or with as much more than what was promised to the target."""
        if self.withdrawals:
            self._finalize(self.pick(which), by, PEOPLE[submitter], gas)

    def _finalize(self, withdrawal: WithdrawalTuple, by: str, submitter: bytes, more: int = 0) -> None:
        end, side = self.sides(1)
        promised = withdrawal[4]
        enough = promised * 64 // 63 + 400_000 + 32 * len(withdrawal[5])
        gas = min(GAS, promised + 60_000 + more if more else max(enough, ENOUGH + 10**6))
        args = (withdrawal, submitter) if self.settlement == "games" else (withdrawal,)
        data = end.portal.encode(FINALIZE[self.settlement], *args)
        found = self.send(end, PEOPLE[by], end.portal.address, data, gas=gas)
        if (
            found is not None
            and gas < enough
            and (found.args[0] in TOO_LITTLE or "enough gas" in str(found.args))
        ):
            self.count("finalize, in vain", "too little gas")
            return
        if found is None and gas * 63 < promised * 64 + 40_000 * 63:
            broken("M-6", f"a withdrawal that promises {promised} gas is executed with {gas}")
        if (
            found is not None
            and by == "estimator"
            and means(found, "estimation")
            and not self._is_sure(withdrawal)
        ):
            self.count("finalize", "estimation")
            return
        self._observe_withdrawal(withdrawal, found)
        wanted = None
        try:
            side.attempt(lambda: self.model.portal.finalize(PEOPLE[by], withdrawal, submitter))
        except Refusal as refusal:
            wanted = str(refusal)
        self.model.fates = {}
        judged("finalize", wanted, found)
        if wanted is None:
            self.compare_logs("finalize", end, side)
            self.collect(1)
            succeeded = side.logs[-1].raw[2][-1:] == b"\1" if isinstance(side.logs[-1], Log) else False
            if succeeded:
                self.paid.add(withdrawal_hash(withdrawal))
            self.count("withdrawal paid" if succeeded else "withdrawal's call failed")
        self._count_relays(1, "finalize", wanted)

    def _is_sure(self, withdrawal: WithdrawalTuple) -> bool:
        """Whether what the portal promised is enough."""
        _, side = self.sides(1)
        message = self._brought_to_l1(withdrawal)
        if message is not None:
            return need(message.target, side) <= message.min_gas
        return need(withdrawal[2], side) <= withdrawal[4]

    def _observe_withdrawal(self, withdrawal: WithdrawalTuple, refusal: Refusal | None) -> None:
        end, _ = self.sides(1)
        sure = self._is_sure(withdrawal)
        self._observe(sure, end, refusal)
        if not sure and refusal is None and self._brought_to_l1(withdrawal) is None:
            self.model.fates[withdrawal_hash(withdrawal)] = end.chain.logs()[-1].data[-1:] == b"\1"

    def _brought_to_l1(self, withdrawal: WithdrawalTuple) -> Message | None:
        _, sender, target, _, _, data = withdrawal
        return Message.of_calldata(data) if (sender, target) == (L2["messenger"], L1["messenger"]) else None

    def deliver(self, by: str, to_the_end: bool = True) -> None:
        """All withdrawals, from where they are to L1; or only until they are proven."""
        self.propose()
        self.advance(1, 1)
        waiting = [w for w in self.withdrawals if withdrawal_hash(w) not in self.model.l1.state.finalized]
        key = PEOPLE[by] if self.settlement == "games" else b""
        for withdrawal in waiting:
            if (withdrawal_hash(withdrawal), key) not in self.model.l1.state.proofs:
                self._prove(withdrawal, by, len(self.claims) - 1)
        if not to_the_end:
            return
        self.advance(5, max(PROOF_DELAY, OUTPUT_DELAY) + 1)
        for withdrawal in waiting:
            if (withdrawal_hash(withdrawal), key) in self.model.l1.state.proofs:
                self._finalize(withdrawal, by, PEOPLE[by])

    # --- again ---

    def replay(self, chain: int, which: int, by: str, gas: int, value: int = 0) -> None:
        """A failed message, or sometimes another, best one that once failed. `gas`: 0 for enough."""
        sent, failed = self.sent[2 - chain], self.failed(chain)
        messages = failed if failed and which % 4 else self.came_twice(chain) or sent
        if messages:
            self._replay(chain, messages[which // 4 % len(messages)], by, gas, value)

    def failed(self, chain: int) -> list[Message]:
        """Messages that came to a chain, and failed."""
        state = self.sides(chain)[1].state
        return [m for m in self.sent[2 - chain] if m.hash in state.failed - state.successful]

    def came_twice(self, chain: int) -> list[Message]:
        """Messages that failed, and succeeded later."""
        state = self.sides(chain)[1].state
        return [m for m in self.sent[2 - chain] if m.hash in state.failed & state.successful]

    def _replay(self, chain: int, message: Message, by: str, gas: int = 0, value: int = 0) -> None:
        end, side = self.sides(chain)
        enough = base_gas(len(message.data), message.min_gas) + ENOUGH * 64 // 63
        sent = min(gas or enough, GAS)
        found = self.send(end, PEOPLE[by], end.messenger.address, message.calldata, value, sent)
        if found is not None and found.args[0] == "halted" and sent < enough:
            self.count("replay, in vain", "too little gas")
            return
        sure = is_sure(message, sent, side)
        if found is not None and not sure and by == "estimator" and means(found, "estimation"):
            self.count("replay", "estimation")
            return
        self._observe(sure, end, found)
        wanted = None
        try:
            side.transact(PEOPLE[by], end.messenger.address, message.calldata, value)
        except Refusal as refusal:
            wanted = str(refusal)
        self.model.fates = {}
        judged("relay", wanted, found)
        if wanted is None:
            self.compare_logs("replay", end, side)
            self.collect(chain)
        self._count_relays(chain, "replay", wanted)

    def mend(self, chain: int, works: bool) -> None:
        """The target that sometimes reverts."""
        end, side = self.sides(chain)
        end.chain.set_code(FLAKY, NOTING_CODE if works else REVERTER)
        (Noting if works else Refusing)(side, FLAKY)
        self.count("mend")

    # --- time ---

    def wait(self, blocks: int, seconds: int) -> None:
        self.advance(blocks, seconds)
        self.count("wait")

    def wait_for_an_edge(self, which: int, offset: int) -> None:
        """To just before, at, or just after a moment at which some answer changes."""
        model = self.model
        edges = {at + PROOF_DELAY for _, at in model.l1.state.proofs.values()}
        edges |= {at + delay for at in model.outputs for delay in (OUTPUT_DELAY, PROOF_DELAY)}
        edges |= {since + PAUSE_EXPIRY for since in model.l1.state.pauses.values()}
        ahead = sorted(edge + offset for edge in edges if edge + offset > model.now)
        if ahead:
            self.advance(1, ahead[which % len(ahead)] - model.now)
            self.count("wait for an edge")

    def pick(self, which: int) -> WithdrawalTuple:
        """The newest withdrawal (0), the one before it, …, round and round."""
        return self.withdrawals[len(self.withdrawals) - 1 - which % len(self.withdrawals)]
