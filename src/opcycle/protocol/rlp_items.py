"""RLP read one level at a time, in linear time, with nothing taken on trust.

`rlp.decode` copies a list's bytes for every item in it and recurses as deep as its input nests: a kilobyte
of hostile, compressed data could occupy a node for minutes or overflow its stack. Consensus types have known
shapes, so they are read level by level.
"""

from collections.abc import Iterator

from rlp.codec import consume_length_prefix
from rlp.exceptions import DecodingError


class RlpError(ValueError):
    """The bytes are no canonical RLP, or not of the shape that their type has."""


def read_item(data: bytes, start: int, end: int) -> tuple[bool, int, int]:
    """Whether the item at `start` is a list, and where its content starts and stops, at most `end`.

    Raises RlpError.
    """
    try:
        _, kind, length, content = consume_length_prefix(data, start)
    except (DecodingError, IndexError) as error:
        raise RlpError(str(error)) from error
    stop = content + length
    if stop > end:
        raise RlpError(f"an item ends {stop - end} bytes beyond the end")
    return kind is list, content, stop


def items(data: bytes, start: int, end: int) -> Iterator[tuple[bool, bytes]]:
    """The items in data[start:end]: whether each is a list, and its content. Raises RlpError."""
    while start < end:
        is_list, content, start = read_item(data, start, end)
        yield is_list, data[content:start]


def strings(data: bytes) -> list[bytes]:
    """The strings in a list's content. Raises RlpError if there is a list among them."""
    found = []
    for is_list, content in items(data, 0, len(data)):
        if is_list:
            raise RlpError("a list where a string belongs")
        found.append(content)
    return found


def list_content(data: bytes, *, strict: bool = True) -> bytes:
    """The content of the list that `data` is (or, unless `strict`, starts with). Raises RlpError."""
    is_list, content, stop = read_item(data, 0, len(data))
    if not is_list:
        raise RlpError("a string where a list belongs")
    if strict and stop != len(data):
        raise RlpError(f"{len(data) - stop} bytes after the end")
    return data[content:stop]


def uint(content: bytes, bits: int) -> int:
    """The number in a string. Raises RlpError if it is not canonical or has more than `bits` bits."""
    if content[:1] == b"\0" or len(content) * 8 > bits:
        raise RlpError(f"0x{content[:40].hex()} is no canonical number of {bits} bits")
    return int.from_bytes(content, "big")


def sized(content: bytes, size: int) -> bytes:
    """The string, which has `size` bytes. Raises RlpError."""
    if len(content) != size:
        raise RlpError(f"{len(content)} bytes where {size} belong")
    return content


def flag(content: bytes) -> bool:
    """The truth value in a string: empty or 1. Raises RlpError."""
    if content not in (b"", b"\x01"):
        raise RlpError(f"0x{content[:40].hex()} is neither true nor false")
    return content == b"\x01"
