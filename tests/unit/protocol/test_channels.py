"""Channel bytes: what decompresses before a fault or the limit counts, nothing costs more than the limit."""

import tracemalloc
import zlib

import brotli
import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from tests.vectors.read import binary, unhex, vector

from opcycle.protocol.channels import ChannelError, Compression, compress, decompress, split_frames
from opcycle.protocol.frames import FRAME_OVERHEAD, parse_frames

ID = b"a channel of ids"
LIMIT = 10**6
TEXT = b"".join(keccak(n.to_bytes(4, "big")) + bytes(n % 97) for n in range(3_000))
"""Data that compresses to about half, over several windows of the decompressor's own chunks."""


def restored(data, *, limit=LIMIT, allow_brotli=True):
    return decompress(data, limit=limit, allow_brotli=allow_brotli)


@pytest.mark.parametrize("algorithm", Compression)
@given(st.binary(max_size=2_000), st.integers(1, 9))
def test_compress__any_data_and_level__comes_back(algorithm, data, level):
    assert restored(compress(data, algorithm, level)) == data


@pytest.mark.parametrize("algorithm", Compression)
@given(st.integers(0, len(TEXT) + 10))
def test_decompress__more_than_the_limit__exactly_the_first_bytes(algorithm, limit):
    assert restored(compress(TEXT, algorithm, 1), limit=limit) == TEXT[:limit]


@pytest.mark.parametrize("algorithm", Compression)
@given(st.data())
def test_decompress__cut_anywhere__what_came_before(algorithm, data):
    whole = compress(TEXT, algorithm, 1)
    end = data.draw(st.integers(2, len(whole)))
    found = restored(whole[:end])
    assert TEXT.startswith(found)
    # Each compressor holds back a block at most: half the stream cannot give less than a quarter.
    assert len(found) >= len(TEXT) * (end / len(whole) - 0.25)


@pytest.mark.parametrize("algorithm", Compression)
@given(st.data())
def test_decompress__bits_flipped__never_fails(algorithm, data):
    broken = bytearray(compress(TEXT[:3_000], algorithm))
    for position in data.draw(st.lists(st.integers(2, len(broken) - 1), min_size=1, max_size=3)):
        broken[position] ^= 1 << data.draw(st.integers(0, 7))
    assert len(restored(bytes(broken))) <= LIMIT


@given(st.binary(max_size=300))
def test_decompress__any_bytes__output_or_a_channel_error(data):
    try:
        assert len(restored(data, limit=1_000)) <= 1_000
    except ChannelError:
        assert not data or (data[0] & 0x0F not in (8, 15) and data[0] != 1)


# --- which compression ----------------------------------------------------------------------------


def test_decompress__first_byte__names_the_compression():
    for first in range(256):
        data = bytes([first]) + b"?" * 20
        if first & 0x0F in (8, 15):
            assert restored(data, allow_brotli=False) == b""
        elif first != 1:
            with pytest.raises(ChannelError, match=f"0x{first:02x}"):
                restored(data)


def test_decompress__brotli__needs_fjord():
    data = compress(b"content", Compression.BROTLI)
    assert restored(data) == b"content"
    with pytest.raises(ChannelError, match="before Fjord"):
        restored(data, allow_brotli=False)


def test_decompress__nothing__is_no_channel():
    with pytest.raises(ChannelError, match="empty"):
        restored(b"")


# --- zlib -----------------------------------------------------------------------------------------


def deflated(data=TEXT):
    return zlib.compress(data)[2:-4]


def header(first, flags=0):
    """A zlib header whose check bits are right."""
    value = first << 8 | flags
    return (value + -value % 31).to_bytes(2, "big")


@pytest.mark.parametrize("tail", [b"", b"\x00", b"\x00\x00\x00\x00", b"\xff" * 4, b"\xff" * 40])
def test_decompress__zlib_with_missing_or_wrong_checksum_or_more__all_of_it(tail):
    assert restored(header(0x78) + deflated() + tail) == TEXT


def test_decompress__zlib_never_finished__all_that_was_flushed():
    compressor = zlib.compressobj()
    assert restored(compressor.compress(TEXT) + compressor.flush(zlib.Z_SYNC_FLUSH)) == TEXT


@pytest.mark.parametrize(
    ("start", "is_good"),
    [
        (header(0x78), True),
        (header(0x08), True),
        (header(0x88), False),
        (b"\x78\x00", False),
        (header(0x7F), False),
        (b"\x78", False),
        (header(0x78, 0x20) + b"\x00\x00\x00\x01", True),
        (header(0x78, 0x20) + b"\x00\x00\x00\x02", False),
    ],
    ids=["32K", "256 B", "window", "check", "method", "short", "empty dictionary", "unknown dictionary"],
)
def test_decompress__zlib_header__as_op_node_reads_it(start, is_good):
    assert restored(start + deflated(b"content")) == (b"content" if is_good else b"")


