"""Bit i of a bitlist is bit i of one big-endian number, not of its byte i // 8."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcycle.protocol.bitlist import Bitlist


@pytest.mark.parametrize(
    ("bits", "data"),
    [
        ([], ""),
        ([True], "01"),
        ([False], "00"),
        ([True] + [False] * 7, "01"),
        ([False] * 7 + [True], "80"),
        ([True] + [False] * 8, "0001"),
        ([False] * 8 + [True], "0100"),
        ([True, False, True] + [False] * 5 + [True, True], "0305"),
    ],
)
def test_of__bits__are_one_number_with_zeros_in_front(bits, data):
    assert Bitlist.of(bits).data.hex() == data
    assert list(Bitlist(bytes.fromhex(data), len(bits))) == bits


@given(st.lists(st.booleans(), max_size=70))
def test_of__any_bits__come_back_and_are_counted(bits):
    bitlist = Bitlist.of(bits)
    assert [bitlist[index] for index in range(len(bitlist))] == bits
    assert bitlist.count == sum(bits)
    assert [bitlist.count_above(index) for index in range(len(bits))] == [
        sum(bits[index + 1 :]) for index in range(len(bits))
    ]


@pytest.mark.parametrize(
    ("data", "length"), [("02", 1), ("80", 7), ("0200", 9), ("", 1), ("0000", 8), ("00", 0)]
)
def test_init__set_bit_beyond_the_length_or_wrong_size__is_refused(data, length):
    with pytest.raises(ValueError, match="bit"):
        Bitlist(bytes.fromhex(data), length)


@pytest.mark.parametrize(("data", "length"), [("01", 1), ("40", 7), ("0100", 9), ("", 0), ("ff", 8)])
def test_init__highest_bit_within_the_length__is_accepted(data, length):
    assert len(Bitlist(bytes.fromhex(data), length)) == length


@pytest.mark.parametrize("index", [-1, 3])
def test_getitem__no_such_bit__is_refused(index):
    with pytest.raises(IndexError):
        Bitlist.of([True] * 3)[index]
