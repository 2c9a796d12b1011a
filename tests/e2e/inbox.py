"""What the batch inbox holds, read from L1 by the test itself: each L2 block's batch, and how often."""

from collections import Counter

from opcycle.devnet.devnet import Devnet
from opcycle.l1.reader import L1Reader
from opcycle.protocol.batches import SingularBatch, iter_batches
from opcycle.protocol.channels import decompress
from opcycle.protocol.frames import Frame, parse_frames


def batches_on_l1(devnet: Devnet) -> Counter[bytes]:
    """How often L1 has the batch on each parent, over all complete channels of the batcher."""
    rollup = devnet.deployment.rollup
    blocks = L1Reader(devnet.l1.rpc).blocks(
        rollup.genesis_l1.number,
        devnet.l1.head.number,
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
    counts: Counter[bytes] = Counter()
    for pieces in frames.values():
        data = b"".join(frame.data for frame in pieces)
        for batch in iter_batches(decompress(data, limit=10**8, allow_brotli=True)):
            assert isinstance(batch, SingularBatch), batch
            counts[batch.parent_hash] += 1
    return counts
