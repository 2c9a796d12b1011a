"""Numbers as Go's `binary.ReadUvarint` reads them, and lengths that are checked first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcycle.protocol.byte_reader import ByteReader, ByteReaderError, encode_uvarint

LARGEST = 2**64 - 1


@pytest.mark.parametrize(
    ("number", "encoded"),
    [
        (0, "00"),
        (127, "7f"),
        (128, "8001"),
        (300, "ac02"),
        (16_383, "ff7f"),
        (16_384, "808001"),
        (2**63, "80808080808080808001"),
        (LARGEST, "ffffffffffffffffff01"),
    ],
)
def test_uvarint__known_number__both_ways(number, encoded):
    assert encode_uvarint(number).hex() == encoded
    assert ByteReader(bytes.fromhex(encoded)).uvarint() == number


@given(st.lists(st.integers(0, LARGEST), max_size=5), st.binary(max_size=3))
def test_uvarints__any_numbers__come_back_and_what_follows_is_left(numbers, rest):
    reader = ByteReader(b"".join(map(encode_uvarint, numbers)) + rest)
    assert reader.uvarints(len(numbers)) == tuple(numbers)
    assert reader.take(reader.left) == rest


@pytest.mark.parametrize(("encoded", "number"), [("8000", 0), ("ff00", 127), ("80808080808080808000", 0)])
def test_uvarint__longer_than_needed__is_accepted_as_op_node_does(encoded, number):
    assert ByteReader(bytes.fromhex(encoded)).uvarint() == number


@pytest.mark.parametrize(
    "encoded", ["", "80", "ffff", "ffffffffffffffffff02", "8080808080808080808000", "ff" * 20]
)
def test_uvarint__cut_off_or_of_more_than_64_bits__is_refused(encoded):
    with pytest.raises(ByteReaderError):
        ByteReader(bytes.fromhex(encoded)).uvarint()


@pytest.mark.parametrize("number", [-1, LARGEST + 1])
def test_encode_uvarint__not_a_number_of_64_bits__is_refused(number):
    with pytest.raises(ValueError, match="64 bits"):
        encode_uvarint(number)


def test_take__more_than_is_left__is_refused_and_takes_nothing():
    reader = ByteReader(b"abc", 1)
    with pytest.raises(ByteReaderError, match="3 bytes wanted, 2 left"):
        reader.take(3)
    assert reader.take(2) == b"bc"


def test_uvarints__more_than_bytes__are_refused_before_any_is_read():
    reader = ByteReader(b"\x01\x02")
    with pytest.raises(ByteReaderError, match="3 numbers wanted"):
        reader.uvarints(3)
    assert reader.offset == 0
