"""RLP read one level at a time, in linear time, with nothing taken on trust; and written.

`rlp.decode` copies a list's bytes for every item in it and recurses as deep as its input nests: a kilobyte
of hostile, compressed data could occupy a node for minutes or overflow its stack. Consensus types have known
shapes, so they are read level by level, and written from items that are encoded already.
"""

from collections.abc import Iterable, Iterator

_STRING, _LIST = 0x80, 0xC0
_MAX_SHORT = 55
"""Content up to this size has its size in the prefix; else the prefix says how many bytes the size takes."""


class RlpError(ValueError):
    """The bytes are no canonical RLP, or not of the shape that their type has."""


def read_item(data: bytes, start: int, end: int) -> tuple[bool, int, int]:
    """Whether the item at `start` is a list, and where its content starts and stops, at most `end`.

    Raises RlpError.
    """
    if start >= end:
        raise RlpError("the end where an item should begin")
    prefix = data[start]
    if prefix < _STRING:
        return False, start, start + 1
    is_list = prefix >= _LIST
    content, length = start + 1, prefix - (_LIST if is_list else _STRING)
    if length > _MAX_SHORT:
        size = length - _MAX_SHORT
        content, length = content + size, _long_length(data[content : content + size], size)
    stop = content + length
    if stop > end:
        raise RlpError(f"an item ends {stop - end} bytes beyond the end")
    if prefix == _STRING + 1 and data[content] < _STRING:
        raise RlpError("a byte with a prefix that it does not need")
    return is_list, content, stop


def _long_length(digits: bytes, size: int) -> int:
    if len(digits) < size:
        raise RlpError("the end within a length")
    length = int.from_bytes(digits, "big")
    if digits[0] == 0 or length <= _MAX_SHORT:
        raise RlpError(f"a length of {length} in a longer form than it needs")
    return length


def items(data: bytes, start: int, end: int) -> Iterator[tuple[bool, bytes]]:
    """The items in data[start:end]: whether each is a list, and its content. Raises RlpError."""
    while start < end:
        is_list, content, start = read_item(data, start, end)
        yield is_list, data[content:start]


def strings(data: bytes, start: int = 0, end: int | None = None) -> list[bytes]:
    """The strings in a list's content data[start:end]. Raises RlpError if there is a list among them."""
    found = []
    for is_list, content in items(data, start, len(data) if end is None else end):
        if is_list:
            raise RlpError("a list where a string belongs")
        found.append(content)
    return found


def list_content(data: bytes) -> bytes:
    """The content of the list that `data` is. Raises RlpError."""
    is_list, content, stop = read_item(data, 0, len(data))
    if not is_list:
        raise RlpError("a string where a list belongs")
    if stop != len(data):
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


def encode_string(content: bytes) -> bytes:
    """A string as an item."""
    if len(content) == 1 and content[0] < _STRING:
        return content
    return _prefix(_STRING, len(content)) + content


def encode_uint(number: int) -> bytes:
    """A number as an item: a string without zeros in front."""
    return encode_string(_minimal(number))


def encode_list(items: Iterable[bytes]) -> bytes:
    """The list of items that are encoded already."""
    content = b"".join(items)
    return _prefix(_LIST, len(content)) + content


def _prefix(kind: int, length: int) -> bytes:
    if length <= _MAX_SHORT:
        return bytes((kind + length,))
    size = _minimal(length)
    return bytes((kind + _MAX_SHORT + len(size),)) + size


def _minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
