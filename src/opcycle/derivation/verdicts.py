"""What derivation decided about each thing it met on L1, and why.

Anybody can send anything to the batch inbox, and a batcher can be wrong: neither is an error of this program.
Every batcher transaction, frame, channel and batch gets a verdict, which reaches the user.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, TypeAlias

from opcycle.protocol.types import BlockId, Hash

MAX_UNTAKEN = 16_384
"""Verdicts that a log keeps until they are taken; beyond, the oldest are forgotten."""


class Subject(StrEnum):
    """What kind of thing was judged."""

    TRANSACTION = "batcher transaction"
    FRAME = "frame"
    CHANNEL = "channel"
    BATCH = "batch"


class Decision(StrEnum):
    """What became of it. FUTURE belongs to the rules before Holocene, where a batch may wait for its turn."""

    ACCEPT = "accept"
    DROP = "drop"
    PAST = "past"
    FUTURE = "future"
    UNDECIDED = "undecided"


class Reason(StrEnum):
    """Why. One member per rule, named after it."""

    VALID = "it keeps every rule"

    # transactions to the inbox
    OTHER_RECIPIENT = "not sent to the batch inbox"
    TRANSACTION_TYPE = "a transaction type that carries no batches"
    OTHER_SENDER = "not sent by the batcher of the system config"
    EMPTY_DATA = "no data"
    NO_BLOBS = "a blob transaction without blobs"
    MALFORMED_APPEND_BATCH = "a call of appendBatch whose argument is not strictly ABI-encoded"
    ALT_DA_COMMITMENT = "an alt-DA commitment, and this chain uses none"
    MALFORMED_COMMITMENT = "not a well-formed alt-DA commitment"
    OTHER_COMMITMENT_TYPE = "an alt-DA commitment of another type than the chain's"
    DA_CHALLENGE_EXPIRED = "its alt-DA data was challenged, and nobody published it in time"
    DA_INPUT_TOO_LARGE = "more alt-DA data than a challenge could publish"
    UNKNOWN_VERSION = "an unknown derivation version"
    MALFORMED_BLOB = "a blob that encodes no payload"
    MALFORMED_FRAMES = "not a sequence of well-formed frames"

    # frames
    FRAME_AFTER_LAST = "its channel has had its last frame"
    FRAME_OUT_OF_ORDER = "not the next frame of its channel"
    FRAME_WITHOUT_FIRST = "the first frame of its channel is missing"
    FRAME_OF_ABANDONED_CHANNEL = "another channel started before this one's last frame"
    FRAME_OF_OTHER_CHANNEL = "another channel is being assembled"
    DUPLICATE_FRAME = "its channel has the same frame already"
    SECOND_LAST_FRAME = "its channel has another last frame already"

    # channels
    CHANNEL_ABANDONED = "another channel started before the last frame"
    CHANNEL_TIMED_OUT = "the channel timed out before its last frame"
    CHANNEL_BANK_FULL = "later data pushed the channel out of the channel bank"
    CHANNEL_TOO_LARGE = "more data than a channel may hold"
    UNKNOWN_COMPRESSION = "compressed in no known way"
    NO_BATCHES = "it decompresses to nothing"
    HOLOCENE_STARTS_AFRESH = "still waiting when Holocene began, which keeps nothing of before"
    INVALIDATED = "an invalid batch takes the rest of its channel along, and any channel begun"

    # batches
    MALFORMED_BATCH = "not a well-formed batch"
    MALFORMED_SPAN_TRANSACTION = "one of the span's transactions is none"
    SPAN_BEFORE_DELTA = "a span batch before Delta"
    ORIGIN_BEFORE_SAFE = "included no later than the safe head's own L1 origin"
    NO_L1_BLOCKS = "no L1 block is known yet"
    FUTURE_TIMESTAMP = "later than the next L2 block"
    PAST_TIMESTAMP = "at or before the safe head"
    MISALIGNED_TIMESTAMP = "its blocks fall between those of the safe chain"
    STARTS_BEFORE_CHAIN = "it starts with the L2 genesis or before"
    PARENT_MISMATCH = "the parent is not the safe head"
    WINDOW_EXPIRED = "included after the sequence window of its epoch"
    EPOCH_TOO_OLD = "an epoch before the current one"
    EPOCH_TOO_NEW = "an epoch beyond the next one"
    NEXT_ORIGIN_UNKNOWN = "the next L1 block is needed to decide"
    END_ORIGIN_UNKNOWN = "the L1 origin of its last block is needed to decide"
    EPOCH_HASH_MISMATCH = "the epoch is of another L1 chain"
    OVERLAP_TRANSACTIONS = "other transactions than those of a block that is safe already"
    OVERLAP_EPOCH = "another L1 origin than that of a block that is safe already"
    BEFORE_ORIGIN_TIME = "earlier than its L1 origin"
    ACTIVATION_BLOCK_NOT_EMPTY = "transactions in the first block of a fork"
    DRIFT_EXCEEDED = "transactions beyond the sequencer drift"
    ORIGIN_NOT_ADOPTED = "beyond the sequencer drift although the next L1 origin could be adopted"
    EMPTY_TRANSACTION = "an empty transaction"
    DEPOSIT_IN_BATCH = "a deposit, which only L1 may order"
    SET_CODE_BEFORE_ISTHMUS = "a set-code transaction before Isthmus"
    FORCED_EMPTY = "the sequence window passed without a batch: derivation makes an empty one"
    INVALID_PAYLOAD = "the engine rejected the block: deposits only instead"
    INVALID_BEFORE_HOLOCENE = "the engine rejected the block: another batch instead"


@dataclass(frozen=True, slots=True)
class TransactionId:
    """A transaction by hash; `blob` counts its blobs, None for calldata."""

    kind: ClassVar[Subject] = Subject.TRANSACTION
    hash: Hash
    blob: int | None = None

    def __str__(self) -> str:
        return f"0x{self.hash.hex()}" + ("" if self.blob is None else f" blob {self.blob}")


@dataclass(frozen=True, slots=True)
class FrameId:
    """Frame `number` of a channel (16 bytes)."""

    kind: ClassVar[Subject] = Subject.FRAME
    channel_id: bytes
    number: int

    def __str__(self) -> str:
        return f"{self.channel_id.hex()}#{self.number}"


@dataclass(frozen=True, slots=True)
class ChannelId:
    """A channel (16 bytes)."""

    kind: ClassVar[Subject] = Subject.CHANNEL
    channel_id: bytes

    def __str__(self) -> str:
        return self.channel_id.hex()


@dataclass(frozen=True, slots=True)
class BatchId:
    """Batch `index` of a channel and its L2 time in seconds (None if it cannot be read).

    `channel_id` is None for an empty batch that derivation made itself. `block` counts the blocks of a span
    batch, whose own time is that of its first one; None for all else.
    """

    kind: ClassVar[Subject] = Subject.BATCH
    channel_id: bytes | None
    index: int
    timestamp: int | None
    block: int | None = None

    def __str__(self) -> str:
        source = "forced" if self.channel_id is None else f"{self.channel_id.hex()}[{self.index}]"
        source += "" if self.block is None else f" block {self.block}"
        return f"{source} at time {'?' if self.timestamp is None else self.timestamp}"


Identity: TypeAlias = TransactionId | FrameId | ChannelId | BatchId


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decision. `inclusion` is the L1 block that was being read; `detail` has the values that decided.

    `frames` are those that an accepted transaction carries, in order.
    """

    identity: Identity
    decision: Decision
    reason: Reason
    detail: str
    inclusion: BlockId
    frames: tuple[FrameId, ...] = ()

    @property
    def subject(self) -> Subject:
        return self.identity.kind

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        head = f"L1 {self.inclusion}: {self.subject} {self.identity}"
        return f"{head}: {self.decision}, {self.reason}{detail}"


