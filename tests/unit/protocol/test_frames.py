"""Frames and batcher payloads: every byte in its place, and nothing else accepted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.vectors.read import binary, unhex, vector

from opcycle.protocol.frames import (
    FRAME_OVERHEAD,
    MAX_FRAME_DATA,
    Frame,
    FrameError,
    encode_batcher_payload,
    parse_frames,
)

ID = bytes(range(16))
FRAME = Frame(ID, 0x0102, b"data", is_last=True)
ENCODED = ID + bytes.fromhex("010200000004") + b"data" + b"\x01"

frames = st.builds(
    Frame,
    channel_id=st.binary(min_size=16, max_size=16),
    number=st.integers(0, 2**16 - 1),
    data=st.binary(max_size=100),
    is_last=st.booleans(),
)


def test_encode__frame__has_the_bytes_of_the_spec():
    assert FRAME.encode() == ENCODED
    assert len(ENCODED) == FRAME_OVERHEAD + len(FRAME.data)


@given(frames)
def test_encode__frame_number__does_not_fit_two_bytes_beyond_65535(frame):
    assert Frame.decode(frame.encode()) == (frame, FRAME_OVERHEAD + len(frame.data))
    with pytest.raises(OverflowError):
        Frame(frame.channel_id, frame.number + 2**16, frame.data, frame.is_last).encode()


@given(st.lists(frames, min_size=1, max_size=5).map(tuple))
def test_parse_frames__payload_of_frames__comes_back_in_order(sent):
    assert parse_frames(encode_batcher_payload(sent)) == sent


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"", "no data"),
        (b"\x00", "no frame"),
        (b"\x01" + ENCODED, "version 1"),
        (b"\xff" + ENCODED, "version 255"),
        (b"\x00" + ENCODED[:-1], "at least|are left"),
        (b"\x00" + ENCODED + b"\x00", "1 bytes left"),
        (b"\x00" + ENCODED + ENCODED[:22], "22 bytes left"),
        (b"\x00" + ENCODED + ENCODED[:-2], "wants 4 bytes"),
        (b"\x00" + ENCODED[:-1] + b"\x02", "is_last is 2"),
        (b"\x00" + ENCODED[:-1] + b"\xff" + ENCODED, "is_last is 255"),
    ],
)
def test_parse_frames__any_part_malformed__drops_all(payload, why):
    with pytest.raises(FrameError, match=why):
        parse_frames(payload)


def test_parse_frames__data_at_the_maximum__is_accepted_and_one_byte_more_is_not():
    largest = Frame(ID, 0, bytes(MAX_FRAME_DATA), is_last=False)
    assert parse_frames(encode_batcher_payload([largest])) == (largest,)
    larger = Frame(ID, 0, bytes(MAX_FRAME_DATA + 1), is_last=False)
    with pytest.raises(FrameError, match="1000001 bytes, at most 1000000"):
        parse_frames(encode_batcher_payload([larger]))


def test_parse_frames__length_of_four_gigabytes__is_refused_without_reading_it():
    with pytest.raises(FrameError, match="4294967295 bytes"):
        parse_frames(b"\x00" + ID + b"\x00\x00" + b"\xff" * 4 + bytes(100))


@given(st.binary(max_size=200), st.booleans())
def test_parse_frames__any_bytes__frames_that_encode_to_them_or_a_frame_error(data, is_versioned):
    payload = b"\x00" + data if is_versioned else data
    try:
        found = parse_frames(payload)
    except FrameError:
        return
    assert encode_batcher_payload(found) == payload


@given(st.lists(frames, min_size=1, max_size=3), st.data())
def test_parse_frames__one_bit_flipped__other_frames_or_a_frame_error(sent, data):
    payload = bytearray(encode_batcher_payload(sent))
    payload[data.draw(st.integers(0, len(payload) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = parse_frames(bytes(payload))
    except FrameError:
        return
    assert list(found) != sent


@pytest.mark.parametrize("case", vector("force_close.json")["cases"], ids=lambda case: case["out"][-8:])
def test_parse_frames__what_op_node_closes_a_channel_with__empty_frames_that_end_it(case):
    payload = unhex(case["out"])
    if payload == b"\x00":
        with pytest.raises(FrameError, match="no frame"):
            parse_frames(payload)
        return
    found = parse_frames(payload)
    assert {(frame.channel_id.hex(), frame.data) for frame in found} == {("deadbeef" * 4, b"")}
    assert encode_batcher_payload(found) == payload


@pytest.mark.parametrize("case", vector("channels.json")["payloads"], ids=lambda case: case["file"])
def test_parse_frames__real_batcher_transactions__one_whole_frame(case):
    payload = binary(case["file"])
    (frame,) = parse_frames(payload)
    assert frame.channel_id == unhex(case["channel_id"])
    assert (frame.number, len(frame.data), frame.is_last) == (0, case["data_size"], True)
    assert encode_batcher_payload([frame]) == payload
