"""What the batch inbox holds, read from L1 by the test itself: which L2 blocks, and how often."""

from collections import Counter

from opcycle.devnet.local_l1 import LocalL1
from opcycle.l1.reader import L1Reader
from opcycle.protocol.batches import BadBatch, SingularBatch, iter_batches
from opcycle.protocol.channels import decompress
from opcycle.protocol.frames import Frame, parse_frames
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.span_batches import RawSpanBatch


def batches_on_l1(rollup: RollupConfig, l1: LocalL1) -> Counter[int]:
    """How often L1 has each L2 block, by number, over all complete channels of the batcher."""
    blocks = L1Reader(l1.rpc).blocks(
        rollup.genesis_l1.number,
        l1.head.number,
        inbox=rollup.batch_inbox,
        portal=rollup.deposit_contract,
        system_config=rollup.l1_system_config,
    )
    batcher = rollup.genesis_system_config.batcher_address
    frames: dict[bytes, list[Frame]] = {}
    for block in blocks:
        for transaction in block.transactions:
            if transaction.sender == batcher:
                for frame in parse_frames(transaction.data):
                    frames.setdefault(frame.channel_id, []).append(frame)
    counts: Counter[int] = Counter()
    for pieces in frames.values():
        data = b"".join(frame.data for frame in pieces)
        for batch in iter_batches(decompress(data, limit=10**8, allow_brotli=True)):
            counts.update(rollup.number_at(time) for time in _times_in(rollup, batch))
    return counts


def _times_in(rollup: RollupConfig, batch: SingularBatch | RawSpanBatch | BadBatch) -> list[int]:
    """The times of the L2 blocks in a batch."""
    assert not isinstance(batch, BadBatch), batch
    if isinstance(batch, SingularBatch):
        return [batch.timestamp]
    start = rollup.genesis_time + batch.rel_timestamp
    return [start + rollup.block_time * index for index in range(len(batch.tx_counts))]
