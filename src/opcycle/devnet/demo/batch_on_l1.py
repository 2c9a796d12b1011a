"""Finding an L2 block's batch on L1, as any reader of L1 could: transactions → frames → channel → batch."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from opcycle.derivation.chain_spec import max_rlp_bytes
from opcycle.protocol.batches import SingularBatch, iter_batches
from opcycle.protocol.channels import decompress
from opcycle.protocol.frames import Frame, parse_frames
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import BlockId, Hash, L1Block


@dataclass(frozen=True, slots=True)
class BatchOnL1:
    """A batch and what carries it: the channel's frames, and the L1 transactions and blocks of these."""

    batch: SingularBatch
    channel_id: bytes
    frames: int
    channel_size: int
    batches_in_channel: int
    transactions: tuple[Hash, ...]
    blocks: tuple[BlockId, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    frame: Frame
    transaction: Hash
    block: L1Block


def find_batch(config: RollupConfig, l1_blocks: Iterable[L1Block], timestamp: int) -> BatchOnL1 | None:
    """The batch of the L2 block at `timestamp`, None while no complete channel among `l1_blocks` holds it."""
    channels: dict[bytes, list[_Piece]] = defaultdict(list)
    batcher = config.genesis_system_config.batcher_address
    for block in l1_blocks:
        for transaction in block.transactions:
            if transaction.sender == batcher and transaction.to == config.batch_inbox:
                for frame in parse_frames(transaction.data):
                    channels[frame.channel_id].append(_Piece(frame, transaction.hash, block))
    for channel_id, pieces in channels.items():
        if found := _batch_in(config, channel_id, pieces, timestamp):
            return found
    return None


def _batch_in(
    config: RollupConfig, channel_id: bytes, pieces: list[_Piece], timestamp: int
) -> BatchOnL1 | None:
    if not pieces[-1].frame.is_last:
        return None
    compressed = b"".join(piece.frame.data for piece in pieces)
    limit = max_rlp_bytes(config, pieces[-1].block.header.timestamp)
    batches = list(iter_batches(decompress(compressed, limit=limit, allow_brotli=True)))
    for batch in batches:
        if isinstance(batch, SingularBatch) and batch.timestamp == timestamp:
            return BatchOnL1(
                batch=batch,
                channel_id=channel_id,
                frames=len(pieces),
                channel_size=len(compressed),
                batches_in_channel=len(batches),
                transactions=tuple(dict.fromkeys(piece.transaction for piece in pieces)),
                blocks=tuple(dict.fromkeys(piece.block.header.id for piece in pieces)),
            )
    return None
