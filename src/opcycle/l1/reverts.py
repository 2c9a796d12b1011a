"""Why a call reverted, in words: `Error(string)`, `Panic(uint256)`, or a custom error of known ABIs."""

from collections.abc import Iterable
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import collapse_if_tuple

from opcycle.errors import TemporaryError
from opcycle.keccak import keccak

AbiEntry = dict[str, Any]

_STANDARD: tuple[AbiEntry, ...] = (
    {"type": "error", "name": "Error", "inputs": [{"type": "string"}]},
    {"type": "error", "name": "Panic", "inputs": [{"type": "uint256"}]},
)


class TransactionRevertedError(TemporaryError):
    """A transaction reverted, or would. Temporary: an agent reads the chain again and decides anew.

    `reason` is the decoded error, such as `OutOfGas()` or `Error('paused')`.
    """

    def __init__(self, what: str, reason: str):
        super().__init__(f"{what} reverts with {reason}")
        self.reason = reason


class RevertDecoder:
    """Decodes revert data by the errors that some ABIs declare."""

    def __init__(self, abi: Iterable[AbiEntry] = ()):
        self._errors: dict[bytes, tuple[str, list[str]]] = {}
        for entry in (*_STANDARD, *abi):
            if entry["type"] == "error":
                types = [collapse_if_tuple(item) for item in entry["inputs"]]
                signature = f"{entry['name']}({','.join(types)})"
                self._errors[keccak(signature.encode())[:4]] = (entry["name"], types)

    def explain(self, data: bytes) -> str:
        """`Name(arguments)`; the bare selector and data for an error that no ABI declares."""
        if not data:
            return "no reason"
        found = self.decode(data)
        if found is not None:
            name, values = found
            return f"{name}({', '.join(_show(value) for value in values)})"
        name, _ = self._errors.get(data[:4], ("", []))
        if name:
            return f"{name} with malformed arguments 0x{data[4:].hex()}"
        return f"unknown error 0x{data[:4].hex()} ({len(data) - 4} bytes of arguments)"

    def decode(self, data: bytes) -> tuple[str, tuple[Any, ...]] | None:
        """Name and arguments; None for an error that no ABI declares, or whose arguments are malformed."""
        if data[:4] not in self._errors:
            return None
        name, types = self._errors[data[:4]]
        try:
            return name, decode(types, data[4:])
        except DecodingError:
            return None


def _show(value: object) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else repr(value)
