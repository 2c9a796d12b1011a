"""The transactions of a span batch, column by column, so that like stands beside like and compresses well.

    creation bits ++ y-parity bits ++ (r[32] ++ s[32]) × T ++ to[20] × (T - creations) ++ payload × T
        ++ nonce uvarint × T ++ gas uvarint × T ++ protected bits (one per legacy transaction)

    payload of a legacy transaction = rlp([value, gas price, data])
               type 1               = 0x01 ++ rlp([value, gas price, data, access list])
               type 2               = 0x02 ++ rlp([value, tip, fee cap, data, access list])
               type 4               = 0x04 ++ rlp([value, tip, fee cap, data, access list, authorizations])

What a payload lacks is in the other columns; the chain id is the rollup's. Source: OP Stack specs, "Span
Batch Format" and "Isthmus: Span Batch Updates"; op-node `derive/span_batch_txs.go`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opcycle.protocol.bitlist import Bitlist, byte_length
from opcycle.protocol.byte_reader import ByteReader, encode_uvarint
from opcycle.protocol.rlp_items import RlpError, encode_list, encode_string, encode_uint, read_item
from opcycle.protocol.transaction_shape import LEGACY, SET_CODE, FieldReader, shape_of

MAX_ELEMENTS = 10_000_000
"""Blocks, and transactions, of a span batch; also bytes of one payload (MAX_SPAN_BATCH_ELEMENT_COUNT)."""

_UNPROTECTED_V = 27
_PROTECTED_V = 35
_CREATION, _ADDRESS = b"\x80", b"\x94"


class SpanFormatError(ValueError):
    """The bytes are no span batch; the rest of the channel goes with them."""


class SpanTransactionError(ValueError):
    """A transaction that the columns give is none, or one that does not fit into them."""


@dataclass(frozen=True, slots=True)
class SpanTransactions:
    """The columns: 64 bytes of `signatures` for each transaction, 20 of `recipients` unless it creates."""

    creations: Bitlist
    y_parities: Bitlist
    signatures: bytes
    recipients: bytes
    payloads: tuple[bytes, ...]
    nonces: tuple[int, ...]
    gas_limits: tuple[int, ...]
    protections: Bitlist

    def encode(self) -> bytes:
        return b"".join(
            (
                self.creations.data,
                self.y_parities.data,
                self.signatures,
                self.recipients,
                *self.payloads,
                *map(encode_uvarint, self.nonces),
                *map(encode_uvarint, self.gas_limits),
                self.protections.data,
            )
        )

    @classmethod
    def decode(cls, reader: ByteReader, count: int) -> "SpanTransactions":
        """The columns of `count` transactions. Raises SpanFormatError, ByteReaderError or RlpError."""
        creations, y_parities = read_bits(reader, count), read_bits(reader, count)
        signatures = reader.take(64 * count)
        recipients = reader.take(20 * (count - creations.count))
        payloads = tuple(_read_payload(reader) for _ in range(count))
        nonces, gas_limits = reader.uvarints(count), reader.uvarints(count)
        protections = read_bits(reader, sum(map(_is_legacy, payloads)))
        return cls(creations, y_parities, signatures, recipients, payloads, nonces, gas_limits, protections)

    @classmethod
    def of(cls, transactions: Iterable[bytes], chain_id: int) -> "SpanTransactions":
        """The columns of signed transactions. Raises SpanTransactionError, of another chain's ones too."""
        try:
            rows = [_row_of(raw, chain_id) for raw in transactions]
        except RlpError as error:
            raise SpanTransactionError(str(error)) from error
        return cls(
            creations=Bitlist.of(not row.recipient for row in rows),
            y_parities=Bitlist.of(row.y_parity for row in rows),
            signatures=b"".join(row.signature for row in rows),
            recipients=b"".join(row.recipient for row in rows),
            payloads=tuple(row.payload for row in rows),
            nonces=tuple(row.nonce for row in rows),
            gas_limits=tuple(row.gas_limit for row in rows),
            protections=Bitlist.of(row.is_protected for row in rows if _is_legacy(row.payload)),
        )

    def transactions(self, chain_id: int) -> tuple[bytes, ...]:
        """The signed transactions, as a block has them. Raises SpanTransactionError."""
        try:
            return tuple(row.transaction(chain_id) for row in self._rows())
        except RlpError as error:
            raise SpanTransactionError(str(error)) from error

    def _rows(self) -> Iterator["_Row"]:
        recipient_at = legacy = 0
        for index, payload in enumerate(self.payloads):
            recipient, is_protected = b"", True
            if not self.creations[index]:
                recipient = self.recipients[recipient_at : recipient_at + 20]
                recipient_at += 20
            if _is_legacy(payload):
                is_protected = self.protections[legacy]
                legacy += 1
            yield _Row(
                recipient=recipient,
                y_parity=self.y_parities[index],
                signature=self.signatures[64 * index : 64 * index + 64],
                payload=payload,
                nonce=self.nonces[index],
                gas_limit=self.gas_limits[index],
                is_protected=is_protected,
            )


