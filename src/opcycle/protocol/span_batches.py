"""Span batches: many consecutive L2 blocks as one batch, without what follows from the chain itself.

    span batch = 0x01 ++ prefix ++ payload
    prefix     = time since genesis uvarint ++ L1 origin of the last block uvarint
                 ++ parent hash[20] ++ L1 origin hash[20]                      (the first 20 bytes of 32)
    payload    = block count n uvarint ++ origin bits ++ transaction count uvarint × n ++ transactions

Origin bit i says that block i has another L1 origin than the one before it: the next. Numbers have 64 bits
and wrap as op-node's do, so that nonsense fails the same rule on both.
Source: OP Stack specs, "Span Batches"; op-node `derive/span_batch.go`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from opcycle.protocol.bitlist import Bitlist
from opcycle.protocol.byte_reader import ByteReader, ByteReaderError, encode_uvarint
from opcycle.protocol.rlp_items import RlpError
from opcycle.protocol.span_transactions import MAX_ELEMENTS, SpanFormatError, SpanTransactions, read_bits

SPAN_BATCH_TYPE = 1
CHECK_SIZE = 20
"""Bytes of a hash that a span batch holds."""

_UINT64 = 1 << 64


@dataclass(frozen=True, slots=True)
class SpanBlock:
    """One L2 block of a span batch; the L1 origin is known by number only."""

    epoch_number: int
    timestamp: int
    transactions: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SpanBatch:
    """A span batch in terms of the chain: `transactions` of all blocks, `tx_counts` how many are whose.

    `start` is the first block's time, `end_epoch` the last block's L1 origin; the checks are the first 20
    bytes of the hashes of the first block's parent and of that L1 origin.
    """

    parent_check: bytes
    origin_check: bytes
    start: int
    block_time: int
    end_epoch: int
    origin_bits: Bitlist
    tx_counts: tuple[int, ...]
    transactions: tuple[bytes, ...]

    def __len__(self) -> int:
        return self.origin_bits.length

    @property
    def end(self) -> int:
        """The last block's time."""
        return self._timestamp(len(self) - 1)

    @property
    def start_epoch(self) -> int:
        """The first block's L1 origin."""
        return self.epoch_of(0)

    def epoch_of(self, index: int) -> int:
        """The L1 origin of block `index`."""
        return (self.end_epoch - self.origin_bits.count_above(index)) % _UINT64

    def blocks(self, first: int = 0) -> Iterator[SpanBlock]:
        """The blocks from block `first` on, made one by one: a hostile batch has ten million."""
        epoch, tx_at = self.epoch_of(first), sum(self.tx_counts[:first])
        for index in range(first, len(self)):
            if index > first:
                epoch = (epoch + self.origin_bits[index]) % _UINT64
            tx_end = tx_at + self.tx_counts[index]
            yield SpanBlock(epoch, self._timestamp(index), self.transactions[tx_at:tx_end])
            tx_at = tx_end

    def _timestamp(self, index: int) -> int:
        return (self.start + self.block_time * index) % _UINT64


@dataclass(frozen=True, slots=True)
class RawSpanBatch:
    """A span batch as it is encoded; `rel_timestamp` in seconds since the L2 genesis."""

    rel_timestamp: int
    l1_origin_number: int
    parent_check: bytes
    origin_check: bytes
    origin_bits: Bitlist
    tx_counts: tuple[int, ...]
    columns: SpanTransactions

    def encode(self) -> bytes:
        """With its type byte."""
        return b"".join(
            (
                bytes([SPAN_BATCH_TYPE]),
                encode_uvarint(self.rel_timestamp),
                encode_uvarint(self.l1_origin_number),
                self.parent_check,
                self.origin_check,
                encode_uvarint(self.origin_bits.length),
                self.origin_bits.data,
                *map(encode_uvarint, self.tx_counts),
                self.columns.encode(),
            )
        )

    @classmethod
    def decode(cls, data: bytes, offset: int = 0) -> "RawSpanBatch":
        """The span batch whose content, without type byte, starts at `offset`; bytes after it are ignored.

        Time and memory are bounded by the size of `data`. Raises SpanFormatError.
        """
        reader = ByteReader(data, offset)
        try:
            return cls._read(reader)
        except (ByteReaderError, RlpError) as error:
            raise SpanFormatError(str(error)) from error

    @classmethod
    def _read(cls, reader: ByteReader) -> "RawSpanBatch":
        rel_timestamp, l1_origin_number = reader.uvarint(), reader.uvarint()
        parent_check, origin_check = reader.take(CHECK_SIZE), reader.take(CHECK_SIZE)
        block_count = reader.uvarint()
        if not 0 < block_count <= MAX_ELEMENTS:
            raise SpanFormatError(f"{block_count} blocks; between 1 and {MAX_ELEMENTS} are allowed")
        origin_bits = read_bits(reader, block_count)
        tx_counts = reader.uvarints(block_count)
        if sum(tx_counts) > MAX_ELEMENTS:
            raise SpanFormatError(f"{sum(tx_counts)} transactions, at most {MAX_ELEMENTS} are allowed")
        return cls(
            rel_timestamp=rel_timestamp,
            l1_origin_number=l1_origin_number,
            parent_check=parent_check,
            origin_check=origin_check,
            origin_bits=origin_bits,
            tx_counts=tx_counts,
            columns=SpanTransactions.decode(reader, sum(tx_counts)),
        )

    def derive(self, *, genesis_time: int, block_time: int, chain_id: int) -> SpanBatch:
        """The same in terms of the chain. Raises SpanTransactionError if a transaction is none."""
        return SpanBatch(
            parent_check=self.parent_check,
            origin_check=self.origin_check,
            start=(genesis_time + self.rel_timestamp) % _UINT64,
            block_time=block_time,
            end_epoch=self.l1_origin_number,
            origin_bits=self.origin_bits,
            tx_counts=self.tx_counts,
            transactions=self.columns.transactions(chain_id),
        )
