"""Channels: a compressed run of batches, cut into frames.

    channel bytes = compress(rlp_string(batch) ++ rlp_string(batch) ++ …)

zlib streams speak for themselves (low nibble of the first byte is 8 or 15); Brotli streams carry one
version byte 0x01 in front. Decompression clips and never rejects what decodes before an error: real
channels on mainnet lack zlib's end marker. Source: OP Stack specs, "Channel Format" and Fjord's changes;
for malformed streams, of which the specs say nothing, op-node.
"""

import zlib
from collections.abc import Iterator
from enum import StrEnum
from io import BytesIO
from itertools import pairwise

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
_FIRST_BROTLI_PIECE, _BROTLI_PIECE = 4095, 32 * 1024


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
    out = BytesIO()
    for chunk in chunks:
        out.write(chunk[: limit - out.tell()])
        if out.tell() >= limit:
            break
    return out.getvalue()  # its own buffer: nothing is copied


def _inflate(data: bytes) -> Iterator[bytes]:
    """Raw deflate behind a checked header: a missing or wrong checksum at the end then costs no output."""
    start = _deflate_start(data)
    if start is None:
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for offset in range(start, len(data), _CHUNK):
        piece = data[offset : offset + _CHUNK]
        chunk = b"-"
        while (piece or chunk) and not inflater.eof:
            before = inflater.copy()
            try:
                chunk = inflater.decompress(piece, _CHUNK)
            except zlib.error:
                yield from _before_error(before, piece)
                return
            yield chunk
            piece = inflater.unconsumed_tail


def _deflate_start(data: bytes) -> int | None:
    """Where deflate data begins, None if the header (RFC 1950) is none that op-node's zlib accepts.

    It takes a preset dictionary if that is the empty one, whose checksum is 1.
    """
    if len(data) < 2 or int.from_bytes(data[:2], "big") % 31 or data[0] & 0x0F != 8 or data[0] >> 4 > 7:
        return None
    if not data[1] & 0x20:
        return 2
    return 6 if data[2:6] == b"\0\0\0\1" else None


def _before_error(inflater: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """What `data` inflates to before its error, but for symbols that end in the very byte at fault.

    The call that fails loses its output, so its input is halved until that byte is left.
    """
    size = len(data)
    while data[:size]:
        attempt = inflater.copy()
        try:
            chunk = attempt.decompress(data[:size], _CHUNK)
        except zlib.error:
            size //= 2
            continue
        yield chunk
        inflater, data = attempt, attempt.unconsumed_tail + data[size:]


def _unbrotli(data: bytes) -> Iterator[bytes]:
    """In the pieces that op-node reads: an error costs whatever its piece had not given out."""
    decoder, given = brotli.Decompressor(), 0
    bounds = [0, *range(_FIRST_BROTLI_PIECE, len(data), _BROTLI_PIECE), len(data)]
    for start, end in pairwise(bounds):
        try:
            for chunk in _pump(decoder, data[start:end]):
                given += len(chunk)
                yield chunk
        except brotli.error:
            yield _rest_of_stream(data[:end], start, given)
            return
        if decoder.is_finished():
            return


def _pump(decoder: brotli.Decompressor, piece: bytes) -> Iterator[bytes]:
    """What the decoder gives out for one piece of its input. Raises brotli.error."""
    chunk = b""
    while piece or chunk:
        chunk = bytes(decoder.process(piece, output_buffer_limit=_CHUNK))
        yield chunk
        piece = b""


def _rest_of_stream(data: bytes, start: int, given: int) -> bytes:
    """The output after its first `given` bytes, if the stream ends after `start`: then all of it is good.

    The decoder fails on bytes that follow the end, and loses what it had; byte by byte it does not.
    """
    decoder = brotli.Decompressor()
    given -= sum(len(chunk) for chunk in _pump(decoder, data[:start]))
    rest = bytearray()
    for position in range(start, len(data)):
        try:
            rest += b"".join(_pump(decoder, data[position : position + 1]))
        except brotli.error:
            break
        if decoder.is_finished():
            return bytes(rest[given:])
    return b""