@dataclass(frozen=True, slots=True)
class _Row:
    """One transaction's part of each column; `recipient` is empty for a creation."""

    recipient: bytes
    y_parity: bool
    signature: bytes
    payload: bytes
    nonce: int
    gas_limit: int
    is_protected: bool

    def transaction(self, chain_id: int) -> bytes:
        """The whole of it. Raises RlpError or SpanTransactionError."""
        shape = shape_of(self.payload)
        if shape.kind == SET_CODE and not self.recipient:
            raise SpanTransactionError("a set-code transaction that creates a contract")
        fields = FieldReader(self.payload, len(shape.prefix))
        value, fees = fields.numbers(1, shape.bits), fields.numbers(shape.fees, shape.bits)
        data_and_lists = fields.data_and_lists(shape.lists)
        fields.finish()
        v = int(self.y_parity)
        if shape.kind == LEGACY:
            v += 2 * chain_id + _PROTECTED_V if self.is_protected else _UNPROTECTED_V
        items = (
            b"" if shape.kind == LEGACY else encode_uint(chain_id),
            encode_uint(self.nonce),
            fees,
            encode_uint(self.gas_limit),
            _ADDRESS + self.recipient if self.recipient else _CREATION,
            value,
            data_and_lists,
            encode_uint(v),
            encode_string(self.signature[:32].lstrip(b"\0")),
            encode_string(self.signature[32:].lstrip(b"\0")),
        )
        return shape.prefix + encode_list(items)


def _row_of(raw: bytes, chain_id: int) -> _Row:
    """Raises RlpError or SpanTransactionError."""
    shape = shape_of(raw)
    fields = FieldReader(raw, len(shape.prefix))
    signed_for = None if shape.kind == LEGACY else fields.number(256)
    nonce, fees, gas_limit = fields.number(64), fields.numbers(shape.fees, shape.bits), fields.number(64)
    recipient, value = fields.string(), fields.numbers(1, shape.bits)
    data_and_lists = fields.data_and_lists(shape.lists)
    y_parity, r, s = fields.number(256), fields.number(256), fields.number(256)
    fields.finish()
    if len(recipient) not in (0, 20):
        raise SpanTransactionError(f"a recipient of {len(recipient)} bytes")
    if shape.kind == LEGACY:
        y_parity, signed_for = _legacy_signature(y_parity)
    if y_parity > 1:
        raise SpanTransactionError(f"v is {y_parity}")
    if signed_for not in (None, chain_id):
        raise SpanTransactionError(f"a transaction of chain {signed_for}, this one is {chain_id}")
    return _Row(
        recipient=recipient,
        y_parity=bool(y_parity),
        signature=r.to_bytes(32, "big") + s.to_bytes(32, "big"),
        payload=shape.prefix + encode_list((value, fees, data_and_lists)),
        nonce=nonce,
        gas_limit=gas_limit,
        is_protected=signed_for is not None,
    )


def _legacy_signature(v: int) -> tuple[int, int | None]:
    """The y-parity in a legacy `v`, and the chain id in it, if any. Raises SpanTransactionError."""
    if v >= _PROTECTED_V:
        return (v - _PROTECTED_V) % 2, (v - _PROTECTED_V) // 2
    if v < _UNPROTECTED_V:
        raise SpanTransactionError(f"v is {v}")
    return v - _UNPROTECTED_V, None


def read_bits(reader: ByteReader, count: int) -> Bitlist:
    """The next `count` bits. Raises SpanFormatError if more are set, ByteReaderError if bytes lack."""
    data = reader.take(byte_length(count))
    try:
        return Bitlist(data, count)
    except ValueError as error:
        raise SpanFormatError(str(error)) from error


def _read_payload(reader: ByteReader) -> bytes:
    """The next payload: a type byte unless it is a legacy one, and a list, whatever is in it."""
    start = reader.offset
    list_at = start + (reader.take(1) <= b"\x7f")
    is_list, _, stop = read_item(reader.data, list_at, len(reader.data))
    if not is_list:
        raise SpanFormatError("a transaction's payload is a string, not a list")
    if stop - list_at > MAX_ELEMENTS:
        raise SpanFormatError(f"a payload of {stop - list_at} bytes, at most {MAX_ELEMENTS} are allowed")
    reader.offset = stop
    return reader.data[start:stop]


def _is_legacy(payload: bytes) -> bool:
    """Also where type 0 stands explicitly: a protected bit belongs to it, though it is no transaction."""
    return payload[0] > 0x7F or payload[0] == LEGACY
