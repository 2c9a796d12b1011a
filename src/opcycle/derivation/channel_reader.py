"""Fifth stage: whole channels in, batches out, one by one.

Source: OP Stack specs, "Channel Reader"; op-node `derive/channel_in_reader.go`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from opcycle.derivation.chain_spec import max_rlp_bytes
from opcycle.derivation.channel_assembler import OpenChannel, RawChannel
from opcycle.derivation.channel_mux import ChannelMux
from opcycle.derivation.verdicts import BatchId, ChannelId, Reason, VerdictLog
from opcycle.protocol.batches import BadBatch, SingularBatch, iter_batches
from opcycle.protocol.channels import ChannelError, decompress
from opcycle.protocol.rollup import Fork, RollupConfig
from opcycle.protocol.span_batches import RawSpanBatch, SpanBatch
from opcycle.protocol.span_transactions import SpanTransactionError
from opcycle.protocol.types import L1Block, L1BlockRef


@dataclass(frozen=True, slots=True)
class IncludedBatch:
    """A batch as a channel holds it, and the L1 block that completed the channel."""

    identity: BatchId
    batch: SingularBatch | SpanBatch
    inclusion: L1BlockRef


class ChannelReader:
    """Reads one channel at a time. `flush` drops the rest of it and what the stages before hold."""

    def __init__(self, config: RollupConfig, prev: ChannelMux, verdicts: VerdictLog):
        self._config = config
        self._prev = prev
        self._verdicts = verdicts
        self._channel: RawChannel | None = None
        self._batches: Iterator[IncludedBatch] = iter(())

    @property
    def origin(self) -> L1Block:
        return self._prev.origin

    @property
    def open_channel(self) -> OpenChannel | None:
        return self._prev.open_channel

    def next(self) -> IncludedBatch | None:
        """The next batch from the L1 block being read; None when its channels are used up."""
        while (batch := next(self._batches, None)) is None:
            self._channel = self._prev.next()
            if self._channel is None:
                return None
            self._batches = self._read(self._channel)
        return batch

    def flush(self) -> None:
        if self._channel is not None:
            self._drop(self._channel, self.origin.ref, Reason.INVALIDATED, "")
        self._channel, self._batches = None, iter(())
        self._prev.flush()

    def _read(self, channel: RawChannel) -> Iterator[IncludedBatch]:
        inclusion = self.origin.ref
        try:
            data = decompress(
                channel.data,
                limit=max_rlp_bytes(self._config, inclusion.timestamp),
                allow_brotli=self._config.is_active(Fork.FJORD, inclusion.timestamp),
            )
        except ChannelError as error:
            self._drop(channel, inclusion, Reason.UNKNOWN_COMPRESSION, str(error))
            return
        if not data:
            self._drop(channel, inclusion, Reason.NO_BATCHES, f"{len(channel.data)} bytes")
            return
        sizes = f"{len(channel.data)} bytes, {len(data)} decompressed"
        self._verdicts.accept(ChannelId(channel.channel_id), inclusion.id, detail=sizes)
        for index, batch in enumerate(iter_batches(data)):
            match batch:
                case SingularBatch():
                    yield IncludedBatch(BatchId(channel.channel_id, index, batch.timestamp), batch, inclusion)
                case RawSpanBatch():
                    span = self._derive(batch, BatchId(channel.channel_id, index, timestamp=None), inclusion)
                    if span is not None:
                        yield IncludedBatch(BatchId(channel.channel_id, index, span.start), span, inclusion)
                case BadBatch():
                    identity = BatchId(channel.channel_id, index, timestamp=None)
                    detail = f"{batch.fault}: {batch.detail}"
                    self._verdicts.drop(identity, inclusion.id, Reason.MALFORMED_BATCH, detail)

    def _derive(self, raw: RawSpanBatch, identity: BatchId, inclusion: L1BlockRef) -> SpanBatch | None:
        """None if it is dropped; op-node then goes on with what follows it in the channel."""
        if not self._config.is_active(Fork.DELTA, inclusion.timestamp):
            self._verdicts.drop(identity, inclusion.id, Reason.SPAN_BEFORE_DELTA)
            return None
        try:
            return raw.derive(
                genesis_time=self._config.genesis_time,
                block_time=self._config.block_time,
                chain_id=self._config.l2_chain_id,
            )
        except SpanTransactionError as error:
            self._verdicts.drop(identity, inclusion.id, Reason.MALFORMED_SPAN_TRANSACTION, str(error))
            return None

    def _drop(self, channel: RawChannel, inclusion: L1BlockRef, reason: Reason, detail: str) -> None:
        self._verdicts.drop(ChannelId(channel.channel_id), inclusion.id, reason, detail)
