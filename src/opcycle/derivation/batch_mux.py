"""Sixth stage, whichever the L1 block being read asks for: before Holocene the queue, then the batch stage.

Holocene starts afresh: what waits in the queue then is dropped. The L1 blocks stay, for the first batches of
Holocene have epochs of before. Source: OP Stack specs, "Holocene: Activation"; op-node `derive/batch_mux.go`.
"""

from opcycle.derivation.batch_queue import BatchQueue
from opcycle.derivation.batch_stage import BatchStage
from opcycle.derivation.channel_assembler import OpenChannel
from opcycle.derivation.channel_reader import ChannelReader
from opcycle.derivation.epochs import Epochs, NextBatch
from opcycle.derivation.span_rules import NeedL2Block
from opcycle.derivation.verdicts import Reason, VerdictLog
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.rollup import Fork, RollupConfig
from opcycle.protocol.types import L1Block, L2BlockRef


class BatchMux:
    """Both stages, one in use."""

    def __init__(self, config: RollupConfig, prev: ChannelReader, verdicts: VerdictLog):
        self._config = config
        self._prev = prev
        epochs = Epochs(config, verdicts)
        self._queue = BatchQueue(config, prev, epochs, verdicts)
        self._stage = BatchStage(config, prev, epochs, verdicts)

    @property
    def origin(self) -> L1Block:
        return self._prev.origin

    @property
    def open_channel(self) -> OpenChannel | None:
        return self._prev.open_channel

    def push_l2(self, block: L2Block) -> None:
        """Give the block that the last answer asked for. Raises ValueError for any other."""
        if self._is_holocene:
            self._stage.push_l2(block)
        else:
            self._queue.push_l2(block)

    def next(self, safe_head: L2BlockRef) -> NextBatch | NeedL2Block | None:
        """The batch of the L2 block after `safe_head`; None when that takes another L1 block.

        Raises ResetError if `safe_head` belongs to another L1 chain than the blocks being read, or to an
        epoch that is behind them.
        """
        if not self._is_holocene:
            return self._queue.next(safe_head)
        self._queue.clear(Reason.HOLOCENE_STARTS_AFRESH)
        return self._stage.next(safe_head)

    def flush(self) -> None:
        """Drop what was read ahead, after the engine has rejected a block; before Holocene, only the rest of
        the span batch that it was part of."""
        if self._is_holocene:
            self._stage.flush()
        else:
            self._queue.leave_span()

    @property
    def _is_holocene(self) -> bool:
        return self._config.is_active(Fork.HOLOCENE, self.origin.header.timestamp)
