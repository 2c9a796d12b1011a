"""Batches: what a channel holds. One singular batch is one L2 block without its deposits.

    channel data   = rlp_string(batch) ++ rlp_string(batch) ++ …
    batch          = type u8 ++ content
    singular batch = 0x00 ++ rlp([parent_hash, epoch_number, epoch_hash, timestamp, [transaction, …]])

Span batches (type 1): see `span_batches`. Source: OP Stack specs, "Batch Format".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from opcycle.protocol import rlp_items
from opcycle.protocol.rlp_items import RlpError, encode_list, encode_string, encode_uint
from opcycle.protocol.span_batches import SPAN_BATCH_TYPE, RawSpanBatch
from opcycle.protocol.span_transactions import SpanFormatError
from opcycle.protocol.types import BlockId, Hash

SINGULAR_BATCH_TYPE = 0


class BatchFault(StrEnum):
    """Why bytes in a channel are no batch; the rest of the channel goes with them."""

    MALFORMED_RLP = "malformed RLP"
    EMPTY = "empty batch"
    UNKNOWN_TYPE = "unknown batch type"
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
        fields = [
            encode_string(self.parent_hash),
            encode_uint(self.epoch.number),
            encode_string(self.epoch.hash),
            encode_uint(self.timestamp),
            encode_list(map(encode_string, self.transactions)),
        ]
        return bytes([SINGULAR_BATCH_TYPE]) + encode_list(fields)


def encode_channel_rlp(batches: Iterable[SingularBatch | RawSpanBatch]) -> bytes:
    """The uncompressed content of a channel."""
    return b"".join(encode_string(batch.encode()) for batch in batches)


def decode_batch(data: bytes) -> SingularBatch | RawSpanBatch | BadBatch:
    """The batch in `data`, its type byte first. Bytes after a complete batch are ignored."""
    if not data:
        return BadBatch(BatchFault.EMPTY, "no type byte")
    try:
        if data[0] == SINGULAR_BATCH_TYPE:
            return _singular(data)
        if data[0] == SPAN_BATCH_TYPE:
            return RawSpanBatch.decode(data, 1)
    except (RlpError, SpanFormatError) as error:
        return BadBatch(BatchFault.MALFORMED_CONTENT, str(error))
    return BadBatch(BatchFault.UNKNOWN_TYPE, f"type {data[0]}")


def iter_batches(channel_data: bytes) -> Iterator[SingularBatch | RawSpanBatch | BadBatch]:
    """The batches of a decompressed channel, in order; a bad one is the last."""
    offset = 0
    while offset < len(channel_data):
        try:
            is_list, start, offset = rlp_items.read_item(channel_data, offset, len(channel_data))
        except RlpError as error:
            yield BadBatch(BatchFault.MALFORMED_RLP, str(error))
            return
        if is_list:
            yield BadBatch(BatchFault.MALFORMED_RLP, "a list, not a string")
            return
        batch = decode_batch(channel_data[start:offset])
        yield batch
        if isinstance(batch, BadBatch):
            return


def _singular(data: bytes) -> SingularBatch:
    """Only what stays is copied: a hostile batch fills its channel."""
    is_list, at, end = rlp_items.read_item(data, 1, len(data))
    if not is_list:
        raise RlpError("a string where a list belongs")
    fields = []
    for _ in range(4):
        is_list, start, at = rlp_items.read_item(data, at, end)
        if is_list:
            raise RlpError("a list where a string belongs")
        fields.append(data[start:at])
    is_list, start, stop = rlp_items.read_item(data, at, end)
    if not is_list or stop != end:
        raise RlpError("not four strings and a list")
    parent_hash, number, epoch_hash, timestamp = fields
    return SingularBatch(
        parent_hash=rlp_items.sized(parent_hash, 32),
        epoch=BlockId(rlp_items.sized(epoch_hash, 32), rlp_items.uint(number, 64)),
        timestamp=rlp_items.uint(timestamp, 64),
        transactions=tuple(rlp_items.strings(data, start, stop)),
    )
