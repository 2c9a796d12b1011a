"""Calls, messages and deposits as bytes, told again: nothing here comes from `opcycle` or from the contracts.

Formulas are the specs': "Cross Domain Messengers", "Deposits", "Withdrawals".
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

RELAY = "relayMessage(uint256,address,address,uint256,uint256,bytes)"
RELAY_V0 = "relayMessage(address,address,bytes,uint256)"
FINALIZE_ETH = "finalizeBridgeETH(address,address,uint256,bytes)"
FINALIZE_ERC20 = "finalizeBridgeERC20(address,address,address,address,uint256,bytes)"
FINALIZE_ERC721 = "finalizeBridgeERC721(address,address,address,address,uint256,bytes)"
VERSION = 1 << 240
"""Added to a nonce: messages have version 1."""

ALIAS = 0x1111000000000000000000000000000000001111


@cache
def selector(signature: str) -> bytes:
    return bytes(keccak(text=signature)[:4])


@cache
def types(signature: str) -> tuple[str, ...]:
    """What is between the parentheses; nothing here takes a tuple."""
    inside = signature.partition("(")[2].rstrip(")")
    return tuple(inside.split(",")) if inside else ()


@lru_cache(10_000)
def calldata(signature: str, *args: Any) -> bytes:
    return selector(signature) + encode(types(signature), args)


@lru_cache(10_000)
def arguments(signature: str, data: bytes) -> tuple[Any, ...] | None:
    """Of calldata without its selector; addresses as 20 bytes. None if it is none."""
    try:
        values = decode(types(signature), data)
    except (DecodingError, OverflowError):
        return None
    pairs = zip(types(signature), values, strict=True)
    return tuple(bytes.fromhex(value[2:]) if kind == "address" else value for kind, value in pairs)


def alias(address: bytes) -> bytes:
    """Who a contract of L1 is on L2."""
    return ((int.from_bytes(address, "big") + ALIAS) % 2**160).to_bytes(20, "big")


def unalias(address: bytes) -> bytes:
    return ((int.from_bytes(address, "big") - ALIAS) % 2**160).to_bytes(20, "big")


@dataclass(frozen=True, slots=True)
class Message:
    """What a messenger was asked to carry."""

    nonce: int
    sender: bytes
    target: bytes
    value: int
    min_gas: int
    data: bytes = b""

    @classmethod
    def of_calldata(cls, data: bytes) -> "Message | None":
        """The message that a call of relayMessage is about."""
        found = arguments(RELAY, data[4:]) if data[:4] == selector(RELAY) else None
        return cls(*found) if found else None

    @property
    def args(self) -> tuple[Any, ...]:
        return (self.nonce, self.sender, self.target, self.value, self.min_gas, self.data)

    @property
    def calldata(self) -> bytes:
        return calldata(RELAY, *self.args)

    @property
    def hash(self) -> bytes:
        """By which both messengers know it."""
        return _hash(self)

    @property
    def old_hash(self) -> bytes:
        """As messages of version 0 were known."""
        return bytes(keccak(calldata(RELAY_V0, self.target, self.sender, self.data, self.nonce)))


@lru_cache(10_000)
def _hash(message: Message) -> bytes:
    return bytes(keccak(message.calldata))


def base_gas(size: int, min_gas: int) -> int:
    """What a message of `size` bytes needs on the other chain, so that its target gets `min_gas`: what the
    relay itself takes, 64/63 of what the call takes, and the calldata, which has a price and a floor."""
    execution = 200_000 + 40_000 + 40_000 + 5_000 + min_gas * 64 // 63
    total = size + 260
    return 21_000 + max(execution + total * 16, total * 40)


@dataclass(frozen=True, slots=True)
class Deposit:
    """What L1 tells L2 to do: `sender` gets `mint`, then makes a call with `value`."""

    sender: bytes
    to: bytes
    mint: int
    value: int
    gas: int
    is_creation: bool
    data: bytes

    @property
    def opaque(self) -> bytes:
        """The event's data: mint 32, value 32, gas 8, is_creation 1, data."""
        numbers = self.mint.to_bytes(32, "big") + self.value.to_bytes(32, "big") + self.gas.to_bytes(8, "big")
        return numbers + bytes([self.is_creation]) + self.data
