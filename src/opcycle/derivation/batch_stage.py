"""Sixth stage: batches in, the one that is the next L2 block out; an empty one where none came in time.

Source: OP Stack specs, "Batch Queue" and "Holocene: Batch Queue"; op-node `derive/batch_stage.go`.
"""

from opcycle.derivation.batch_rules import Candidate, check_batch
from opcycle.derivation.channel_assembler import OpenChannel
from opcycle.derivation.channel_reader import ChannelReader, IncludedBatch
from opcycle.derivation.epochs import Epochs, NextBatch
from opcycle.derivation.verdicts import Decision, Reason, Verdict, VerdictLog
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import L1Block, L2BlockRef


class BatchStage:
    """Judges one batch at a time; `flush` drops what was read ahead."""

    def __init__(self, config: RollupConfig, prev: ChannelReader, epochs: Epochs, verdicts: VerdictLog):
        self._config = config
        self._prev = prev
        self._verdicts = verdicts
        self._epochs = epochs
        self._undecided: IncludedBatch | None = None

    @property
    def origin(self) -> L1Block:
        return self._prev.origin

    @property
    def open_channel(self) -> OpenChannel | None:
        return self._prev.open_channel

    def next(self, safe_head: L2BlockRef) -> NextBatch | None:
        """The batch of the L2 block after `safe_head`; None when that takes another L1 block.

        Raises ResetError if `safe_head` belongs to another L1 chain than the blocks being read, or to an
        epoch that is behind them.
        """
        self._epochs.follow(self.origin, safe_head)
        if self.origin.header.number <= safe_head.l1_origin.number:
            self._drain()
            return None
        while (included := self._pull()) is not None:
            candidate = Candidate(
                self._config, included.batch, safe_head, self._epochs.blocks, included.inclusion
            )
            ruling = check_batch(candidate)
            inclusion = included.inclusion.id
            self._verdicts.add(
                Verdict(included.identity, ruling.decision, ruling.reason, ruling.detail, inclusion)
            )
            if ruling.decision is Decision.ACCEPT:
                return NextBatch(included.identity, included.batch, candidate.origin_block)
            if ruling.decision is Decision.DROP:
                self.flush()
            if ruling.decision is Decision.UNDECIDED:
                self._undecided = included
                return None
        return self._epochs.forced_empty(safe_head, is_drained=True)

    def flush(self) -> None:
        self._undecided = None
        self._prev.flush()

    def _pull(self) -> IncludedBatch | None:
        if (held := self._undecided) is not None:
            self._undecided = None
            return held
        return self._prev.next()

    def _drain(self) -> None:
        """What L1 holds up to the safe head's own origin came too early to be about a later block."""
        while (included := self._prev.next()) is not None:
            self._verdicts.add(
                Verdict(
                    included.identity, Decision.PAST, Reason.ORIGIN_BEFORE_SAFE, "", included.inclusion.id
                )
            )
