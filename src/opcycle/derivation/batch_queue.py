"""Sixth stage before Holocene: batches wait for their turn; an empty one where none came in time.

Of all that wait, the first in the order of inclusion that is valid is next. A span batch is checked with all
its blocks, and then derived as it stands.
Source: OP Stack specs, "Batch Queue"; op-node `derive/batch_queue.go`.
"""

from opcycle.derivation.batch_rules import Candidate, Ruling, check_batch
from opcycle.derivation.channel_reader import ChannelReader, IncludedBatch
from opcycle.derivation.epochs import Epochs, NextBatch
from opcycle.derivation.span_rules import NeedL2Block, SpanCandidate, SpanCheck, blocks_until
from opcycle.derivation.span_stream import SpanStream
from opcycle.derivation.verdicts import BatchId, Decision, Reason, Verdict, VerdictLog
from opcycle.protocol.batches import SingularBatch
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import L1Block, L2BlockRef


class BatchQueue:
    """The batches that wait, in the order of their inclusion; `clear` forgets them."""

    def __init__(self, config: RollupConfig, prev: ChannelReader, epochs: Epochs, verdicts: VerdictLog):
        self._config = config
        self._prev = prev
        self._verdicts = verdicts
        self._epochs = epochs
        self._waiting: list[IncludedBatch] = []
        self._told: set[BatchId] = set()
        self._is_drained = False
        self._check: SpanCheck | None = None
        self._stream: SpanStream | None = None

    @property
    def origin(self) -> L1Block:
        return self._prev.origin

    def push_l2(self, block: L2Block) -> None:
        """Give the block that the last answer asked for. Raises ValueError for any other."""
        if self._check is None:
            raise ValueError(f"nobody asked for L2 block {block.ref}")
        self._check.push(block)

    def next(self, safe_head: L2BlockRef) -> NextBatch | NeedL2Block | None:
        """The batch of the L2 block after `safe_head`; None when that takes another L1 block.

        Batches are taken in one by one, and none is before it must be: what is valid with those in hand is
        next. Raises ResetError if `safe_head` belongs to another L1 chain than the blocks being read.
        """
        if (of_span := self._next_of_span(safe_head)) is not None:
            return of_span
        while True:
            if self._check is None:
                self._epochs.follow(self.origin, safe_head)
                self._take_in(safe_head)
            if self._epochs.blocks:
                answer = self._choose(safe_head)
                if answer is not None:
                    return answer
            if self._is_drained:
                return None

    def leave_span(self) -> None:
        """Forget the rest of the span batch that is being derived: its last block was none."""
        self._stream = None

    def clear(self, reason: Reason) -> None:
        for included in self._waiting:
            self._verdicts.drop(included.identity, self.origin.header.id, reason)
        self._waiting, self._check = [], None
        self._told.clear()

    def _take_in(self, safe_head: L2BlockRef) -> None:
        """One batch. What L1 holds before the safe head's own origin came too early for a later block."""
        included = self._prev.next()
        self._is_drained = included is None
        if included is None:
            return
        if self.origin.header.number < safe_head.l1_origin.number:
            self._give_verdict(included, Ruling(Decision.PAST, Reason.ORIGIN_BEFORE_SAFE))
        else:
            self._waiting.append(included)

    def _choose(self, safe_head: L2BlockRef) -> NextBatch | NeedL2Block | None:
        """The first valid batch; nothing while one before it is undecided; an empty one if all have gone."""
        kept: list[IncludedBatch] = []
        for place, included in enumerate(self._waiting):
            ruling = self._rule(included, safe_head)
            if isinstance(ruling, NeedL2Block):
                self._waiting = kept + self._waiting[place:]
                return ruling
            self._give_verdict(included, ruling)
            if ruling.decision is Decision.UNDECIDED:
                self._waiting = kept + self._waiting[place:]
                return None
            if ruling.decision is Decision.ACCEPT:
                self._waiting = kept + self._waiting[place + 1 :]
                return self._accept(included, safe_head)
            if ruling.decision is Decision.FUTURE:
                kept.append(included)
        self._waiting = kept
        return self._epochs.forced_empty(safe_head, is_drained=self._is_drained)

    def _rule(self, included: IncludedBatch, safe_head: L2BlockRef) -> Ruling | NeedL2Block:
        """The check that waits for an L2 block goes on for its own span; those before it are asked again."""
        batch, blocks = included.batch, self._epochs.blocks
        if isinstance(batch, SingularBatch):
            return check_batch(Candidate(self._config, batch, safe_head, blocks, included.inclusion))
        check = self._check
        if check is None or check.candidate.batch is not batch:
            check = SpanCheck(SpanCandidate(self._config, batch, safe_head, blocks, included.inclusion))
        if isinstance(check.answer, NeedL2Block):
            self._check = check
        elif check is self._check:
            self._check = None
        return check.answer

    def _accept(self, included: IncludedBatch, safe_head: L2BlockRef) -> NextBatch | None:
        batch, blocks = included.batch, self._epochs.blocks
        if isinstance(batch, SingularBatch):
            epoch = blocks[batch.epoch.number - blocks[0].header.number]
            return NextBatch(included.identity, batch, epoch)
        self._stream = SpanStream(
            included.identity,
            batch,
            included.inclusion,
            overlap=blocks_until(batch, safe_head),
            l1_blocks=[block.header.id for block in blocks],
        )
        return self._next_of_span(safe_head)

    def _next_of_span(self, safe_head: L2BlockRef) -> NextBatch | None:
        """The next block of the span that is being derived. Its rules have been asked, all at once."""
        if self._stream is not None and (block := self._stream.next(safe_head.hash)) is not None:
            return self._accept(block, safe_head)
        self._stream = None
        return None

    def _give_verdict(self, included: IncludedBatch, ruling: Ruling) -> None:
        """What waits is told once."""
        if ruling.decision in (Decision.FUTURE, Decision.UNDECIDED):
            if included.identity in self._told:
                return
            self._told.add(included.identity)
        else:
            self._told.discard(included.identity)
        self._verdicts.add(
            Verdict(included.identity, ruling.decision, ruling.reason, ruling.detail, included.inclusion.id)
        )
