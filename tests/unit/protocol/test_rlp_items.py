"""RLP level by level, beside the library's own reader."""

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from opcycle.protocol.rlp_items import (
    RlpError,
    encode_list,
    encode_string,
    encode_uint,
    flag,
    items,
    list_content,
    read_item,
    sized,
    strings,
    uint,
)

values = st.recursive(st.binary(max_size=70), lambda inner: st.lists(inner, max_size=4), max_leaves=12)


def rebuilt(data):
    """The value that `data` encodes, from nothing but `items`."""
    return [rebuilt(content) if is_list else content for is_list, content in items(data, 0, len(data))]


@given(values)
def test_items__any_value__as_the_library_encodes_it(value):
    assert rebuilt(rlp.encode(value)) == [value]


@given(st.binary(max_size=40))
def test_items__any_bytes__what_the_library_accepts_and_nothing_else(data):
    try:
        expected = rlp.decode(data)
    except rlp.exceptions.DecodingError:
        expected = None
    try:
        found = rebuilt(data)
    except RlpError:
        found = None
    assert (found == [expected]) if expected is not None else (found is None or len(found) != 1)


@pytest.mark.parametrize(
    "data",
    ["8100", "817f", "b800", "b837" + "00" * 55, "b90038" + "00" * 56, "f800", "f90038" + "80" * 56],
)
def test_read_item__a_longer_form_than_needed__is_refused(data):
    with pytest.raises(RlpError):
        read_item(bytes.fromhex(data), 0, len(data) // 2)


@pytest.mark.parametrize("data", ["", "81", "82ff", "b8", "b838" + "00" * 55, "c1", "f8", "bf" + "ff" * 8])
def test_read_item__cut_off__is_refused(data):
    with pytest.raises(RlpError):
        read_item(bytes.fromhex(data), 0, len(data) // 2)


def test_read_item__end_before_the_data_ends__is_respected():
    assert read_item(b"\x82ab", 0, 3) == (False, 1, 3)
    with pytest.raises(RlpError, match="1 bytes beyond"):
        read_item(b"\x82ab", 0, 2)


def test_strings__part_of_the_data__is_all_that_is_looked_at():
    assert strings(b"\xc0\x01\x02\xc0", 1, 3) == [b"\x01", b"\x02"]


def test_strings__a_list_among_them__is_refused():
    assert strings(b"\x01\x80\x82ab") == [b"\x01", b"", b"ab"]
    with pytest.raises(RlpError, match="a list where a string"):
        strings(b"\x01\xc0")


def test_list_content__more_after_it__is_refused():
    assert list_content(b"\xc1\x01") == b"\x01"
    with pytest.raises(RlpError, match="4 bytes after"):
        list_content(b"\xc1\x01more")
    with pytest.raises(RlpError, match="a string where a list"):
        list_content(b"\x01")


def test_uint__canonical_numbers_of_its_size__and_no_other():
    assert [uint(b, 16) for b in (b"", b"\x01", b"\xff\xff")] == [0, 1, 65535]
    for content in (b"\x00", b"\x00\x01", b"\x01\x00\x00"):
        with pytest.raises(RlpError, match="no canonical number of 16 bits"):
            uint(content, 16)


def test_flag__empty_or_one__and_no_other():
    assert (flag(b""), flag(b"\x01")) == (False, True)
    for content in (b"\x00", b"\x02", b"\x01\x01"):
        with pytest.raises(RlpError, match="neither true nor false"):
            flag(content)


def test_sized__another_size__is_refused():
    assert sized(b"abc", 3) == b"abc"
    with pytest.raises(RlpError, match="2 bytes where 3"):
        sized(b"ab", 3)


def encoded(value):
    return encode_list(map(encoded, value)) if isinstance(value, list) else encode_string(value)


@given(values)
def test_encode__any_value__as_the_library_encodes_it(value):
    assert encoded(value) == rlp.encode(value)


@given(st.integers(min_value=0, max_value=2**600))
def test_encode_uint__any_number__as_the_library_encodes_it(number):
    assert encode_uint(number) == rlp.encode(number)
