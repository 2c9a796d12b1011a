"""Batches: what a channel holds. One singular batch is one L2 block without its deposits.

    channel data   = rlp_string(batch) ++ rlp_string(batch) ++ …
    batch          = type u8 ++ content
    singular batch = 0x00 ++ rlp([parent_hash, epoch_number, epoch_hash, timestamp, [transaction, …]])

Span batches (type 1) are recognised and not decoded yet. Source: OP Stack specs, "Batch Format".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import rlp
from rlp.codec import consume_length_prefix

from opcycle.protocol.types import BlockId, Hash

SINGULAR_BATCH_TYPE = 0
SPAN_BATCH_TYPE = 1


class BatchFault(StrEnum):
    """Why bytes in a channel are no batch; the rest of the channel goes with them."""

    MALFORMED_RLP = "malformed RLP"
    EMPTY = "empty batch"
    UNKNOWN_TYPE = "unknown batch type"
    SPAN_BATCH = "span batches are not decoded yet"
    MALFORMED_CONTENT = "malformed batch content"


@dataclass(frozen=True, slots=True)
class BadBatch:
    """What stands where a batch should, and why it is none."""

    fault: BatchFault
    detail: str


@dataclass(frozen=True, slots=True)
class SingularBatch:
    """One L2 block: its parent, the L1 block of its epoch, its time in seconds, its raw transactions."""

    parent_hash: Hash
    epoch: BlockId
    timestamp: int
    transactions: tuple[bytes, ...]

    def encode(self) -> bytes:
        content = [
            self.parent_hash,
            self.epoch.number,
            self.epoch.hash,
            self.timestamp,
            list(self.transactions),
        ]
        return bytes([SINGULAR_BATCH_TYPE]) + bytes(rlp.encode(content))


def encode_channel_rlp(batches: Iterable[SingularBatch]) -> bytes:
    """The uncompressed content of a channel."""
    return b"".join(bytes(rlp.encode(batch.encode())) for batch in batches)


def decode_batch(data: bytes) -> SingularBatch | BadBatch:
    """The batch in `data`, its type byte first. Bytes after a complete batch are ignored."""
    if not data:
        return BadBatch(BatchFault.EMPTY, "no type byte")
    if data[0] == SPAN_BATCH_TYPE:
        return BadBatch(BatchFault.SPAN_BATCH, f"{len(data)} bytes")
    if data[0] != SINGULAR_BATCH_TYPE:
        return BadBatch(BatchFault.UNKNOWN_TYPE, f"type {data[0]}")
    try:
        return _singular(rlp.decode(data[1:], strict=False))
    except (rlp.exceptions.DecodingError, ValueError, TypeError) as error:
        return BadBatch(BatchFault.MALFORMED_CONTENT, str(error))


def iter_batches(channel_data: bytes) -> Iterator[SingularBatch | BadBatch]:
    """The batches of a decompressed channel, in order; a bad one is the last."""
    offset = 0
    while offset < len(channel_data):
        try:
            _, kind, length, start = consume_length_prefix(channel_data, offset)
        except (rlp.exceptions.DecodingError, IndexError) as error:
            yield BadBatch(BatchFault.MALFORMED_RLP, str(error))
            return
        end = start + length
        if kind is list or end > len(channel_data):
            what = "a list, not a string" if kind is list else f"{end - len(channel_data)} bytes short"
            yield BadBatch(BatchFault.MALFORMED_RLP, what)
            return
        batch = decode_batch(channel_data[start:end])
        yield batch
        if isinstance(batch, BadBatch):
            return
        offset = end


def _singular(content: object) -> SingularBatch:
    if not isinstance(content, list) or len(content) != 5:
        raise ValueError("not a list of five")
    parent_hash, number, epoch_hash, timestamp, transactions = content
    if not isinstance(transactions, list) or not all(isinstance(tx, bytes) for tx in transactions):
        raise ValueError("transactions are not a list of strings")
    return SingularBatch(
        parent_hash=_hash(parent_hash),
        epoch=BlockId(_hash(epoch_hash), _uint64(number)),
        timestamp=_uint64(timestamp),
        transactions=tuple(transactions),
    )


def _hash(item: object) -> bytes:
    if not isinstance(item, bytes) or len(item) != 32:
        raise ValueError("not a 32-byte hash")
    return item


def _uint64(item: object) -> int:
    if not isinstance(item, bytes) or len(item) > 8 or item[:1] == b"\0":
        raise ValueError("not a canonical 64-bit number")
    return int.from_bytes(item, "big")
