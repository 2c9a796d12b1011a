"""Contracts in an EVM of this process: ABI calls in; values, events and custom errors out.

pyrevm 0.3.7 has traps that this file closes: transient storage outlives a transaction, revert data exists
only in an exception's text, and the logs of an earlier call remain after one that reverts.
"""

import re
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.abi import collapse_if_tuple
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from pyrevm import EVM, AccountInfo, BlockEnv

from opcycle.artifacts import Artifact, artifact
from opcycle.protocol.types import Log

GAS = 30_000_000
"""What a transaction may use where a test does not say otherwise."""

Snapshot = Any
"""What `Chain.snapshot` gives; only `Chain.revert` knows what it is."""

_text = cache(to_checksum_address)
_OUTPUT = re.compile(r"output: 0x([0-9a-f]*)")


@dataclass(frozen=True, slots=True)
class Event:
    """A decoded event; its arguments in the order of its declaration."""

    name: str
    args: tuple[Any, ...]


class RefusedError(Exception):
    """A call reverted; `args` are the custom error's name and arguments ("" and raw bytes if unknown)."""


class HaltedError(Exception):
    """A call ended without revert data: out of gas, an invalid opcode."""


@dataclass(frozen=True, slots=True)
class _Item:
    name: str
    types: tuple[str, ...]
    outputs: tuple[str, ...]
    indexed: tuple[bool, ...]
    hash: bytes

    @classmethod
    def of(cls, entry: dict[str, Any]) -> "_Item":
        types = tuple(map(collapse_if_tuple, entry["inputs"]))
        return cls(
            name=entry["name"],
            types=types,
            outputs=tuple(map(collapse_if_tuple, entry.get("outputs", ()))),
            indexed=tuple(item.get("indexed", False) for item in entry["inputs"]),
            hash=keccak(text=f"{entry['name']}({','.join(types)})"),
        )


class Chain:
    """The EVM, its clock, and every event and error of the contracts that were bound to it."""

    def __init__(self, evm: EVM | None = None):
        self.evm = evm or EVM(spec_id="PRAGUE")
        self.gas_used = 0
        self.events: dict[bytes, _Item] = {}
        self.errors: dict[bytes, _Item] = {item.hash[:4]: item for item in _SOLIDITY_ERRORS}
        self.functions: dict[bytes, str] = {}

    def know_event(self, entry: dict[str, Any]) -> None:
        """An event, as an ABI describes it, that no contract bound to this chain declares."""
        item = _Item.of(entry)
        self.events[item.hash] = item

    def snapshot(self) -> Snapshot:
        """For `revert`: accounts and storage, not the block."""
        return self.evm.snapshot()

    def revert(self, snapshot: Snapshot) -> None:
        """Back to a snapshot. It is used up."""
        self.evm.revert(snapshot)

    def deploy(self, sender: bytes, creation_code: bytes) -> bytes:
        """The address of a new contract."""
        return bytes.fromhex(self.evm.deploy(_text(sender), creation_code)[2:])

    def set_block(self, number: int, timestamp: int, base_fee: int = 0) -> None:
        self.evm.set_block_env(BlockEnv(number=number, timestamp=timestamp, basefee=base_fee))

    def set_balance(self, address: bytes, wei: int) -> None:
        self.evm.set_balance(_text(address), wei)

    def set_code(self, address: bytes, code: bytes) -> None:
        """Give an account code; its balance stays."""
        text = _text(address)
        balance = self.evm.get_balance(text)
        self.evm.insert_account_info(text, AccountInfo(nonce=1, code=code))
        self.evm.set_balance(text, balance)

    def code(self, address: bytes) -> bytes:
        """What `set_code` can give another account."""
        return bytes(self.evm.basic(_text(address)).code or b"")

    def storage(self, address: bytes, slot: bytes | int) -> bytes:
        index = slot if isinstance(slot, int) else int.from_bytes(slot, "big")
        return int(self.evm.storage(_text(address), index)).to_bytes(32, "big")

    def set_storage(self, address: bytes, slot: bytes, value: bytes) -> None:
        index, word = int.from_bytes(slot, "big"), int.from_bytes(value, "big")
        self.evm.insert_account_storage(_text(address), index, word)

    def send(self, sender: bytes, to: bytes, data: bytes, *, value: int = 0, gas: int = GAS) -> bytes:
        """One transaction at no price. Returns what it returns; raises RefusedError or HaltedError."""
        returned = self.call(sender, to, data, value=value, gas=gas)
        self.gas_used = self.evm.result.gas_used
        return returned

    def call(self, sender: bytes, to: bytes, data: bytes, *, value: int = 0, gas: int = GAS) -> bytes:
        """Like `send`, without remembering the gas."""
        self.evm.reset_transient_storage()
        try:
            returned = self.evm.message_call(_text(sender), _text(to), calldata=data, value=value, gas=gas)
        except RuntimeError as error:
            found = _OUTPUT.search(str(error))
            if not found:
                raise HaltedError(str(error)) from None
            raise RefusedError(*self.explain(bytes.fromhex(found.group(1)))) from None
        return bytes(returned)

    def logs(self) -> list[Log]:
        """What the last successful transaction logged."""
        return [
            Log(
                address=bytes.fromhex(log.address[2:]),
                topics=tuple(bytes.fromhex(topic[2:]) for topic in log.topics),
                data=bytes(log.data[1]),
                index=index,
            )
            for index, log in enumerate(self.evm.result.logs)
        ]

    def decoded_logs(self) -> list[Event]:
        return [self._event(log) for log in self.logs()]

    def explain(self, data: bytes) -> tuple[str, Any]:
        """Name and arguments of a custom error."""
        item = self.errors.get(data[:4])
        return (item.name, _values(item.types, data[4:])) if item else ("", data)

    def function_of(self, data: bytes) -> str:
        """Name of what some calldata calls; the selector if unknown."""
        return self.functions.get(data[:4], f"0x{data[:4].hex()}")

    def balance(self, address: bytes) -> int:
        return int(self.evm.get_balance(_text(address)))

    def _event(self, log: Log) -> Event:
        if not log.topics:
            return Event("", (log.data,))
        item = self.events[log.topics[0]]
        topics = iter(log.topics[1:])
        plain = [kind for kind, indexed in zip(item.types, item.indexed, strict=True) if not indexed]
        values = iter(_values(plain, log.data))
        pairs = zip(item.types, item.indexed, strict=True)
        args = tuple(_values([kind], next(topics))[0] if indexed else next(values) for kind, indexed in pairs)
        return Event(item.name, args)


