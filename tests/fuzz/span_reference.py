"""Span batches decoded a second time, slowly: one integer per bitlist, pyrlp for all RLP, field by field.

Nothing is shared with `opcycle`. Source: OP Stack specs, "Span Batch Format"; what a field may hold is
go-ethereum's choice.
"""

from typing import Any

import rlp
from rlp.codec import consume_length_prefix
from rlp.exceptions import RLPException
from rlp.sedes import Binary, CountableList, List, big_endian_int, binary

MOST = 10_000_000
ADDRESS, HASH = Binary.fixed_length(20), Binary.fixed_length(32)
ACCESS = CountableList(List([ADDRESS, CountableList(HASH)]))
AUTHORIZATIONS = CountableList(List([big_endian_int, ADDRESS, *[big_endian_int] * 4]))
AUTHORIZATION_BITS = {0: 256, 2: 64, 3: 8, 4: 256, 5: 256}
FEES = {0: 1, 1: 1, 2: 2, 4: 2}
PAYLOADS = {
    0: List([big_endian_int, big_endian_int, binary]),
    1: List([big_endian_int, big_endian_int, binary, ACCESS]),
    2: List([big_endian_int, big_endian_int, big_endian_int, binary, ACCESS]),
    4: List([big_endian_int, big_endian_int, big_endian_int, binary, ACCESS, AUTHORIZATIONS]),
}


class NoSpanError(Exception):
    """Not the format."""


class NoTransactionError(Exception):
    """The format, but one of the transactions is none."""


class Reader:
    def __init__(self, data: bytes):
        self.data = data

    def take(self, size: int) -> bytes:
        if size > len(self.data):
            raise NoSpanError
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def number(self) -> int:
        number = 0
        for group in range(10):
            byte = self.take(1)[0]
            number += (byte & 0x7F) * 128**group
            if byte < 0x80:
                if number >= 2**64:
                    raise NoSpanError
                return number
        raise NoSpanError

    def bits(self, count: int) -> list[int]:
        number = int.from_bytes(self.take((count + 7) // 8), "big")
        if number >= 2**count:
            raise NoSpanError
        return [number >> index & 1 for index in range(count)]

    def payload(self) -> tuple[int | None, bytes]:
        """The type, None where none stands, and the list."""
        kind = self.take(1)[0] if self.data[:1] <= b"\x7f" else None
        try:
            _, shape, length, start = consume_length_prefix(self.data, 0)
        except (RLPException, IndexError) as error:
            raise NoSpanError from error
        if shape is not list or start + length > MOST:
            raise NoSpanError
        return kind, self.take(start + length)


def decode(data: bytes, chain_id: int) -> dict[str, Any]:
    """What a span batch says; `data` begins behind the type byte, and may have more at its end."""
    reader = Reader(data)
    found: dict[str, Any] = {"time": reader.number(), "last_origin": reader.number()}
    found |= {"parent": reader.take(20), "origin": reader.take(20)}
    count = reader.number()
    if not 0 < count <= MOST:
        raise NoSpanError
    steps = reader.bits(count)
    counts = [reader.number() for _ in range(count)]
    if sum(counts) > MOST:
        raise NoSpanError
    transactions = [transaction(row, chain_id) for row in columns(reader, sum(counts))]
    epochs = [(found["last_origin"] - sum(steps[index + 1 :])) % 2**64 for index in range(count)]
    blocks = []
    for epoch, size in zip(epochs, counts, strict=True):
        blocks.append((epoch, transactions[:size]))
        transactions = transactions[size:]
    return found | {"blocks": blocks}


def columns(reader: Reader, count: int) -> list[dict[str, Any]]:
    creations, parities = reader.bits(count), reader.bits(count)
    rows: list[dict[str, Any]] = [
        {"creates": creates, "y": parity} for creates, parity in zip(creations, parities, strict=True)
    ]
    for row in rows:
        row["r"], row["s"] = (int.from_bytes(reader.take(32), "big") for _ in "rs")
    for row in rows:
        row["to"] = b"" if row["creates"] else reader.take(20)
    for row in rows:
        row["kind"], row["payload"] = reader.payload()
    for name in ("nonce", "gas"):
        for row in rows:
            row[name] = reader.number()
    legacy = [row for row in rows if not row["kind"]]
    for row, is_protected in zip(legacy, reader.bits(len(legacy)), strict=True):
        row["protected"] = is_protected
    return rows


def transaction(row: dict[str, Any], chain_id: int) -> bytes:
    kind = row["kind"] or 0
    if row["kind"] == 0 or kind not in PAYLOADS or (kind == 4 and row["creates"]):
        raise NoTransactionError
    try:
        fields = rlp.decode(row["payload"], PAYLOADS[kind])
    except RLPException as error:
        raise NoTransactionError from error
    value, fees = fields[0], fields[1 : 1 + FEES[kind]]
    data, *lists = fields[1 + FEES[kind] :]
    if kind == 4 and any(number >= 2**256 for number in (value, *fees)):
        raise NoTransactionError
    for authorization in lists[1] if kind == 4 else ():
        if any(authorization[index] >= 2**bits for index, bits in AUTHORIZATION_BITS.items()):
            raise NoTransactionError
    v = row["y"]
    if kind == 0:
        v += 2 * chain_id + 35 if row["protected"] else 27
    chain = [chain_id] if kind else []
    items = [*chain, row["nonce"], *fees, row["gas"], row["to"], value, data, *lists, v, row["r"], row["s"]]
    encoded: bytes = rlp.encode(items)
    return (bytes([kind]) if kind else b"") + encoded
