"""Span batches: bytes, columns and blocks, and every way in which bytes are no span batch."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.protocol.span_samples import CHAIN_ID, legacy, transactions

from opcycle.protocol.batches import SingularBatch
from opcycle.protocol.bitlist import Bitlist
from opcycle.protocol.byte_reader import encode_uvarint
from opcycle.protocol.span_batches import RawSpanBatch, SpanBlock
from opcycle.protocol.span_building import span_batch_of
from opcycle.protocol.span_transactions import SpanFormatError, SpanTransactionError
from opcycle.protocol.types import BlockId

GENESIS_TIME, BLOCK_TIME = 1_000_000, 2
CHAIN = {"genesis_time": GENESIS_TIME, "chain_id": CHAIN_ID}
PARENT, EPOCH_HASH = b"parent hash of 32 bytes, the rest", b"epoch hash of 32 bytes and so on."
PARENT, EPOCH_HASH = PARENT[:32], EPOCH_HASH[:32]


def singular(index, epoch, txs=()):
    parent = PARENT if index == 0 else bytes(32)
    return SingularBatch(
        parent, BlockId(EPOCH_HASH, epoch), GENESIS_TIME + 100 + BLOCK_TIME * index, tuple(txs)
    )


def blocks_in(epochs, txs=lambda index: ()):
    return [singular(index, epoch, txs(index)) for index, epoch in enumerate(epochs)]


def raw_of(epochs, *, starts_epoch=False, txs=lambda index: ()):
    return span_batch_of(blocks_in(epochs, txs), starts_epoch=starts_epoch, **CHAIN)


def derived(raw):
    return raw.derive(block_time=BLOCK_TIME, **CHAIN)


PLAIN = raw_of([7, 7, 8])


@st.composite
def runs(draw):
    steps = draw(st.lists(st.booleans(), min_size=1, max_size=12))
    epoch = draw(st.integers(0, 2**63))
    found = []
    for index, step in enumerate(steps):
        epoch += step
        found.append(singular(index, epoch, draw(st.lists(transactions, max_size=2))))
    return found


@given(runs(), st.booleans())
def test_span_batch_of__any_run_of_blocks__comes_back_through_bytes(blocks, starts_epoch):
    raw = span_batch_of(blocks, starts_epoch=starts_epoch, **CHAIN)
    assert RawSpanBatch.decode(raw.encode(), 1) == raw
    batch = derived(raw)
    expected = [SpanBlock(block.epoch.number, block.timestamp, block.transactions) for block in blocks]
    assert list(batch.blocks()) == expected
    assert (batch.parent_check, batch.origin_check) == (PARENT[:20], EPOCH_HASH[:20])
    assert (batch.start, batch.end) == (blocks[0].timestamp, blocks[-1].timestamp)
    assert (batch.start_epoch, batch.end_epoch) == (blocks[0].epoch.number, blocks[-1].epoch.number)
    for first in range(len(blocks)):
        assert list(batch.blocks(first)) == expected[first:]
        assert batch.epoch_of(first) == expected[first].epoch_number


def test_encode__three_empty_blocks__is_field_after_field():
    prefix = encode_uvarint(100) + encode_uvarint(8) + PARENT[:20] + EPOCH_HASH[:20]
    assert PLAIN.encode() == b"\x01" + prefix + bytes([3, 0b100, 0, 0, 0])


@pytest.mark.parametrize("starts_epoch", [False, True])
def test_span_batch_of__first_origin_bit__changes_no_origin(starts_epoch):
    raw = raw_of([7, 8], starts_epoch=starts_epoch)
    assert list(raw.origin_bits) == [starts_epoch, True]
    assert [block.epoch_number for block in derived(raw).blocks()] == [7, 8]


def test_span_batch_of__another_chains_transaction__is_refused():
    with pytest.raises(SpanTransactionError):
        raw_of([1], txs=lambda index: [legacy(chain_id=1)])


def encoded(*, count=None, bits=b"\0", tx_counts=b"\0", rest=b""):
    count = encode_uvarint(1) if count is None else count
    return bytes([100, 8]) + bytes(40) + count + bits + tx_counts + rest


def test_decode__bytes_after_the_end__are_ignored():
    assert RawSpanBatch.decode(PLAIN.encode() + b"more", 1) == PLAIN


def test_decode__numbers_longer_than_needed__are_accepted_as_op_node_does():
    data = b"\xe4\x00" + b"\x88\x00" + bytes(40) + b"\x81\x00" + b"\0" + b"\x80\x00"
    assert RawSpanBatch.decode(data) == replace(raw_of([8]), parent_check=bytes(20), origin_check=bytes(20))


def test_decode__cut_off_anywhere__is_refused():
    data = raw_of([7, 8], txs=lambda index: [legacy()]).encode()
    for size in range(1, len(data)):
        with pytest.raises(SpanFormatError):
            RawSpanBatch.decode(data[:size], 1)


@pytest.mark.parametrize(
    "data",
    [
        encoded(count=b"\0", bits=b"", tx_counts=b""),
        encoded(bits=b"\x02"),
        encoded(count=encode_uvarint(10_000_001)),
        encoded(count=encode_uvarint(2**64 - 1)),
        encoded(tx_counts=encode_uvarint(10_000_001)),
        encoded(tx_counts=encode_uvarint(2**64 - 1)),
        encoded(count=b"\2", tx_counts=encode_uvarint(2**63) * 2),  # 0 in 64 bits
        encoded(count=b"\2", tx_counts=encode_uvarint(5_000_001) + encode_uvarint(5_000_000)),
        b"\x80" * 11 + bytes(60),
    ],
)
def test_decode__count_out_of_range__is_refused_before_anything_is_allocated(data):
    with pytest.raises(SpanFormatError):
        RawSpanBatch.decode(data)


@pytest.mark.parametrize("data", [encoded(), encoded(bits=b"\1"), encoded(count=b"\x02", tx_counts=b"\0\0")])
def test_decode__counts_within_range__are_accepted(data):
    assert sum(RawSpanBatch.decode(data).tx_counts) == 0


@given(st.binary(max_size=300))
def test_decode__hostile_bytes__are_a_span_batch_or_refused(data):
    for hostile in (data, encoded(tx_counts=data), encoded(tx_counts=b"\x01", rest=bytes(86) + data)):
        try:
            raw = RawSpanBatch.decode(hostile)
        except SpanFormatError:
            continue
        assert RawSpanBatch.decode(raw.encode(), 1) == raw
        try:
            derived(raw)
        except SpanTransactionError:
            continue


@given(st.data())
def test_decode__flipped_bits__are_a_span_batch_or_refused(data):
    good = bytearray(raw_of([7, 8, 8], txs=lambda index: [legacy(), legacy(to=b"")]).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(1, len(good) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        raw = RawSpanBatch.decode(bytes(good), 1)
    except SpanFormatError:
        return
    assert RawSpanBatch.decode(raw.encode(), 1) == raw


def test_decode__ten_million_blocks__are_read_but_not_made():
    count = 10_000_000
    data = encoded(count=encode_uvarint(count), bits=bytes(count // 8), tx_counts=bytes(count))
    batch = derived(RawSpanBatch.decode(data))
    first = next(batch.blocks(count - 1))
    assert (first.timestamp, first.epoch_number) == (GENESIS_TIME + 100 + BLOCK_TIME * (count - 1), 8)


@pytest.mark.parametrize(
    ("rel_timestamp", "start"),
    [(2**64 - GENESIS_TIME - 1, 2**64 - 1), (2**64 - GENESIS_TIME, 0), (2**64 - 1, GENESIS_TIME - 1)],
)
def test_derive__time_beyond_64_bits__wraps_as_op_nodes_does(rel_timestamp, start):
    assert derived(replace(PLAIN, rel_timestamp=rel_timestamp)).start == start


@pytest.mark.parametrize(("end", "epochs"), [(1, [0, 0, 1]), (0, [2**64 - 1, 2**64 - 1, 0])])
def test_derive__origin_before_zero__wraps_as_op_nodes_does(end, epochs):
    batch = derived(replace(PLAIN, l1_origin_number=end))
    assert [block.epoch_number for block in batch.blocks()] == epochs
    assert batch.start_epoch == epochs[0]


def test_derive__origin_bits_count_from_the_first_block_on():
    bits = Bitlist.of([True, False, True, True])
    raw = replace(raw_of([9] * 4), origin_bits=bits)
    assert [block.epoch_number for block in derived(raw).blocks()] == [7, 7, 8, 9]
