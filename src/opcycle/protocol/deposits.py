"""Deposits: L2 transactions that L1 orders, type 0x7E.

    0x7E ++ rlp([source_hash, from, to ('' to create), mint ('' if none), value, gas, is_system, data])

Source: OP Stack specs, "Deposits".
"""

from collections.abc import Iterable
from dataclasses import dataclass

from opcycle.keccak import keccak
from opcycle.protocol import rlp_items
from opcycle.protocol.rlp_items import RlpError, encode_list, encode_string, encode_uint
from opcycle.protocol.types import Address, Hash, Log

DEPOSIT_TX_TYPE = 0x7E

TRANSACTION_DEPOSITED_TOPIC = keccak(b"TransactionDeposited(address,address,uint256,bytes)")
DEPOSIT_EVENT_VERSION_0 = bytes(32)


class DepositError(ValueError):
    """The bytes are no deposit (or no deposit event)."""


@dataclass(frozen=True, slots=True)
class DepositTransaction:
    """A deposit. `to` is None to create a contract; `mint` and `value` in wei; `gas` in gas.

    The mint happens even if the transaction fails.
    """

    source_hash: Hash
    sender: Address
    to: Address | None
    mint: int
    value: int
    gas: int
    is_system: bool
    data: bytes

    def encode(self) -> bytes:
        fields = [
            encode_string(self.source_hash),
            encode_string(self.sender),
            encode_string(self.to or b""),
            encode_uint(self.mint),
            encode_uint(self.value),
            encode_uint(self.gas),
            encode_uint(self.is_system),
            encode_string(self.data),
        ]
        return bytes([DEPOSIT_TX_TYPE]) + encode_list(fields)

    @classmethod
    def decode(cls, raw: bytes) -> "DepositTransaction":
        """Raises DepositError unless `raw` is exactly one deposit."""
        if raw[:1] != bytes([DEPOSIT_TX_TYPE]):
            raise DepositError(f"type 0x{raw[:1].hex()} is not 0x7e")
        try:
            return cls._of(rlp_items.strings(rlp_items.list_content(raw[1:])))
        except RlpError as error:
            raise DepositError(str(error)) from error

    @classmethod
    def _of(cls, fields: list[bytes]) -> "DepositTransaction":
        if len(fields) != 8:
            raise RlpError(f"{len(fields)} fields, a deposit has eight")
        source_hash, sender, to, mint, value, gas, is_system, data = fields
        return cls(
            source_hash=rlp_items.sized(source_hash, 32),
            sender=rlp_items.sized(sender, 20),
            to=rlp_items.sized(to, 20) if to else None,
            mint=rlp_items.uint(mint, 256),
            value=rlp_items.uint(value, 256),
            gas=rlp_items.uint(gas, 64),
            is_system=rlp_items.flag(is_system),
            data=data,
        )

    @property
    def hash(self) -> Hash:
        return keccak(self.encode())


@dataclass(frozen=True, slots=True)
class BadDepositLog:
    """A log of the portal that claims to be a deposit and is none."""

    log: Log
    detail: str


def user_deposit_source(l1_hash: Hash, log_index: int) -> Hash:
    """Source hash, domain 0: the deposit event at `log_index` (counted in its block)."""
    return _source(0, keccak(l1_hash + log_index.to_bytes(32, "big")))


def l1_info_source(l1_hash: Hash, sequence_number: int) -> Hash:
    """Source hash, domain 1: the L1-attributes deposit of an L2 block."""
    return _source(1, keccak(l1_hash + sequence_number.to_bytes(32, "big")))


def upgrade_source(intent: str) -> Hash:
    """Source hash, domain 2: a network-upgrade transaction, by its intent text."""
    return _source(2, keccak(intent.encode()))


def _source(domain: int, inner: Hash) -> Hash:
    return keccak(domain.to_bytes(32, "big") + inner)


def deposit_from_log(log: Log, l1_hash: Hash) -> DepositTransaction:
    """The deposit of one `TransactionDeposited` event.

        topics = [event, from, to, version 0];  data = abi(bytes)
        bytes  = mint u256 ++ value u256 ++ gas u64 ++ is_creation u8 ++ data

    Raises DepositError.
    """
    if len(log.topics) != 4:
        raise DepositError(f"{len(log.topics)} topics, expected 4")
    if log.topics[3] != DEPOSIT_EVENT_VERSION_0:
        raise DepositError(f"deposit event version 0x{log.topics[3].hex()}")
    opaque = _abi_bytes(log.data)
    if len(opaque) < 73:
        raise DepositError(f"{len(opaque)} bytes of opaque data, at least 73 expected")
    return DepositTransaction(
        source_hash=user_deposit_source(l1_hash, log.index),
        sender=log.topics[1][12:],
        to=None if opaque[72] else log.topics[2][12:],
        mint=int.from_bytes(opaque[0:32], "big"),
        value=int.from_bytes(opaque[32:64], "big"),
        gas=int.from_bytes(opaque[64:72], "big"),
        is_system=False,
        data=opaque[73:],
    )


def deposits_from_logs(
    logs: Iterable[Log], *, portal: Address, l1_hash: Hash
) -> tuple[list[DepositTransaction], list[BadDepositLog]]:
    """The user deposits of one L1 block, in order, and the portal's events that are no valid deposit."""
    good: list[DepositTransaction] = []
    bad: list[BadDepositLog] = []
    for log in logs:
        if log.address != portal or log.topics[:1] != (TRANSACTION_DEPOSITED_TOPIC,):
            continue
        try:
            good.append(deposit_from_log(log, l1_hash))
        except DepositError as error:
            bad.append(BadDepositLog(log, str(error)))
    return good, bad


def _abi_bytes(data: bytes) -> bytes:
    """The one `bytes` value of an event, as op-node reads it: offset 32, length, content, least padding."""
    if len(data) < 64 or len(data) % 32 or int.from_bytes(data[:32], "big") != 32:
        raise DepositError("event data is not one ABI-encoded bytes value")
    length = int.from_bytes(data[32:64], "big")
    if not len(data) - 64 - 32 < length <= len(data) - 64:
        raise DepositError(f"opaque data of {length} bytes in {len(data) - 64} bytes of event data")
    return data[64 : 64 + length]
