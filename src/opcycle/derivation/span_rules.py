"""When a span batch is taken apart into singular batches: the rules, in the order in which they are asked.

They look at the span as a whole: where it starts and ends, and whether what it says of blocks that are safe
already is what these are. Its new blocks then pass the rules of singular batches one by one: from Holocene as
they are derived, before it here, so that one invalid block drops the span. Source: OP Stack
specs, "Span Batches" and "Holocene: Span Batch Queue", with the overlap check that specs PR 928 requires;
op-node `derive/batches.go` (`checkSpanBatchPrefix`), which in version 1.18 lacks that check.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from opcycle.derivation.batch_rules import Ruling
from opcycle.derivation.span_block_rules import check_new_blocks
from opcycle.derivation.verdicts import Decision, Reason
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.rollup import Fork, RollupConfig
from opcycle.protocol.span_batches import CHECK_SIZE, SpanBatch, SpanBlock
from opcycle.protocol.types import L1Block, L1BlockRef, L1Header, L2BlockRef


@dataclass(frozen=True, slots=True)
class NeedL2Block:
    """Nothing more can be derived before block `number` of the safe chain is given: a span overlaps it."""

    number: int


@dataclass(frozen=True, slots=True)
class SpanCandidate:
    """A span batch and what the rules compare it with.

    `l1_blocks` are those known from the current epoch on, consecutive; `reading` is the L1 block being read;
    `parent` the block before the span, None for the rules that do not need it.
    """

    config: RollupConfig
    batch: SpanBatch
    safe_head: L2BlockRef
    l1_blocks: Sequence[L1Block]
    reading: L1BlockRef
    parent: L2BlockRef | None = None

    @property
    def next_timestamp(self) -> int:
        return self.safe_head.timestamp + self.config.block_time

    @property
    def is_holocene(self) -> bool:
        return self.config.is_active(Fork.HOLOCENE, self.reading.timestamp)

    @property
    def overlap(self) -> int:
        """Only for rules behind `misaligned_timestamp`."""
        return blocks_until(self.batch, self.safe_head)

    @property
    def epoch(self) -> L1Header:
        """The current epoch: the safe head's, or the next once it has been filled with forced batches."""
        return self.l1_blocks[0].header

    @property
    def parent_block(self) -> L2BlockRef:
        if self.parent is None:
            raise AssertionError("only rules that come before the parent do without it")
        return self.parent


def blocks_until(batch: SpanBatch, safe_head: L2BlockRef) -> int:
    """How many of the batch's blocks are safe already, if they are aligned with the safe chain's."""
    if batch.start > safe_head.timestamp:
        return 0
    return (safe_head.timestamp - batch.start) // batch.block_time + 1


Rule: TypeAlias = Callable[[SpanCandidate], Ruling | None]


def no_l1_blocks(candidate: SpanCandidate) -> Ruling | None:
    if not candidate.l1_blocks:
        return Ruling(Decision.UNDECIDED, Reason.NO_L1_BLOCKS)
    return None


def next_origin_unknown(candidate: SpanCandidate) -> Ruling | None:
    if candidate.batch.start_epoch == candidate.epoch.number + 1 and len(candidate.l1_blocks) < 2:
        return Ruling(Decision.UNDECIDED, Reason.NEXT_ORIGIN_UNKNOWN, f"epoch {candidate.batch.start_epoch}")
    return None


def before_delta(candidate: SpanCandidate) -> Ruling | None:
    starts_next = candidate.batch.start_epoch == candidate.epoch.number + 1
    origin = candidate.l1_blocks[1].header if starts_next else candidate.epoch
    if not candidate.config.is_active(Fork.DELTA, origin.timestamp):
        return _drop(Reason.SPAN_BEFORE_DELTA, f"L1 origin {origin.id}")
    return None


def future_timestamp(candidate: SpanCandidate) -> Ruling | None:
    if candidate.batch.start > candidate.next_timestamp:
        decision = Decision.DROP if candidate.is_holocene else Decision.FUTURE
        return Ruling(decision, Reason.FUTURE_TIMESTAMP, _times(candidate))
    return None


