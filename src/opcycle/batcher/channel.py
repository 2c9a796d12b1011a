"""Channels as the batcher makes them: a run of consecutive L2 blocks, compressed and cut into frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from opcycle.batcher.options import BatcherOptions, BatchType
from opcycle.keccak import keccak
from opcycle.protocol.batches import SingularBatch, encode_channel_rlp, iter_batches
from opcycle.protocol.channels import Compression, compress, split_frames
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.span_building import span_batch_of
from opcycle.protocol.span_transactions import SpanTransactionError
from opcycle.protocol.types import Hash, L2BlockRef

LEVELS = {Compression.ZLIB: (9,), Compression.BROTLI: (9, 10, 11)}
"""Those that are tried on a sample; the one that makes it smallest is taken."""

HASTY_LEVEL = 9
"""Of both algorithms, where blocks pile up."""

DRAFT_LEVEL = 5
"""Of both algorithms, to compare and to measure: 4 % more bytes than at best, a hundredth of the time."""

SAMPLE = 64 * 1024
"""Bytes of content that a level is chosen by: the last ones, since a span batch begins with its signatures,
which no level compresses."""


@dataclass(frozen=True, slots=True)
class PendingBlock:
    """An L2 block in no channel yet: its batch as a channel holds it, and L1's height when it was read."""

    ref: L2BlockRef
    batch: bytes
    read_at: int

    @classmethod
    def of(cls, block: L2Block, *, l1_number: int) -> "PendingBlock":
        batch = SingularBatch(
            parent_hash=block.ref.parent_hash,
            epoch=block.ref.l1_origin,
            timestamp=block.ref.timestamp,
            transactions=block.user_transactions,
        )
        return cls(block.ref, encode_channel_rlp([batch]), l1_number)


@dataclass(frozen=True, slots=True)
class Channel:
    """`id` has 16 bytes, `size` is that of the compressed data; a payload is one L1 transaction's data."""

    id: bytes
    first: L2BlockRef
    last: L2BlockRef
    size: int
    payloads: tuple[bytes, ...]


def build_channel(
    config: RollupConfig,
    blocks: Sequence[PendingBlock],
    l1_head: Hash,
    options: BatcherOptions,
    *,
    in_haste: bool = False,
) -> Channel:
    """The channel of consecutive blocks, one frame in each payload; `in_haste` trades bytes for speed.

    The id follows from the blocks and from L1's head when it is made: the same run of a chain gives the same
    bytes, and blocks that must be posted again get another id.
    """
    channel_id = keccak(blocks[0].ref.hash + blocks[-1].ref.hash + l1_head)[:16]
    compressed = _smallest(_contents(config, blocks, options.batch_type), options.compression, in_haste)
    frames = split_frames(channel_id, compressed, options.max_payload_size - 1)  # the version byte
    return Channel(
        id=channel_id,
        first=blocks[0].ref,
        last=blocks[-1].ref,
        size=len(compressed),
        payloads=tuple(encode_batcher_payload([frame]) for frame in frames),
    )


def draft_size(config: RollupConfig, blocks: Sequence[PendingBlock], options: BatcherOptions) -> int:
    """Bytes of a channel with these blocks, compressed in a hurry: a few percent more than the real one."""
    contents = _contents(config, blocks, options.batch_type)
    return min(len(compress(content, options.compression, DRAFT_LEVEL)) for content in contents)


def _smallest(contents: Sequence[bytes], algorithm: Compression, in_haste: bool) -> bytes:
    """Channel bytes of one of the contents. Small ones are compressed in every way, large ones once.

    On OP Mainnet's blocks (1,766 transactions, 1.4 MB) Brotli makes of level 9, 10 and 11: 561,140, 560,527
    and 546,014 bytes, in 0.14, 1.0 and 2.7 seconds. The best level is worth its time as long as the batcher
    keeps up; which one that is depends on the data, and a sample tells.
    """
    levels = (HASTY_LEVEL,) if in_haste else LEVELS[algorithm]
    if max(map(len, contents)) <= SAMPLE:
        return min((compress(*each) for each in product(contents, [algorithm], levels)), key=len)
    content = min(contents, key=lambda content: len(compress(content, algorithm, DRAFT_LEVEL)))
    return compress(content, algorithm, _best_level(content[-SAMPLE:], algorithm, levels))


def _best_level(sample: bytes, algorithm: Compression, levels: Sequence[int]) -> int:
    if len(levels) == 1:
        return levels[0]
    return min(levels, key=lambda level: len(compress(sample, algorithm, level)))


def _contents(config: RollupConfig, blocks: Sequence[PendingBlock], batch_type: BatchType) -> list[bytes]:
    """What the channel may hold, before compression."""
    singular = b"".join(block.batch for block in blocks)
    if batch_type is BatchType.SINGULAR:
        return [singular]
    try:
        span = span_batch_of(
            [batch for batch in iter_batches(singular) if isinstance(batch, SingularBatch)],
            starts_epoch=blocks[0].ref.sequence_number == 0,
            genesis_time=config.genesis_time,
            chain_id=config.l2_chain_id,
        )
    except SpanTransactionError:  # of a type that is newer than span batches know
        return [singular]
    return [encode_channel_rlp([span]), *([singular] if batch_type is BatchType.AUTO else [])]
