"""Transactions taken apart into columns and put together again, and what is none of either."""

from dataclasses import replace

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.protocol.span_samples import (
    ACCESS_LIST,
    AUTHORIZATIONS,
    CHAIN_ID,
    KEY,
    RECIPIENT,
    access_list,
    dynamic_fee,
    legacy,
    set_code,
    transactions,
)

from opcycle.protocol import rlp_items, transaction_shape
from opcycle.protocol.bitlist import Bitlist
from opcycle.protocol.byte_reader import ByteReader, ByteReaderError
from opcycle.protocol.rlp_items import RlpError, read_item
from opcycle.protocol.span_transactions import SpanFormatError, SpanTransactionError, SpanTransactions


def columns(*raws):
    return SpanTransactions.of(raws, CHAIN_ID)


def payload(value, *fields, kind=b""):
    return kind + rlp.encode([value, *fields])


def with_payload(changed, original=None):
    """The columns of one good transaction, except for its payload."""
    made = columns(legacy() if original is None else original)
    protections = made.protections if changed[:1] > b"\x7f" else Bitlist.of([])
    return replace(made, payloads=(changed,), protections=protections)


@given(st.lists(transactions, max_size=6))
def test_of__any_transactions__come_back_also_through_bytes(raws):
    made = columns(*raws)
    assert made.transactions(CHAIN_ID) == tuple(raws)
    encoded = made.encode()
    reader = ByteReader(encoded + b"rest")
    assert SpanTransactions.decode(reader, len(raws)) == made
    assert reader.take(reader.left) == b"rest"


def test_encode__one_of_each_type__is_column_after_column():
    raws = [
        legacy(parity=1, chain_id=None),
        access_list(to=b""),
        dynamic_fee(nonce=300, parity=1),
        set_code(),
        legacy(),
    ]
    made = columns(*raws)
    signatures = ((2**255 + 1).to_bytes(32, "big") + (2**200).to_bytes(32, "big")) * 5
    assert made.encode() == b"".join(
        (
            bytes([0b00010]),  # the second creates a contract
            bytes([0b00101]),
            signatures,
            RECIPIENT * 4,
            payload(4, 2, b"data"),
            payload(4, 2, b"", ACCESS_LIST, kind=b"\x01"),
            payload(4, 2, 5, b"", [], kind=b"\x02"),
            payload(4, 2, 5, b"", ACCESS_LIST, AUTHORIZATIONS, kind=b"\x04"),
            payload(4, 2, b"data"),
            bytes([1, 1, 0xAC, 0x02, 1, 1]),
            bytes([3] * 5),
            bytes([0b10]),  # of the two legacy ones, the second is protected
        )
    )


@pytest.mark.parametrize("word", [0, 1, 127, 128, 255, 256, 2**256 - 1])
def test_of__signature_words_of_any_length__come_back(word):
    raw = legacy(r=word, s=word)
    assert columns(raw).transactions(CHAIN_ID) == (raw,)


@pytest.mark.parametrize("make", [legacy, access_list, dynamic_fee, set_code])
def test_of__another_chains_transaction__is_refused(make):
    assert columns(make(chain_id=CHAIN_ID))
    with pytest.raises(SpanTransactionError, match=f"chain {CHAIN_ID + 1}"):
        columns(make(chain_id=CHAIN_ID + 1))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" + legacy(),
        b"\x03" + dynamic_fee()[1:],
        b"\x05\xc0",
        b"\x7e\xc0",
        b"\x02",
        b"\x02\x80",
        b"\xc0",
        legacy() + b"\0",
        legacy()[:-1],
        legacy(to=RECIPIENT[1:]),
        legacy(nonce=2**64),
        legacy(gas=2**64),
        access_list(parity=2),
        rlp.encode([1, 2, 3, RECIPIENT, 4, b"", 26, 1, 1]),
        rlp.encode([1, 2, 3, RECIPIENT, 4, b"", 27, 2**256, 1]),
        rlp.encode([b"\0", 2, 3, RECIPIENT, 4, b"", 27, 1, 1]),
        rlp.encode([1, 2, 3, [RECIPIENT], 4, b"", 27, 1, 1]),
    ],
)
def test_of__bytes_that_are_no_transaction__are_refused(raw):
    with pytest.raises(SpanTransactionError):
        columns(raw)


