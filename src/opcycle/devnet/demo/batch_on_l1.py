"""Finding an L2 block's batch on L1, as any reader of L1 could: transactions → frames → channel → batch."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opcycle.derivation.chain_spec import max_rlp_bytes
from opcycle.protocol.batches import BadBatch, SingularBatch, iter_batches
from opcycle.protocol.channels import decompress
from opcycle.protocol.frames import Frame, parse_frames
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.span_batches import RawSpanBatch, SpanBlock
from opcycle.protocol.types import BlockId, Hash, L1Block


@dataclass(frozen=True, slots=True)
class BatchOnL1:
    """What L1 says of an L2 block, and what carries it: frames, and their L1 transactions and blocks."""

    content: SpanBlock
    channel_id: bytes
    frames: int
    channel_size: int
    blocks_in_channel: int
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
    batches = iter_batches(decompress(compressed, limit=limit, allow_brotli=True))
    blocks = [block for batch in batches for block in _blocks_in(config, batch)]
    for block in blocks:
        if block.timestamp == timestamp:
            return BatchOnL1(
                content=block,
                channel_id=channel_id,
                frames=len(pieces),
                channel_size=len(compressed),
                blocks_in_channel=len(blocks),
                transactions=tuple(dict.fromkeys(piece.transaction for piece in pieces)),
                blocks=tuple(dict.fromkeys(piece.block.header.id for piece in pieces)),
            )
    return None


def _blocks_in(config: RollupConfig, batch: SingularBatch | RawSpanBatch | BadBatch) -> Iterator[SpanBlock]:
    match batch:
        case SingularBatch():
            yield SpanBlock(batch.epoch.number, batch.timestamp, batch.transactions)
        case RawSpanBatch():
            yield from batch.derive(
                genesis_time=config.genesis_time, block_time=config.block_time, chain_id=config.l2_chain_id
            ).blocks()
