"""Signed transactions as sequences of RLP items: taken apart and put together without decoding a field.

    legacy = rlp([nonce, gas price, gas, to, value, data, v, r, s])
    type 1 = 0x01 ++ rlp([chain id, nonce, gas price, gas, to, value, data, access list, y, r, s])
    type 2 = 0x02 ++ rlp([chain id, nonce, tip, fee cap, gas, to, value, data, access list, y, r, s])
    type 4 = 0x04 ++ rlp([chain id, nonce, tip, fee cap, gas, to, value, data, access list, authorizations,
                          y, r, s])

RLP is canonical, so an item's bytes are the same wherever they stand; only that each is of its field's type
has to be checked. Source: EIP-155, EIP-2930, EIP-1559, EIP-7702; strictness as go-ethereum's decoder.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from opcycle.protocol import rlp_items
from opcycle.protocol.rlp_items import RlpError, list_content, read_item, sized, uint

LEGACY, ACCESS_LIST, DYNAMIC_FEE, SET_CODE = 0, 1, 2, 4

Check: TypeAlias = Callable[[bytes], object]
"""Raises RlpError if the content of a list item is not of the field's type."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What distinguishes a type: how many fee fields it has, how wide its numbers are, and its last lists."""

    kind: int
    fees: int
    bits: int | None
    lists: tuple[Check, ...]

    @property
    def prefix(self) -> bytes:
        return bytes((self.kind,)) if self.kind != LEGACY else b""


class FieldReader:
    """The items of the list that data[start:] is, from the first to the last; each has to be of its type.

    Every method raises RlpError.
    """

    def __init__(self, data: bytes, start: int):
        is_list, self._offset, self._end = read_item(data, start, len(data))
        if not is_list or self._end != len(data):
            raise RlpError("not one list")
        self._data = data

    def string(self) -> bytes:
        """The content of the next item, a string."""
        is_list, start, self._offset = read_item(self._data, self._offset, self._end)
        if is_list:
            raise RlpError("a list where a string belongs")
        return self._data[start : self._offset]

    def number(self, bits: int | None) -> int:
        """The next item, a number of at most `bits` bits if there is a limit."""
        content = self.string()
        return uint(content, len(content) * 8 if bits is None else bits)

    def numbers(self, count: int, bits: int | None) -> bytes:
        """The next items, numbers, as they stand."""
        start = self._offset
        for _ in range(count):
            self.number(bits)
        return self._data[start : self._offset]

    def data_and_lists(self, checks: tuple[Check, ...]) -> bytes:
        """The next items, a string and the lists that `checks` are for, as they stand."""
        start = self._offset
        self.string()
        for check in checks:
            is_list, content, self._offset = read_item(self._data, self._offset, self._end)
            if not is_list:
                raise RlpError("a string where a list belongs")
            check(self._data[content : self._offset])
        return self._data[start : self._offset]

    def finish(self) -> None:
        """Nothing may be left."""
        if self._offset != self._end:
            raise RlpError(f"{self._end - self._offset} bytes after the last field")


def _items(content: bytes, *, lists: bool) -> Iterator[bytes]:
    """The contents of the items, all lists or all strings, in a list's content. Raises RlpError."""
    for is_list, item in rlp_items.items(content, 0, len(content)):
        if is_list is not lists:
            raise RlpError("a list where a string belongs" if is_list else "a string where a list belongs")
        yield item


def _check_access_list(content: bytes) -> None:
    """[[address, [storage key, …]], …]"""
    for entry in _items(content, lists=True):
        is_list, start, stop = read_item(entry, 0, len(entry))
        if is_list:
            raise RlpError("a list where an address belongs")
        sized(entry[start:stop], 20)
        for key in _items(list_content(entry[stop:]), lists=False):
            sized(key, 32)


_AUTHORIZATION_BITS = (256, None, 64, 8, 256, 256)
"""Chain id, address, nonce, y, r, s."""


def _check_authorizations(content: bytes) -> None:
    """[[chain id, address, nonce, y, r, s], …]"""
    for entry in _items(content, lists=True):
        fields = list(islice(_items(entry, lists=False), len(_AUTHORIZATION_BITS) + 1))
        if len(fields) != len(_AUTHORIZATION_BITS):
            raise RlpError(f"an authorization has {len(_AUTHORIZATION_BITS)} fields")
        for field, bits in zip(fields, _AUTHORIZATION_BITS, strict=True):
            if bits is None:
                sized(field, 20)
            else:
                uint(field, bits)


SHAPES = {
    shape.kind: shape
    for shape in (
        Shape(LEGACY, 1, None, ()),
        Shape(ACCESS_LIST, 1, None, (_check_access_list,)),
        Shape(DYNAMIC_FEE, 2, None, (_check_access_list,)),
        Shape(SET_CODE, 2, 256, (_check_access_list, _check_authorizations)),
    )
}


def shape_of(data: bytes) -> Shape:
    """The shape that the first byte names: a type, or the beginning of a legacy transaction's list.

    Raises RlpError if there is no such type.
    """
    if data[:1] > b"\x7f":
        return SHAPES[LEGACY]
    kind = data[0] if data else LEGACY
    if kind == LEGACY or kind not in SHAPES:
        raise RlpError(f"transaction type {kind}" if data else "an empty transaction")
    return SHAPES[kind]