@pytest.mark.parametrize(
    "good",
    [
        payload(0, 0, b""),
        payload(2**300, 2**300, b"\0\0"),  # go-ethereum's numbers are unbounded here
        payload(1, 2, b"", [], kind=b"\x01"),
        payload(1, 2, 3, b"", [[RECIPIENT, []]], kind=b"\x02"),
        payload(1, 2, 3, b"", [[RECIPIENT, [KEY, KEY]]] * 2, kind=b"\x02"),
        payload(2**256 - 1, 2, 3, b"", [], [], kind=b"\x04"),
        payload(1, 2, 3, b"", [], [[0, RECIPIENT, 2**64 - 1, 255, 0, 0]], kind=b"\x04"),
    ],
)
def test_transactions__good_payload__is_in_its_transaction(good):
    (raw,) = with_payload(good).transactions(CHAIN_ID)
    assert columns(raw).payloads == (good,)


@pytest.mark.parametrize(
    "bad",
    [
        b"\xc0",
        payload(1, 2),
        payload(1, 2, b"", b""),
        payload(b"\0", 2, b""),
        payload(1, b"\0\1", b""),
        payload([], 2, b""),
        payload(1, 2, []),
        b"\xc4\x81\x01\x02\x80",  # 1 as a string of one byte
        b"\xf8\x03\x01\x02\x80",  # a long length for a short list
        b"\xc5\x01\x02\xb8\x01\x80",
        payload(1, 2, b"", [], kind=b"\x03"),
        payload(1, 2, 3, b"", [], kind=b"\x05"),
        payload(1, 2, b"", b"", kind=b"\x01"),
        payload(1, 2, b"", [RECIPIENT], kind=b"\x01"),
        payload(1, 2, b"", [[RECIPIENT]], kind=b"\x01"),
        payload(1, 2, b"", [[RECIPIENT, [], []]], kind=b"\x01"),
        payload(1, 2, b"", [[RECIPIENT, b""]], kind=b"\x01"),
        payload(1, 2, b"", [[[], []]], kind=b"\x01"),
        payload(1, 2, b"", [[RECIPIENT[1:], []]], kind=b"\x01"),
        payload(1, 2, b"", [[RECIPIENT, [KEY[1:]]]], kind=b"\x01"),
        payload(1, 2, b"", [[RECIPIENT, [[KEY]]]], kind=b"\x01"),
        payload(1, 2, 3, b"", kind=b"\x02"),
        payload(2**256, 2, 3, b"", [], [], kind=b"\x04"),
        payload(1, 2**256, 3, b"", [], [], kind=b"\x04"),
        payload(1, 2, 3, b"", [], b"", kind=b"\x04"),
        payload(1, 2, 3, b"", [], [RECIPIENT], kind=b"\x04"),
        payload(1, 2, 3, b"", [], [[0, RECIPIENT, 0, 0, 0]], kind=b"\x04"),
        payload(1, 2, 3, b"", [], [[0, RECIPIENT, 0, 0, 0, 0, 0]], kind=b"\x04"),
        payload(1, 2, 3, b"", [], [[2**256, RECIPIENT, 0, 0, 0, 0]], kind=b"\x04"),
        payload(1, 2, 3, b"", [], [[0, RECIPIENT[1:], 0, 0, 0, 0]], kind=b"\x04"),
        payload(1, 2, 3, b"", [], [[0, RECIPIENT, 2**64, 0, 0, 0]], kind=b"\x04"),
        payload(1, 2, 3, b"", [], [[0, RECIPIENT, 0, 256, 0, 0]], kind=b"\x04"),
        payload(1, 2, 3, b"", [], [[0, RECIPIENT, 0, 0, 2**256, 0]], kind=b"\x04"),
        payload(1, 2, 3, b"", [], [[0, RECIPIENT, 0, 0, 0, [1]]], kind=b"\x04"),
    ],
)
def test_transactions__payload_that_go_ethereum_would_not_decode__is_refused(bad):
    with pytest.raises(SpanTransactionError):
        with_payload(bad).transactions(CHAIN_ID)