def past_timestamp(candidate: SpanCandidate) -> Ruling | None:
    if candidate.batch.end < candidate.next_timestamp:
        decision = Decision.PAST if candidate.is_holocene else Decision.DROP
        return Ruling(decision, Reason.PAST_TIMESTAMP, _times(candidate))
    return None


def misaligned_timestamp(candidate: SpanCandidate) -> Ruling | None:
    if (candidate.next_timestamp - candidate.batch.start) % candidate.config.block_time:
        return _drop(Reason.MISALIGNED_TIMESTAMP, _times(candidate))
    return None


def starts_before_chain(candidate: SpanCandidate) -> Ruling | None:
    """No block can be its parent. op-node looks for one in vain and passes over the batch."""
    if candidate.safe_head.number - candidate.overlap < candidate.config.genesis_l2.number:
        return Ruling(Decision.PAST, Reason.STARTS_BEFORE_CHAIN, _times(candidate))
    return None


def parent_mismatch(candidate: SpanCandidate) -> Ruling | None:
    parent, expected = candidate.batch.parent_check, candidate.parent_block
    if parent != expected.hash[:CHECK_SIZE]:
        return _drop(Reason.PARENT_MISMATCH, f"0x{parent.hex()}…, block {expected.number} is another")
    return None


def window_expired(candidate: SpanCandidate) -> Ruling | None:
    last_chance = candidate.batch.start_epoch + candidate.config.seq_window_size
    if last_chance < candidate.reading.number:
        return _drop(
            Reason.WINDOW_EXPIRED, f"in L1 block {candidate.reading.number}, due by block {last_chance}"
        )
    return None


def epoch_too_new(candidate: SpanCandidate) -> Ruling | None:
    if candidate.batch.start_epoch > candidate.parent_block.l1_origin.number + 1:
        return _drop(Reason.EPOCH_TOO_NEW, _epochs(candidate))
    return None


def end_origin_unknown(candidate: SpanCandidate) -> Ruling | None:
    """An L1 block yet to come. It stays undecided at most until the sequence window has passed."""
    end_epoch = candidate.batch.end_epoch
    if end_epoch > candidate.l1_blocks[-1].header.number:
        return Ruling(Decision.UNDECIDED, Reason.END_ORIGIN_UNKNOWN, f"epoch {end_epoch}")
    return None


def end_origin_mismatch(candidate: SpanCandidate) -> Ruling | None:
    """The last block's L1 origin vouches for all before it: they are its ancestors.

    op-node no longer knows an origin before the current epoch; from Holocene on it passes over the span and
    reads on in the channel, and so does kona, where the specification drops the channel as well.
    """
    index = candidate.batch.end_epoch - candidate.epoch.number
    if index < 0:
        decision = Decision.PAST if candidate.is_holocene else Decision.DROP
        return Ruling(decision, Reason.EPOCH_TOO_OLD, _epochs(candidate))
    origin = candidate.l1_blocks[index].header
    if candidate.batch.origin_check != origin.hash[:CHECK_SIZE]:
        return _drop(Reason.EPOCH_HASH_MISMATCH, f"0x{candidate.batch.origin_check.hex()}…, here {origin.id}")
    return None


def epoch_too_old(candidate: SpanCandidate) -> Ruling | None:
    if candidate.batch.start_epoch < candidate.parent_block.l1_origin.number:
        return _drop(Reason.EPOCH_TOO_OLD, _epochs(candidate))
    return None


def overlap_mismatch(found: SpanBlock, safe: L2Block) -> Ruling | None:
    if found.transactions != safe.user_transactions:
        return _drop(Reason.OVERLAP_TRANSACTIONS, f"block {safe.ref}")
    if found.epoch_number != safe.ref.l1_origin.number:
        detail = f"block {safe.ref}: epoch {found.epoch_number}, not {safe.ref.l1_origin.number}"
        return _drop(Reason.OVERLAP_EPOCH, detail)
    return None


