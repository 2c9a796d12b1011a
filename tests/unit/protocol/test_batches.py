"""Batches in a channel: everything before the first bad one, and what made it bad."""

import pytest
import rlp
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from tests.vectors.read import binary, unhex, vector

from opcycle.protocol.batches import (
    BadBatch,
    BatchFault,
    SingularBatch,
    decode_batch,
    encode_channel_rlp,
    iter_batches,
)
from opcycle.protocol.channels import decompress
from opcycle.protocol.frames import parse_frames
from opcycle.protocol.span_batches import RawSpanBatch
from opcycle.protocol.types import BlockId

PARENT, EPOCH = b"\xaa" * 32, b"\xbb" * 32
BATCH = SingularBatch(PARENT, BlockId(EPOCH, 7), 1_700_000_000, (b"\x02first", b"\x02second"))
FIELDS = [PARENT, 7, EPOCH, 1_700_000_000, [b"\x02first", b"\x02second"]]

hashes = st.binary(min_size=32, max_size=32)
uint64s = st.integers(0, 2**64 - 1)
batches = st.builds(
    SingularBatch,
    parent_hash=hashes,
    epoch=st.builds(BlockId, hash=hashes, number=uint64s),
    timestamp=uint64s,
    transactions=st.lists(st.binary(max_size=80), max_size=5).map(tuple),
)


def singular(fields):
    return b"\x00" + rlp.encode(fields)


def fault(data):
    found = decode_batch(data)
    assert isinstance(found, BadBatch)
    return found.fault


def test_encode__singular_batch__is_the_specs_list():
    assert BATCH.encode() == singular(FIELDS)
    assert encode_channel_rlp([BATCH, BATCH]) == rlp.encode(singular(FIELDS)) * 2


@given(st.lists(batches, max_size=4))
def test_iter_batches__channel_of_batches__comes_back(sent):
    assert list(iter_batches(encode_channel_rlp(sent))) == sent


@given(batches, st.binary(max_size=20))
def test_decode_batch__bytes_after_it__are_ignored(batch, rest):
    assert decode_batch(batch.encode() + rest) == batch


# --- what is no batch -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", BatchFault.EMPTY),
        (b"\x01", BatchFault.MALFORMED_CONTENT),
        (b"\x02" + singular(FIELDS), BatchFault.UNKNOWN_TYPE),
        (b"\x7e", BatchFault.UNKNOWN_TYPE),
        (b"\x00", BatchFault.MALFORMED_CONTENT),
        (b"\x00\xc0", BatchFault.MALFORMED_CONTENT),
        (b"\x00\xc1", BatchFault.MALFORMED_CONTENT),
        (b"\x00" + rlp.encode(b"a string"), BatchFault.MALFORMED_CONTENT),
        (singular(FIELDS)[:-1], BatchFault.MALFORMED_CONTENT),
    ],
)
def test_decode_batch__no_batch__says_why(data, expected):
    assert fault(data) is expected


@pytest.mark.parametrize(
    ("position", "value"),
    [
        (0, PARENT[:31]),
        (0, PARENT + b"\xaa"),
        (0, b""),
        (0, [PARENT]),
        (1, b"\x00"),
        (1, b"\x00\x07"),
        (1, 2**64),
        (1, [7]),
        (2, EPOCH[:31]),
        (2, []),
        (3, 2**64),
        (3, b"\x00"),
        (3, [1]),
        (4, b"no list"),
        (4, b""),
        (4, [b"\x02first", []]),
        (4, [[b"\x02first"]]),
    ],
)
def test_decode_batch__one_field_of_a_wrong_kind__is_malformed(position, value):
    fields = list(FIELDS)
    assert decode_batch(singular(fields)) == BATCH
    fields[position] = value
    assert fault(singular(fields)) is BatchFault.MALFORMED_CONTENT


@pytest.mark.parametrize("fields", [FIELDS[:4], [*FIELDS, b""], [*FIELDS, []], [FIELDS], []])
def test_decode_batch__not_five_fields__is_malformed(fields):
    assert fault(singular(fields)) is BatchFault.MALFORMED_CONTENT


def test_decode_batch__numbers_at_their_edges__zero_is_empty_and_eight_bytes_are_the_most():
    fields = [PARENT, b"", EPOCH, 2**64 - 1, []]
    assert decode_batch(singular(fields)) == SingularBatch(PARENT, BlockId(EPOCH, 0), 2**64 - 1, ())


