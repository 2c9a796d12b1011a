"""The span batch of a run of L2 blocks, given as the singular batches that say the same.

Source: OP Stack specs, "Span Batches"; op-node `derive/span_batch.go` (`AppendSingularBatch`), whose choice
of the first origin bit is copied, so that the bytes are op-batcher's.
"""

from collections.abc import Sequence
from itertools import pairwise

from opcycle.protocol.batches import SingularBatch
from opcycle.protocol.bitlist import Bitlist
from opcycle.protocol.span_batches import CHECK_SIZE, RawSpanBatch
from opcycle.protocol.span_transactions import SpanTransactions


def span_batch_of(
    blocks: Sequence[SingularBatch], *, starts_epoch: bool, genesis_time: int, chain_id: int
) -> RawSpanBatch:
    """The span batch of consecutive blocks; `starts_epoch` says that the first one is the first of its epoch.

    Raises SpanTransactionError if a transaction is none, or is another chain's.
    """
    first, last = blocks[0], blocks[-1]
    epochs = [block.epoch.number for block in blocks]
    return RawSpanBatch(
        rel_timestamp=first.timestamp - genesis_time,
        l1_origin_number=last.epoch.number,
        parent_check=first.parent_hash[:CHECK_SIZE],
        origin_check=last.epoch.hash[:CHECK_SIZE],
        origin_bits=Bitlist.of([starts_epoch, *(one != other for one, other in pairwise(epochs))]),
        tx_counts=tuple(len(block.transactions) for block in blocks),
        columns=SpanTransactions.of((tx for block in blocks for tx in block.transactions), chain_id),
    )
