"""One contract at one address: ABI calls in, values out. The typed bindings beside this file build on it.

eth_abi only: web3.py would double the start-up time of every command.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.abi import collapse_if_tuple

from opcycle.errors import CriticalError
from opcycle.keccak import keccak
from opcycle.l1.reverts import AbiEntry, RevertDecoder, TransactionRevertedError
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.types import Address
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import checksum, from_hex, to_hex, to_quantity

BlockLabel = int | str | bytes
"""The block at whose end a getter reads: number, "latest", or (best) the block's hash."""


@dataclass(frozen=True, slots=True)
class _Function:
    name: str
    selector: bytes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @classmethod
    def of(cls, entry: AbiEntry) -> "_Function":
        inputs = tuple(collapse_if_tuple(item) for item in entry["inputs"])
        outputs = tuple(collapse_if_tuple(item) for item in entry["outputs"])
        selector = keccak(f"{entry['name']}({','.join(inputs)})".encode())[:4]
        return cls(entry["name"], selector, inputs, outputs)

    def returned(self, data: bytes) -> tuple[Any, ...]:
        """The values; addresses as 20 bytes (also inside tuples they stay eth_abi's text)."""
        values = decode(self.outputs, data)
        return tuple(
            from_hex(value) if kind == "address" else value
            for kind, value in zip(self.outputs, values, strict=True)
        )


def encode_call(abi: Sequence[AbiEntry], function: str, *arguments: Any) -> bytes:
    """Calldata of `function`, for a contract that may not exist yet. Overloads cannot be told apart."""
    (entry,) = (entry for entry in abi if entry["type"] == "function" and entry["name"] == function)
    target = _Function.of(entry)
    return target.selector + encode(target.inputs, arguments)


class Contract:
    """`Contract(rpc, address, abi).read("nextBlockNumber", block=hash)`. Overloads cannot be told apart."""

    def __init__(self, rpc: RpcClient, address: Address, abi: Sequence[AbiEntry]):
        self.rpc = rpc
        self.address = address
        self.errors = RevertDecoder(abi)
        self._functions = {entry["name"]: _Function.of(entry) for entry in abi if entry["type"] == "function"}

    def encode(self, function: str, *arguments: Any) -> bytes:
        """Calldata."""
        target = self._functions[function]
        return target.selector + encode(target.inputs, arguments)

    def selector(self, function: str) -> bytes:
        """The first four bytes of its calldata."""
        return self._functions[function].selector

    def request(
        self, function: str, *arguments: Any, value: int = 0, gas: int | None = None
    ) -> TransactionRequest:
        """A transaction that calls `function`; `value` in wei."""
        return TransactionRequest(
            to=self.address,
            data=self.encode(function, *arguments),
            value=value,
            gas=gas,
            what=function,
            errors=self.errors,
        )

    def read(self, function: str, *arguments: Any, block: BlockLabel) -> Any:
        """What a getter returns at `block`: one value or a tuple. Raises TransactionRevertedError."""
        return self.read_many([(function, arguments)], block=block)[0]

    def read_many(self, calls: Sequence[tuple[str, Sequence[Any]]], *, block: BlockLabel) -> list[Any]:
        """Several getters in one request, all at the same block."""
        return read_across([(self, name, arguments) for name, arguments in calls], block=block)

    def returned(self, function: str, data: bytes) -> Any:
        """One value or a tuple, from what a getter answered. Raises CriticalError if nothing is there."""
        target = self._functions[function]
        if not data and target.outputs:
            raise CriticalError(
                f"nothing answers {function}() at {checksum(self.address)}: no contract there, or another "
                "one; are the addresses those of this L1?"
            )
        values = target.returned(data)
        return values[0] if len(values) == 1 else values


def read_across(calls: Sequence[tuple[Contract, str, Sequence[Any]]], *, block: BlockLabel) -> list[Any]:
    """Getters of several contracts in one request, all on one chain and at the same block."""
    if not calls:
        return []
    tag = _tag(block)
    queries = [
        {"to": to_hex(contract.address), "data": to_hex(contract.encode(name, *arguments))}
        for contract, name, arguments in calls
    ]
    try:
        replies = calls[0][0].rpc.batch([("eth_call", [query, tag]) for query in queries])
    except RpcError as error:
        if isinstance(error.data, str):
            names = " and ".join(sorted({name for _, name, _ in calls}))
            reason = calls[0][0].errors.explain(from_hex(error.data))
            raise TransactionRevertedError(names, reason) from error
        raise
    return [
        contract.returned(name, from_hex(reply))
        for (contract, name, _), reply in zip(calls, replies, strict=True)
    ]


def _tag(block: BlockLabel) -> object:
    if isinstance(block, bytes):
        return {"blockHash": to_hex(block)}
    return to_quantity(block) if isinstance(block, int) else block