def new_block_too_old(candidate: SpanCandidate) -> Ruling | None:
    """The first new block names an epoch that forced batches have filled; later blocks' epochs only grow."""
    epoch = candidate.batch.epoch_of(candidate.overlap)
    if epoch < candidate.epoch.number:
        return _drop(Reason.EPOCH_TOO_OLD, f"epoch {epoch}, the current one is {candidate.epoch.number}")
    return None


RULES_WITHOUT_PARENT: tuple[Rule, ...] = (
    no_l1_blocks,
    next_origin_unknown,
    before_delta,
    future_timestamp,
    past_timestamp,
    misaligned_timestamp,
    starts_before_chain,
)

RULES_WITH_PARENT: tuple[Rule, ...] = (
    parent_mismatch,
    window_expired,
    epoch_too_new,
    end_origin_unknown,
    end_origin_mismatch,
    epoch_too_old,
)


class SpanCheck:
    """One run of the rules over one candidate.

    `answer` is the ruling, or the block of the safe chain that the rules need first; `push` gives it.
    """

    def __init__(self, candidate: SpanCandidate):
        self.candidate = candidate
        self._run = _check(candidate)
        self.answer: Ruling | NeedL2Block = self._resume(None)

    def push(self, block: L2Block) -> None:
        """Raises ValueError unless it is the block that is needed."""
        if self.answer != NeedL2Block(block.ref.number):
            raise ValueError(f"L2 block {block.ref} is not what the span batch needs: {self.answer}")
        self.answer = self._resume(block)

    def _resume(self, block: L2Block | None) -> Ruling | NeedL2Block:
        try:
            return next(self._run) if block is None else self._run.send(block)
        except StopIteration as end:
            ruling: Ruling = end.value
            return ruling


def _check(candidate: SpanCandidate) -> Generator[NeedL2Block, L2Block, Ruling]:
    for rule in RULES_WITHOUT_PARENT:
        if (ruling := rule(candidate)) is not None:
            return ruling
    parent = candidate.safe_head
    if candidate.overlap:
        parent = (yield NeedL2Block(candidate.safe_head.number - candidate.overlap)).ref
    candidate = replace(candidate, parent=parent)
    for rule in RULES_WITH_PARENT:
        if (ruling := rule(candidate)) is not None:
            return ruling
    if not candidate.is_holocene and (ruling := _check_new_blocks(candidate)) is not None:
        return ruling
    blocks = candidate.batch.blocks()
    for number in range(parent.number + 1, candidate.safe_head.number + 1):
        if (ruling := overlap_mismatch(next(blocks), (yield NeedL2Block(number)))) is not None:
            return ruling
    if (ruling := new_block_too_old(candidate)) is not None:
        return ruling
    return Ruling(Decision.ACCEPT, Reason.VALID, _summary(candidate))


def _check_new_blocks(candidate: SpanCandidate) -> Ruling | None:
    return check_new_blocks(
        candidate.config,
        candidate.batch,
        safe_head=candidate.safe_head,
        parent=candidate.parent_block,
        l1_blocks=candidate.l1_blocks,
        inclusion=candidate.reading,
    )


def _drop(reason: Reason, detail: str) -> Ruling:
    return Ruling(Decision.DROP, reason, detail)


def _times(candidate: SpanCandidate) -> str:
    return f"{candidate.batch.start} to {candidate.batch.end}, the next is {candidate.next_timestamp}"


def _epochs(candidate: SpanCandidate) -> str:
    batch, parent = candidate.batch, candidate.parent_block
    return f"epochs {batch.start_epoch} to {batch.end_epoch}, the parent's is {parent.l1_origin.number}"


def _summary(candidate: SpanCandidate) -> str:
    batch = candidate.batch
    text = f"{len(batch)} blocks, {len(batch.transactions)} transactions"
    return f"{text}, {candidate.overlap} of the blocks safe already" if candidate.overlap else text
