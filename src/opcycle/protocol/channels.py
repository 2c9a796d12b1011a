"""Channels: a compressed run of batches, cut into frames.

    channel bytes = compress(rlp_string(batch) ++ rlp_string(batch) ++ …)

zlib streams speak for themselves (low nibble of the first byte is 8 or 15); Brotli streams carry one
version byte 0x01 in front. Decompression clips and never rejects what decodes before an error: real
channels on mainnet lack zlib's end marker. Source: OP Stack specs, "Channel Format" and Fjord's changes.
"""

import zlib
from collections.abc import Iterator
from enum import StrEnum

import brotli

from opcycle.protocol.frames import Frame

MAX_RLP_BYTES_PER_CHANNEL = 10_000_000
"""Bytes of decompressed data that count, before Fjord."""

MAX_RLP_BYTES_PER_CHANNEL_FJORD = 100_000_000
"""Bytes of decompressed data that count, from Fjord."""

FRAME_SIZE_IN_CHANNEL = 200
"""What each frame counts beyond its data when a channel's size is measured."""

BROTLI_VERSION = b"\x01"
_CHUNK = 64 * 1024


class ChannelError(ValueError):
    """The channel's first bytes name no compression that is allowed; the whole channel is dropped."""


class Compression(StrEnum):
    """How a batcher compresses a channel."""

    ZLIB = "zlib"
    BROTLI = "brotli"


def compress(data: bytes, algorithm: Compression, level: int | None = None) -> bytes:
    """Channel bytes of `data`. `level` is 0 to 9 (zlib, default 9) or 0 to 11 (Brotli, default 10)."""
    if algorithm is Compression.ZLIB:
        return zlib.compress(data, 9 if level is None else level)
    return BROTLI_VERSION + bytes(brotli.compress(data, quality=10 if level is None else level))


def decompress(data: bytes, *, limit: int, allow_brotli: bool) -> bytes:
    """The first `limit` decompressed bytes, or fewer where the stream ends or breaks.

    Memory stays below `limit` plus a small constant, however much the stream would inflate to.
    Raises ChannelError if the stream is of no allowed kind.
    """
    if not data:
        raise ChannelError("empty channel")
    if data[0] & 0x0F in (8, 15):
        return _collect(_inflate(data), limit)
    if data[:1] == BROTLI_VERSION:
        if not allow_brotli:
            raise ChannelError("Brotli channel before Fjord")
        return _collect(_unbrotli(data[1:]), limit)
    raise ChannelError(f"unknown compression type 0x{data[0]:02x}")


def split_frames(channel_id: bytes, compressed: bytes, max_frame_size: int) -> list[Frame]:
    """Cut channel bytes into frames whose encoding has at most `max_frame_size` bytes; at least one frame."""
    size = max_frame_size - len(Frame(channel_id, 0, b"", is_last=False).encode())
    if size <= 0:
        raise ValueError(f"a frame of {max_frame_size} bytes has no room for data")
    pieces = [compressed[i : i + size] for i in range(0, len(compressed), size)] or [b""]
    last = len(pieces) - 1
    return [Frame(channel_id, i, piece, is_last=i == last) for i, piece in enumerate(pieces)]


def _collect(chunks: Iterator[bytes], limit: int) -> bytes:
    out = bytearray()
    for chunk in chunks:
        out += chunk[: limit - len(out)]
        if len(out) >= limit:
            break
    return bytes(out)


def _inflate(data: bytes) -> Iterator[bytes]:
    """Raw deflate behind a checked two-byte header: a bad checksum at the end then costs no output."""
    if len(data) < 2 or int.from_bytes(data[:2], "big") % 31 or data[0] & 0x0F != 8 or data[1] & 0x20:
        return
    inflater = zlib.decompressobj(-15)
    pending = data[2:]
    while pending and not inflater.eof:
        try:
            chunk = inflater.decompress(pending, _CHUNK)
        except zlib.error:
            return
        yield chunk
        pending = inflater.unconsumed_tail
    while chunk := _flush(inflater):
        yield chunk


def _flush(inflater: "zlib._Decompress") -> bytes:
    try:
        return inflater.decompress(b"", _CHUNK)
    except zlib.error:
        return b""


def _unbrotli(data: bytes) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    for start in range(0, len(data), _CHUNK):
        piece = data[start : start + _CHUNK]
        while True:
            try:
                chunk = bytes(decoder.process(piece, output_buffer_limit=_CHUNK))
            except brotli.error:
                return
            yield chunk
            if decoder.is_finished():
                return
            piece = b""
            if decoder.can_accept_more_data():
                break
