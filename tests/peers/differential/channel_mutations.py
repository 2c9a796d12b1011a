"""Channels whose compressed data is wrong, unusual, or far too much."""

import zlib
from collections.abc import Callable

import brotli
from tests.peers.differential.material import Material, Posting, Registry, flip_bit

from opcycle.protocol.channels import MAX_RLP_BYTES_PER_CHANNEL_FJORD

CHANNEL = Registry()


def _compressed(change: Callable[[Material, bytes], bytes]) -> None:
    """Register a change of a channel's content into its compressed data."""

    def make(material: Material) -> Posting:
        return material.post_channel(change(material, material.content()))

    make.__name__ = change.__name__
    CHANNEL.add()(make)


def _zlib(
    content: bytes, *, level: int = 9, window: int = 15, strategy: int = 0, end: int = zlib.Z_FINISH
) -> bytes:
    compressor = zlib.compressobj(level, zlib.DEFLATED, window, 8, strategy)
    return compressor.compress(content) + compressor.flush(end)


def _brotli(content: bytes, *, quality: int = 9, window: int = 22) -> bytes:
    return b"\x01" + bytes(brotli.compress(content, quality=quality, lgwin=window))


@_compressed
def zlib_any_setting(m: Material, content: bytes) -> bytes:
    strategies = [zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED]
    return _zlib(
        content, level=m.rng.randint(0, 9), window=m.rng.randint(9, 15), strategy=m.rng.choice(strategies)
    )


@_compressed
def brotli_any_setting(m: Material, content: bytes) -> bytes:
    return _brotli(content, quality=m.rng.randint(0, 11), window=m.rng.randint(10, 24))


@_compressed
def zlib_without_end(m: Material, content: bytes) -> bytes:
    """As real channels on mainnet are."""
    return _zlib(content, end=m.rng.choice([zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH]))


@_compressed
def zlib_wrong_checksum(m: Material, content: bytes) -> bytes:
    data = _zlib(content)
    return data[:-4] + m.rng.choice([m.rng.randbytes(4), b"", data[-4:-1]])


@_compressed
def zlib_other_header(m: Material, content: bytes) -> bytes:
    header = bytes([m.rng.choice([0x78, 0x08, 0x18, 0x88, 0x7F, 0x0F, 0xF8]), m.rng.randrange(256)])
    return header + _zlib(content)[2:]


@_compressed
def zlib_right_header(m: Material, content: bytes) -> bytes:
    """With any window that a header may state, a dictionary included: only the check bits are right."""
    first, second = m.rng.choice([0x08, 0x18, 0x58, 0x78, 0x88]), m.rng.choice([0x00, 0x20, 0x40, 0xC0])
    check = -(first * 256 + second) % 31
    dictionary = m.rng.choice([b"", b"\0\0\0\1", b"\0\0\0\0"]) if second == 0x20 else b""
    return bytes([first, second + check]) + dictionary + _zlib(content)[2:]


@_compressed
def zlib_bytes_after(m: Material, content: bytes) -> bytes:
    return _zlib(content) + m.rng.randbytes(m.rng.choice([1, 100]))


@_compressed
def zlib_two_streams(m: Material, content: bytes) -> bytes:
    at = m.rng.randrange(len(content))
    return _zlib(content[:at]) + _zlib(content[at:])


@_compressed
def zlib_bit_flipped(m: Material, content: bytes) -> bytes:
    return flip_bit(_zlib(content, level=m.rng.choice([0, 9])), m.rng, first=2)


@_compressed
def zlib_truncated(m: Material, content: bytes) -> bytes:
    data = _zlib(content)
    return data[: m.rng.randrange(1, len(data))]


@_compressed
def brotli_bytes_after(m: Material, content: bytes) -> bytes:
    return _brotli(content) + m.rng.randbytes(m.rng.choice([1, 100]))


@_compressed
def brotli_two_streams(m: Material, content: bytes) -> bytes:
    at = m.rng.randrange(len(content))
    return _brotli(content[:at]) + _brotli(content[at:])[1:]


@_compressed
def brotli_bit_flipped(m: Material, content: bytes) -> bytes:
    return flip_bit(_brotli(content, quality=m.rng.choice([1, 9])), m.rng, first=1)


@_compressed
def brotli_truncated(m: Material, content: bytes) -> bytes:
    data = _brotli(content)
    return data[: m.rng.randrange(1, len(data))]


@_compressed
def unknown_compression(m: Material, content: bytes) -> bytes:
    return bytes([m.rng.choice([0x00, 0x02, 0x03, 0x10, 0x81, 0xC1])]) + _zlib(content)[1:]


@_compressed
def uncompressed(m: Material, content: bytes) -> bytes:
    return content


@_compressed
def first_bytes_only(m: Material, content: bytes) -> bytes:
    return m.compressed(content)[: m.rng.randint(0, 2)]


@_compressed
def compressed_nothing(m: Material, content: bytes) -> bytes:
    return m.compressed(b"")


@_compressed
def junk(m: Material, content: bytes) -> bytes:
    return m.rng.choice([b"\x78\xda", b"\x01", b""]) + m.rng.randbytes(m.rng.choice([1, 10, 1000]))


@CHANNEL.add(seldom=True)
def bomb(m: Material) -> Posting:
    """Good batches, and then zeros beyond what a channel may inflate to: one more batch, of no type."""
    content = m.content() + b"\x00" * (MAX_RLP_BYTES_PER_CHANNEL_FJORD + 1000)
    data = _zlib(content) if m.rng.random() < 0.5 else _brotli(content, quality=1)
    return m.post_channel(data)


@CHANNEL.add(seldom=True)
def batch_beyond_the_limit(m: Material) -> Posting:
    """One huge batch of the past, in the middle of whose successor the content is cut off."""
    batches = m.past()[-1:]
    head = m.content(batches)
    size = MAX_RLP_BYTES_PER_CHANNEL_FJORD - len(head) - 5 - m.rng.choice([0, 1, 50])
    padded = batches[0].encode() + b"\0" * (size - len(batches[0].encode()))
    content = head + b"\xbb" + size.to_bytes(4, "big") + padded + m.content()
    return m.post_channel(_brotli(content, quality=1))
