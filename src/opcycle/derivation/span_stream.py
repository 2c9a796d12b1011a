"""The new blocks of a span batch, one singular batch after the other."""

from collections.abc import Iterable

from opcycle.derivation.channel_reader import IncludedBatch
from opcycle.derivation.verdicts import BatchId
from opcycle.protocol.batches import SingularBatch
from opcycle.protocol.span_batches import SpanBatch
from opcycle.protocol.types import BlockId, Hash, L1BlockRef


class SpanStream:
    """Of an accepted batch, whose first `overlap` blocks are safe already; `l1_blocks` has their origins."""

    def __init__(
        self,
        identity: BatchId,
        batch: SpanBatch,
        inclusion: L1BlockRef,
        *,
        overlap: int,
        l1_blocks: Iterable[BlockId],
    ):
        self._identity = identity
        self._inclusion = inclusion
        self._origins = {block.number: block for block in l1_blocks}
        self._blocks = enumerate(batch.blocks(overlap), overlap)

    def next(self, parent_hash: Hash) -> IncludedBatch | None:
        """The next block, on that parent: the span vouches only for the parent of its first one."""
        numbered = next(self._blocks, None)
        if numbered is None:
            return None
        index, block = numbered
        origin = self._origins[block.epoch_number]
        identity = BatchId(self._identity.channel_id, self._identity.index, block.timestamp, index)
        batch = SingularBatch(parent_hash, origin, block.timestamp, block.transactions)
        return IncludedBatch(identity, batch, self._inclusion)
