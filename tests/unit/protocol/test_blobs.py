"""Blobs against the specs' own layout, written out here once more, and what the codec refuses."""

import gzip

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from tests.vectors.read import binary, unhex, vector

from opcycle.protocol.blobs import BLOB_SIZE, MAX_BLOB_PAYLOAD, BlobError, decode_blob, encode_blob
from opcycle.protocol.frames import parse_frames


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


@pytest.mark.parametrize("case", vector("blobs.json"), ids=lambda case: case["source"])
def test_codec__public_blobs__are_what_they_carry(case):
    blob = unhex(case["blob"]).ljust(BLOB_SIZE, b"\0")
    payload = decode_blob(blob)
    assert encode_blob(payload) == blob
    if "payload" in case:
        assert payload == unhex(case["payload"])
    else:
        assert keccak(payload) == unhex(case["payload_hash"])
        (frame,) = parse_frames(payload)
        assert frame.channel_id == unhex("0x2f127415c9cb64ca077f23db3cfa302e")


def test_decode_blob__blobs_of_another_rollup__are_not_ours():
    others = gzip.decompress(binary("blobs_goerli_7422094.bin.gz"))
    for start in range(0, len(others), BLOB_SIZE):
        with pytest.raises(BlobError, match="blob encoding version 22"):
            decode_blob(others[start : start + BLOB_SIZE])


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


@given(st.binary(max_size=600), st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), max_size=4))
def test_decode_blob__bytes_changed__another_payload_or_a_blob_error(payload, changes):
    blob = bytearray(encode(payload))
    for position, value in changes:
        blob[position] = value
    try:
        found = decode_blob(bytes(blob))
    except BlobError:
        return
    assert encode(found) == bytes([blob[0] & 0x3F]) + blob[1:]


def test_decode_blob__high_bits_of_the_very_first_byte__are_masked_as_op_node_does():
    assert decode_blob(spoilt(0, 0xC0)) == b"payload"


def test_decode_blob__not_the_size_of_a_blob__is_a_bug_of_the_caller():
    with pytest.raises(ValueError, match="131072") as error:
        decode_blob(bytes(100))
    assert not isinstance(error.value, BlobError)
