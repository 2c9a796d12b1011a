"""What was posted, what became of it, and when that means starting over from the safe head. Pure.

Source: OP Stack specs, "Holocene: Derivation" (batcher hardening); op-batcher `batcher/sync_actions.go`.
Starting over is always safe (see `opcycle.batcher.settling`), so a rule may be too strict, never too lax.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from opcycle.batcher.channel import Channel
from opcycle.l1.receipts import Receipt
from opcycle.protocol.types import BlockId, Hash


@dataclass(frozen=True, slots=True)
class PostedChannel:
    """A channel on its way to L1, or there: L2 blocks `first` to `last`, `size` bytes in `frames` frames.

    `reason` says why it was closed with these blocks; `transactions` are those sent so far, in which are the
    first `sent` frames; `opened` and `completed` are the L1 blocks with the first and the last frame, None
    while not mined.
    """

    id: bytes
    first: BlockId
    last: BlockId
    size: int
    frames: int
    reason: str
    sent: int = 0
    transactions: tuple[Hash, ...] = ()
    opened: BlockId | None = None
    completed: BlockId | None = None

    @classmethod
    def of(cls, channel: Channel, reason: str) -> "PostedChannel":
        """Nothing of it is sent yet."""
        frames = len(channel.payloads)
        return cls(channel.id, channel.first.id, channel.last.id, channel.size, frames, reason)

    @property
    def is_sent(self) -> bool:
        """Whether every frame is."""
        return self.sent == self.frames

    @property
    def name(self) -> str:
        return f"channel {self.id.hex()[:8]}"

    def with_transaction(self, transaction: Hash, *, frames: int) -> "PostedChannel":
        """The next `frames` frames are sent in it."""
        return replace(self, sent=self.sent + frames, transactions=(*self.transactions, transaction))

    def located(self, receipts: Sequence[Receipt | None]) -> "PostedChannel":
        """With what became of its transactions; one that was outbid has its successor's hash."""
        if not receipts:
            return self
        found = zip(self.transactions, receipts, strict=True)
        is_complete = self.is_sent and None not in receipts
        return replace(
            self,
            transactions=tuple(receipt.transaction if receipt else sent for sent, receipt in found),
            opened=_block_of(receipts[0]),
            completed=_block_of(receipts[-1]) if is_complete else None,
        )

    def __str__(self) -> str:
        blocks = f"L2 blocks {self.first.number} to {self.last.number}"
        count = "" if self.is_sent else f"{self.sent} of "
        frames = f"{count}{self.frames} frame{'s' if self.frames > 1 else ''}"
        hashes = ", ".join(f"0x{transaction.hex()}" for transaction in self.transactions)
        return f"{self.name} ({self.reason}): {blocks}, {frames}, {self.size} bytes in {hashes}"


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules look at. `posted` are the channels after the L2 block `base`, which was safe before.

    `in_flight` counts the account's transactions that L1 has not mined; `timeout` is the channel timeout in
    L1 blocks. `safe_head`, `current_l1` (what the node is reading) and `l1_head` are block numbers.
    """

    posted: Sequence[PostedChannel]
    base: BlockId
    safe_head: int
    current_l1: int
    l1_head: int
    in_flight: int
    timeout: int


def _block_of(receipt: Receipt | None) -> BlockId | None:
    return None if receipt is None else receipt.block


def why_start_over(now: Situation) -> str | None:
    """The first reason why what was posted will not become the safe chain as it is; None if it may."""
    if now.safe_head < now.base.number:
        return f"the safe head is L2 block {now.safe_head} and was {now.base} before: L1 reorganised"
    newest = now.posted[-1].last if now.posted else now.base
    if now.safe_head > newest.number:
        return f"the safe head is L2 block {now.safe_head}, ahead of {newest}, the last one posted from here"
    return next((why for channel in now.posted if (why := _why_not_safe(channel, now))), None)


def _why_not_safe(channel: PostedChannel, now: Situation) -> str | None:
    opened, completed = channel.opened, channel.completed
    is_mined = opened is not None and (completed is not None or not channel.is_sent)
    if channel.transactions and now.in_flight == 0 and not is_mined:
        return f"{channel.name} is lost: L1 has mined other transactions with the nonces of its own"
    if completed is not None and now.current_l1 > completed.number:
        return (
            f"{channel.name} was dropped: the node has read L1 beyond its last frame in block {completed}, "
            f"and the safe head is L2 block {now.safe_head}"
        )
    if opened is not None and completed is None and now.l1_head > opened.number + now.timeout:
        return f"{channel.name} has timed out: open since L1 block {opened}, L1 is at {now.l1_head}"
    return None