# --- what is in a channel -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (rlp.encode([BATCH.encode()]), BatchFault.MALFORMED_RLP),
        (b"\x81\x00", BatchFault.MALFORMED_RLP),
        (b"\xb8\x01\x00", BatchFault.MALFORMED_RLP),
        (b"\xbf" + b"\xff" * 8, BatchFault.MALFORMED_RLP),
        (b"\xb9", BatchFault.MALFORMED_RLP),
        (b"\x00", BatchFault.MALFORMED_CONTENT),
        (b"\x01", BatchFault.MALFORMED_CONTENT),
        (b"\x80", BatchFault.EMPTY),
        (rlp.encode(b"\x05batch"), BatchFault.UNKNOWN_TYPE),
    ],
    ids=lambda value: value.hex()[:16] if isinstance(value, bytes) else "",
)
def test_iter_batches__a_bad_one__is_the_last_and_costs_none_before_it(bad, expected):
    good = encode_channel_rlp([BATCH, BATCH])
    first, second, last = iter_batches(good + bad + good)
    assert (first, second) == (BATCH, BATCH)
    assert isinstance(last, BadBatch)
    assert last.fault is expected


def test_iter_batches__cut_between_batches__is_whole_and_inside_one_is_not():
    data = encode_channel_rlp([BATCH, BATCH])
    assert list(iter_batches(data[: len(data) // 2])) == [BATCH]
    for end in range(len(data) // 2 + 1, len(data)):
        first, last = iter_batches(data[:end])
        assert (first, last.fault) == (BATCH, BatchFault.MALFORMED_RLP)
    assert list(iter_batches(b"")) == []


@given(st.binary(max_size=300))
def test_iter_batches__any_bytes__batches_and_at_most_one_bad_at_the_end(data):
    *good, _ = [*iter_batches(data), None]
    assert not any(isinstance(batch, BadBatch) for batch in good[:-1])


@given(st.lists(batches, min_size=1, max_size=3), st.data())
def test_iter_batches__bytes_changed__batches_and_at_most_one_bad_at_the_end(sent, data):
    broken = bytearray(encode_channel_rlp(sent))
    for position in data.draw(st.lists(st.integers(0, len(broken) - 1), min_size=1, max_size=4)):
        broken[position] = data.draw(st.integers(0, 255))
    found = list(iter_batches(bytes(broken)))
    assert not any(isinstance(batch, BadBatch) for batch in found[:-1])


def nested(depth):
    """`depth` lists, one in the other."""
    data = b"\xc0"
    for _ in range(depth):
        data = rlp.codec.length_prefix(len(data), 0xC0) + data
    return data


@pytest.mark.parametrize("field", [nested(5_000), b"\xf8\x38" + nested(55)], ids=["alone", "as a list"])
def test_decode_batch__lists_nested_without_end__are_malformed_and_no_more(field):
    assert fault(b"\x00" + field) is BatchFault.MALFORMED_CONTENT
    content = rlp.encode(PARENT) + b"\x07" + rlp.encode(EPOCH) + b"\x01" + field
    assert (
        fault(b"\x00" + rlp.codec.length_prefix(len(content), 0xC0) + content) is BatchFault.MALFORMED_CONTENT
    )


def test_decode_batch__very_many_transactions__are_read_in_linear_steps():
    """The library's decoder copies the list once for each: 20 GB for these."""
    many = SingularBatch(PARENT, BlockId(EPOCH, 7), 1, (b"\x02",) * 200_000)
    assert decode_batch(many.encode()) == many


# --- public vectors -------------------------------------------------------------------------------


@pytest.mark.parametrize("case", vector("channels.json")["payloads"], ids=lambda case: case["file"])
def test_iter_batches__real_channels__their_batches(case):
    (frame,) = parse_frames(binary(case["file"]))
    found = list(iter_batches(decompress(frame.data, limit=10**6, allow_brotli=False)))
    if case["batch_types"] == [1]:
        (span,) = found
        assert isinstance(span, RawSpanBatch)
        return
    assert [
        {
            "parent_hash": "0x" + batch.parent_hash.hex(),
            "epoch_num": batch.epoch.number,
            "epoch_hash": "0x" + batch.epoch.hash.hex(),
            "timestamp": batch.timestamp,
            "tx_count": len(batch.transactions),
            "tx_hashes": ["0x" + keccak(tx).hex() for tx in batch.transactions],
        }
        for batch in found
    ] == case["batches"]


@pytest.mark.parametrize("case", vector("channels.json")["streams"], ids=lambda case: case["file"])
def test_iter_batches__the_same_batch_by_four_compressors__one_singular_batch(case):
    data = decompress(binary(case["file"]), limit=10**6, allow_brotli=True)
    (batch,) = iter_batches(data)
    assert encode_channel_rlp([batch]) == data


def test_decode_batch__konas_example__its_fields():
    example = vector("brotli.json")
    batch, fields = decode_batch(unhex(example["decompressed"])), example["batch"]
    assert batch == SingularBatch(
        parent_hash=unhex(fields["parent_hash"]),
        epoch=BlockId(unhex(fields["epoch_hash"]), fields["epoch_num"]),
        timestamp=fields["timestamp"],
        transactions=tuple(map(unhex, fields["txs"])),
    )
