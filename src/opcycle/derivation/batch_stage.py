"""Sixth stage: batches in, the one that is the next L2 block out; an empty one where none came in time.

A span batch is checked as a whole and then gives its new blocks, each of which may still be invalid.
Source: OP Stack specs, "Batch Queue" and "Holocene: Batch Queue"; op-node `derive/batch_stage.go`.
"""

from opcycle.derivation.batch_rules import Candidate, Ruling, check_batch
from opcycle.derivation.channel_assembler import OpenChannel
from opcycle.derivation.channel_reader import ChannelReader, IncludedBatch
from opcycle.derivation.epochs import Epochs, NextBatch
from opcycle.derivation.span_rules import NeedL2Block, SpanCandidate, SpanCheck, blocks_until
from opcycle.derivation.span_stream import SpanStream
from opcycle.derivation.verdicts import Decision, Reason, Verdict, VerdictLog
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.span_batches import SpanBatch
from opcycle.protocol.types import L1Block, L2BlockRef


class BatchStage:
    """Judges one batch at a time; `flush` drops what was read ahead."""

    def __init__(self, config: RollupConfig, prev: ChannelReader, epochs: Epochs, verdicts: VerdictLog):
        self._config = config
        self._prev = prev
        self._verdicts = verdicts
        self._epochs = epochs
        self._held: IncludedBatch | None = None
        self._check: SpanCheck | None = None
        self._stream: SpanStream | None = None

    @property
    def origin(self) -> L1Block:
        return self._prev.origin

    @property
    def open_channel(self) -> OpenChannel | None:
        return self._prev.open_channel

    def push_l2(self, block: L2Block) -> None:
        """Give the block that the last answer asked for. Raises ValueError for any other."""
        if self._check is None:
            raise ValueError(f"nobody asked for L2 block {block.ref}")
        self._check.push(block)

    def next(self, safe_head: L2BlockRef) -> NextBatch | NeedL2Block | None:
        """The batch of the L2 block after `safe_head`; None when that takes another L1 block.

        Raises ResetError if `safe_head` belongs to another L1 chain than the blocks being read, or to an
        epoch that is behind them.
        """
        self._epochs.follow(self.origin, safe_head)
        if self.origin.header.number <= safe_head.l1_origin.number:
            self._drain()
            return None
        while (included := self._pull(safe_head)) is not None:
            batch = included.batch
            if isinstance(batch, SpanBatch):
                answer = self._check_span(batch, safe_head)
                if isinstance(answer, NeedL2Block):
                    self._held = included
                    return answer
                self._carry_out(answer, included)
                if answer.decision is Decision.ACCEPT:
                    self._stream = self._stream_of(batch, included, safe_head)
            else:
                candidate = Candidate(self._config, batch, safe_head, self._epochs.blocks, included.inclusion)
                answer = check_batch(candidate)
                self._carry_out(answer, included)
                if answer.decision is Decision.ACCEPT:
                    return NextBatch(included.identity, batch, candidate.origin_block)
            if answer.decision is Decision.UNDECIDED:
                return None
        return self._epochs.forced_empty(safe_head, is_drained=True)

    def flush(self) -> None:
        self._held = self._check = self._stream = None
        self._prev.flush()

    def _carry_out(self, ruling: Ruling, included: IncludedBatch) -> None:
        self._verdicts.add(
            Verdict(included.identity, ruling.decision, ruling.reason, ruling.detail, included.inclusion.id)
        )
        if ruling.decision is Decision.DROP:
            self.flush()
        if ruling.decision is Decision.UNDECIDED:
            self._held = included

    def _check_span(self, batch: SpanBatch, safe_head: L2BlockRef) -> Ruling | NeedL2Block:
        """The ruling, or the L2 block that it takes; a check goes on where it was interrupted."""
        if self._check is None or self._check.candidate.safe_head != safe_head:
            self._check = SpanCheck(
                SpanCandidate(self._config, batch, safe_head, self._epochs.blocks, self.origin.ref)
            )
        answer = self._check.answer
        if isinstance(answer, Ruling):
            self._check = None
        return answer

    def _stream_of(self, batch: SpanBatch, included: IncludedBatch, safe_head: L2BlockRef) -> SpanStream:
        return SpanStream(
            included.identity,
            batch,
            included.inclusion,
            overlap=blocks_until(batch, safe_head),
            l1_blocks=[block.header.id for block in self._epochs.blocks],
        )

    def _pull(self, safe_head: L2BlockRef) -> IncludedBatch | None:
        if (held := self._held) is not None:
            self._held = None
            return held
        if self._stream is not None and (block := self._stream.next(safe_head.hash)) is not None:
            return block
        return self._prev.next()

    def _drain(self) -> None:
        """What L1 holds up to the safe head's own origin came too early to be about a later block."""
        while (included := self._prev.next()) is not None:
            self._verdicts.add(
                Verdict(
                    included.identity, Decision.PAST, Reason.ORIGIN_BEFORE_SAFE, "", included.inclusion.id
                )
            )