class Contract:
    """One compiled contract at one address (through its proxy, if it has one)."""

    def __init__(
        self, chain: Chain, name: str, address: bytes, artifacts: Callable[[str], Artifact] = artifact
    ):
        self.chain = chain
        self.address = address
        abi = artifacts(name).abi
        self._functions: dict[str, _Item] = {}
        for entry in abi:
            if entry["type"] == "function":
                item = _Item.of(entry)
                self._functions[f"{item.name}({','.join(item.types)})"] = item
                self._functions.setdefault(item.name, item)
                chain.functions[item.hash[:4]] = item.name
            elif entry["type"] == "event":
                item = _Item.of(entry)
                chain.events[item.hash] = item
            elif entry["type"] == "error":
                item = _Item.of(entry)
                chain.errors[item.hash[:4]] = item

    def at(self, address: bytes) -> "Contract":
        """The same contract at another address."""
        other = copy(self)
        other.address = address
        return other

    def encode(self, function: str, *args: Any) -> bytes:
        """Calldata; name an overloaded function with its types: `paused(address)`."""
        return _calldata(self._functions[function], args)

    def send(self, sender: bytes, function: str, *args: Any, value: int = 0, gas: int = GAS) -> list[Event]:
        """A transaction; returns its events."""
        self.chain.send(sender, self.address, self.encode(function, *args), value=value, gas=gas)
        return self.chain.decoded_logs()

    def read(self, function: str, *args: Any) -> Any:
        """A getter's value, or the tuple of its values."""
        returned = self.chain.call(bytes(20), self.address, self.encode(function, *args))
        values = _values(self._functions[function].outputs, returned)
        return values[0] if len(values) == 1 else values


@lru_cache(10_000)
def _calldata(item: _Item, args: tuple[Any, ...]) -> bytes:
    if all(kind in _UINTS or kind in _TO_WORD for kind in item.types):
        return item.hash[:4] + b"".join(map(_word, item.types, args))
    return item.hash[:4] + encode(item.types, args)


def _word(kind: str, value: Any) -> bytes:
    return bytes(_TO_WORD[kind](value)) if kind in _TO_WORD else int(value).to_bytes(32, "big")


def _values(types: Sequence[str], data: bytes) -> tuple[Any, ...]:
    """ABI-decoded, addresses as 20 bytes. Plain words go a short way: eth_abi is most of a run's time."""
    if all(kind in _WORDS or kind in _UINTS for kind in types) and len(data) == 32 * len(types):
        words = (data[start : start + 32] for start in range(0, len(data), 32))
        return tuple(_WORDS.get(kind, _uint)(word) for kind, word in zip(types, words, strict=True))
    return tuple(
        bytes.fromhex(value[2:]) if kind == "address" else value
        for kind, value in zip(types, decode(types, data), strict=True)
    )


def _uint(word: bytes) -> int:
    return int.from_bytes(word, "big")


_TO_WORD: dict[str, Callable[[Any], bytes]] = {
    "bool": lambda value: bytes(31) + bytes([value]),
    "bytes32": lambda value: value.ljust(32, b"\0"),
    "address": lambda value: bytes(12) + value,
}
_UINTS = {f"uint{bits}" for bits in range(8, 257, 8)}
_WORDS: dict[str, Callable[[bytes], Any]] = {"bool": any, "bytes32": bytes, "address": lambda word: word[12:]}

_SOLIDITY_ERRORS = (
    _Item.of({"name": "Panic", "inputs": [{"type": "uint256"}]}),
    _Item.of({"name": "Error", "inputs": [{"type": "string"}]}),
)