_NO_OBSTACLES = (Reason.OTHER_RECIPIENT, Reason.TRANSACTION_TYPE, Reason.OTHER_SENDER, Reason.INVALIDATED)
"""What anybody can send, and what only follows from another verdict."""


class VerdictLog:
    """Where the stages write their verdicts.

    `obstacle` is the last one that left something of the batcher's out, or left it for later, since a batch
    was accepted: it tells why the safe head stands where it is.
    """

    def __init__(self) -> None:
        self.obstacle: Verdict | None = None
        self._verdicts: deque[Verdict] = deque(maxlen=MAX_UNTAKEN)

    def accept(
        self, identity: Identity, inclusion: BlockId, reason: Reason = Reason.VALID, detail: str = ""
    ) -> None:
        self.add(Verdict(identity, Decision.ACCEPT, reason, detail, inclusion))

    def drop(self, identity: Identity, inclusion: BlockId, reason: Reason, detail: str = "") -> None:
        self.add(Verdict(identity, Decision.DROP, reason, detail, inclusion))

    def add(self, verdict: Verdict) -> None:
        self._verdicts.append(verdict)
        match verdict.decision:
            case Decision.ACCEPT:
                if verdict.subject is Subject.BATCH:
                    self.obstacle = None
            case Decision.DROP | Decision.UNDECIDED | Decision.FUTURE:
                if verdict.reason not in _NO_OBSTACLES:
                    self.obstacle = verdict

    def take(self) -> list[Verdict]:
        """All verdicts since the last call, in order."""
        taken = list(self._verdicts)
        self._verdicts.clear()
        return taken