def test_transactions__set_code_that_creates__is_refused_and_the_others_are_not():
    creation = Bitlist.of([True])
    made = columns(dynamic_fee())
    assert replace(made, creations=creation, recipients=b"").transactions(CHAIN_ID) == (dynamic_fee(to=b""),)
    with pytest.raises(SpanTransactionError, match="creates"):
        replace(columns(set_code()), creations=creation, recipients=b"").transactions(CHAIN_ID)


def decode(data, count=1):
    return SpanTransactions.decode(ByteReader(data), count)


def test_decode__explicit_type_zero__takes_a_protected_bit_and_is_no_transaction():
    made = columns(legacy())
    odd = replace(made, payloads=(b"\0" + made.payloads[0],))
    assert decode(odd.encode()) == odd
    with pytest.raises(SpanTransactionError, match="type 0"):
        odd.transactions(CHAIN_ID)


@pytest.mark.parametrize(("first", "is_type"), [(b"\x03", True), (b"\x7f", True), (b"\x80", False)])
def test_decode__byte_before_the_list__is_a_type_up_to_0x7f_whether_or_not_there_is_one(first, is_type):
    data = bytes(2) + bytes(64) + bytes(20) + first + b"\xc0" + bytes(2)
    if is_type:
        found = SpanTransactions.decode(ByteReader(data), 1)
        with pytest.raises(SpanTransactionError, match="transaction type"):
            found.transactions(CHAIN_ID)
    else:
        with pytest.raises(SpanFormatError):
            SpanTransactions.decode(ByteReader(data), 1)


@pytest.mark.parametrize("text", [b"\x80", b"\x02\x80", b"\x83abc", b"\x02\x02"])
def test_decode__payload_is_a_string__is_refused(text):
    with pytest.raises(SpanFormatError, match="not a list"):
        decode(replace(columns(legacy()), payloads=(text,)).encode())


def long_list(size):
    """A list of `size` bytes in all."""
    return b"\xfa" + (size - 4).to_bytes(3, "big") + bytes(size - 4)


def test_decode__payload_of_ten_million_bytes__is_the_largest():
    made = columns(legacy())
    assert decode(replace(made, payloads=(long_list(10_000_000),)).encode()).payloads == (
        long_list(10_000_000),
    )
    with pytest.raises(SpanFormatError, match="at most"):
        decode(replace(made, payloads=(long_list(10_000_001),)).encode())


@pytest.mark.parametrize("column", ["creations", "y_parities", "protections"])
def test_decode__bit_beyond_the_last__is_refused(column):
    made = columns(legacy())
    with pytest.raises(SpanFormatError, match="bit 1"):
        decode(replace(made, **{column: Bitlist(b"\x02", 2)}).encode())


def test_decode__cut_off_anywhere__is_refused():
    encoded = columns(legacy(), set_code()).encode()
    for size in range(len(encoded)):
        with pytest.raises((ByteReaderError, RlpError)):
            decode(encoded[:size], 2)


def listed(content):
    """A list with this content, of more than 65,535 bytes."""
    return b"\xfa" + len(content).to_bytes(3, "big") + content


MANY = b"\x80" * 100_000


@pytest.mark.parametrize(
    "hostile",
    [
        listed(MANY),
        b"\x01" + listed(b"\x01\x02\x80" + listed(b"\xc0" * 100_000)),
        b"\x01" + listed(b"\x01\x02\x80" + listed(listed(b"\x94" + RECIPIENT + listed(MANY)))),
        b"\x04" + listed(b"\x01\x02\x03\x80\xc0" + listed(listed(MANY))),
    ],
    ids=["fields", "entries", "storage keys", "authorization fields"],
)
def test_transactions__many_items_where_few_belong__only_the_first_are_looked_at(hostile, monkeypatch):
    made, looks = with_payload(hostile), []

    def counted(data, start, end):
        looks.append(start)
        return read_item(data, start, end)

    monkeypatch.setattr(rlp_items, "read_item", counted)
    monkeypatch.setattr(transaction_shape, "read_item", counted)
    with pytest.raises(SpanTransactionError):
        made.transactions(CHAIN_ID)
    assert 0 < len(looks) < 40
