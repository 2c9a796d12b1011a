"""Blobs against the specs' own layout, written out here once more, and what the codec refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcycle.protocol.blobs import BLOB_SIZE, MAX_BLOB_PAYLOAD, BlobError, decode_blob, encode_blob

KNOWN = bytes.fromhex(
    "24000000287468697320697320612074657374206f6620626c6f6220656e636f10696e672f6465636f64696e67"
).ljust(BLOB_SIZE, b"\0")
"""A blob of the hildr client's tests."""


def encode(payload):
    """OP Stack specs, "Blob Encoding": 31 bytes, 6 bits, 31 bytes, 6 bits, …"""
    data = (b"\0" + len(payload).to_bytes(3, "big") + payload).ljust(127 * 1024, b"\0")
    elements = []
    for start in range(0, len(data), 127):
        part = data[start : start + 127]
        x, y, z = part[31], part[63], part[95]
        firsts = (x & 0x3F, (x >> 6) << 4 | y & 0x0F, z & 0x3F, (z >> 6) << 4 | y >> 4)
        for index, first in enumerate(firsts):
            elements.append(bytes([first]) + part[32 * index : 32 * index + 31])
    return b"".join(elements)


def spoilt(position, value, payload=b"payload"):
    blob = bytearray(encode(payload))
    blob[position] = value
    return bytes(blob)


def test_decode_blob__known_blob__is_its_text():
    assert decode_blob(KNOWN) == b"this is a test of blob encoding/decoding"


def test_encode_blob__known_payload__is_the_known_blob():
    assert encode_blob(b"this is a test of blob encoding/decoding") == KNOWN


@given(st.binary(max_size=600))
def test_decode_blob__encoded_payload__comes_back(payload):
    assert decode_blob(encode(payload)) == payload


@given(st.binary(max_size=600))
def test_encode_blob__any_payload__is_laid_out_as_the_specs_say_and_comes_back(payload):
    blob = encode_blob(payload)
    assert blob == encode(payload)
    assert decode_blob(blob) == payload


@pytest.mark.parametrize("length", [0, 26, 27, 28, 122, 123, 124, 250, MAX_BLOB_PAYLOAD])
def test_codec__length_at_an_edge__comes_back(length):
    payload = bytes(n % 251 for n in range(length))
    assert encode_blob(payload) == encode(payload)
    assert decode_blob(encode(payload)) == payload


def test_encode_blob__one_byte_more_than_fits__is_refused():
    assert len(encode_blob(bytes(MAX_BLOB_PAYLOAD))) == BLOB_SIZE
    with pytest.raises(ValueError, match="130045 bytes do not fit"):
        encode_blob(bytes(MAX_BLOB_PAYLOAD + 1))


@pytest.mark.parametrize(
    ("blob", "why"),
    [
        (spoilt(1, 1), "version 1"),
        (spoilt(2, 0x02), "at most 130044"),
        (spoilt(32, 0x40), "high bits"),
        (spoilt(96, 0x80), "high bits"),
        (spoilt(4, 6), "data after"),
        (spoilt(120, 1), "data after"),
        (spoilt(128, 0x40), "data after"),
        (spoilt(BLOB_SIZE - 1, 1), "data after"),
    ],
)
def test_decode_blob__malformed__raises(blob, why):
    with pytest.raises(BlobError, match=why):
        decode_blob(blob)


def test_decode_blob__high_bits_of_the_very_first_byte__are_masked_as_op_node_does():
    assert decode_blob(spoilt(0, 0xC0)) == b"payload"


def test_decode_blob__not_the_size_of_a_blob__is_a_bug_of_the_caller():
    with pytest.raises(ValueError, match="131072") as error:
        decode_blob(bytes(100))
    assert not isinstance(error.value, BlobError)