BAD_BLOCK = b"\x07"
"""A last block of the type 3, which does not exist."""


@pytest.mark.parametrize("size", [0, 1, 7, 1_000, 70_000, 200_000])
def test_decompress__zlib_that_breaks__everything_before_the_fault(size):
    compressor = zlib.compressobj(wbits=-15)
    good = compressor.compress(TEXT[:size]) + compressor.flush(zlib.Z_SYNC_FLUSH)
    assert restored(header(0x78) + good + BAD_BLOCK + b"junk" * 50_000) == TEXT[:size]


@pytest.mark.parametrize(
    "fault",
    [
        "11000110",  # the symbol 286, which does not exist
        "000000100011",  # three bytes from four bytes back, where there are two
    ],
)
def test_decompress__zlib_with_an_impossible_symbol__everything_before_it(fault):
    bits = "1101001000110010010" + fault  # last block, fixed codes, "a", "b"
    packed = int(bits[::-1], 2).to_bytes(-(-len(bits) // 8), "little")
    assert restored(header(0x78) + packed) == b"ab"


# --- Brotli ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 10, 60_000, len(TEXT)])
@pytest.mark.parametrize("tail", [b"\x00", b"junk", b"junk" * 20_000])
def test_decompress__bytes_after_a_brotli_stream__cost_nothing(size, tail):
    assert restored(compress(TEXT[:size], Compression.BROTLI, 5) + tail) == TEXT[:size]


def test_decompress__brotli_that_breaks__what_earlier_pieces_gave():
    data = compress(TEXT, Compression.BROTLI, 1)
    assert len(data) > 70_000
    broken = data[:60_000] + b"\xff" * 50 + data[60_050:]
    found = restored(broken)
    assert TEXT.startswith(found)
    assert len(found) >= len(restored(data[:36_000]))


# --- bombs ----------------------------------------------------------------------------------------


def zlib_bomb():
    """As many zeros as 128 KB can hold."""
    compressor = zlib.compressobj(9)
    return compressor.compress(bytes(120 * 2**20)) + compressor.flush()


def brotli_bomb():
    """A gigabyte: the same 16 MiB of zeros, for which the compressor has one block, again and again."""
    compressor = brotli.Compressor(quality=3)
    first = compressor.process(bytes(2**24)) + compressor.flush()
    again = compressor.process(bytes(2**24)) + compressor.flush()
    return b"\x01" + first + again * 63


@pytest.mark.parametrize("bomb", [zlib_bomb, brotli_bomb])
def test_decompress__a_frame_that_inflates_without_end__costs_no_more_than_the_limit(bomb):
    data = bomb()
    assert len(data) < 128 * 1024
    tracemalloc.start()
    found = restored(data, limit=LIMIT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == bytes(LIMIT)
    assert peak < 4 * LIMIT


# --- frames ---------------------------------------------------------------------------------------


@given(st.binary(max_size=500), st.integers(FRAME_OVERHEAD + 1, 200))
def test_split_frames__any_channel__numbered_from_zero_full_but_the_last_and_joined_again(data, size):
    frames = split_frames(ID, data, size)
    assert b"".join(frame.data for frame in frames) == data
    assert [frame.number for frame in frames] == list(range(len(frames)))
    assert [frame.is_last for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert {len(frame.encode()) for frame in frames[:-1]} <= {size}
    assert len(frames[-1].encode()) <= size


def test_split_frames__no_room_for_data__is_the_callers_mistake():
    assert split_frames(ID, b"xy", FRAME_OVERHEAD + 1)[1].data == b"y"
    with pytest.raises(ValueError, match="no room"):
        split_frames(ID, b"xy", FRAME_OVERHEAD)


# --- public vectors -------------------------------------------------------------------------------


@pytest.mark.parametrize("case", vector("channels.json")["streams"], ids=lambda case: case["file"])
def test_decompress__the_same_batch_by_four_compressors__the_same_bytes(case):
    found = restored(binary(case["file"]))
    assert (len(found), keccak(found)) == (case["rlp_size"], unhex(case["rlp_hash"]))


@pytest.mark.parametrize("case", vector("channels.json")["payloads"], ids=lambda case: case["file"])
def test_decompress__real_channels__to_their_size(case):
    (frame,) = parse_frames(binary(case["file"]))
    assert len(restored(frame.data, allow_brotli=False)) == case["rlp_size"]


def test_decompress__konas_brotli_examples__their_content():
    example = vector("brotli.json")
    small = example["small"]
    stream = b"\x01" + unhex(small["compressed_no_version_byte"])
    assert restored(stream) == unhex(small["decompressed"])
    payload = b"\x00" + b"".join(unhex(frame) for frame in example["frames"])
    frames = parse_frames(payload)
    joined = b"".join(frame.data for frame in frames)
    assert [(frame.number, frame.is_last) for frame in frames] == [(0, False), (1, True)]
    assert restored(b"\x01" + joined) == unhex(example["decompressed"])
