"""Channels as the batcher makes them: a run of consecutive L2 blocks, compressed and cut into frames."""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_utils.crypto import keccak

from opcycle.batcher.options import BatcherOptions
from opcycle.protocol.batches import SingularBatch, encode_channel_rlp
from opcycle.protocol.channels import compress, split_frames
from opcycle.protocol.frames import Frame, encode_batcher_payload
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.types import Hash, L2BlockRef


@dataclass(frozen=True, slots=True)
class PendingBlock:
    """An L2 block that is not on L1 yet, and its batch as a channel holds it."""

    ref: L2BlockRef
    batch: bytes

    @classmethod
    def of(cls, block: L2Block) -> "PendingBlock":
        batch = SingularBatch(
            parent_hash=block.ref.parent_hash,
            epoch=block.ref.l1_origin,
            timestamp=block.ref.timestamp,
            transactions=block.user_transactions,
        )
        return cls(block.ref, encode_channel_rlp([batch]))


@dataclass(frozen=True, slots=True)
class Channel:
    """`id` has 16 bytes; `size` is that of the compressed data."""

    id: bytes
    first: L2BlockRef
    last: L2BlockRef
    size: int
    frames: tuple[Frame, ...]

    @property
    def payloads(self) -> tuple[bytes, ...]:
        """One batcher transaction per frame, in order."""
        return tuple(encode_batcher_payload([frame]) for frame in self.frames)

    def __str__(self) -> str:
        blocks = f"{self.first.number} to {self.last.number}" if self.first != self.last else self.first
        return f"channel {self.id.hex()[:8]} with L2 blocks {blocks}"


def build_channel(blocks: Sequence[PendingBlock], l1_head: Hash, options: BatcherOptions) -> Channel:
    """The channel of consecutive blocks. Its id follows from them and from L1's head when it is made: the
    same run of a chain gives the same bytes, and blocks that must be posted again get another id."""
    channel_id = keccak(blocks[0].ref.hash + blocks[-1].ref.hash + l1_head)[:16]
    content = b"".join(block.batch for block in blocks)
    compressed = compress(content, options.compression, options.level)
    frames = split_frames(channel_id, compressed, options.max_payload_size - 1)  # the version byte
    return Channel(channel_id, blocks[0].ref, blocks[-1].ref, len(compressed), tuple(frames))
