"""The payload in a batcher transaction's calldata.

It is the calldata as it is, or the argument of `appendBatch(bytes)` (which stock OP Stack nodes ignore). Its
first byte is the derivation version. Source: OP Stack specs, "Batcher Transaction Format".
"""

from opcycle.derivation.verdicts import Reason
from opcycle.protocol.alt_da import DERIVATION_VERSION_ALT_DA
from opcycle.protocol.frames import DERIVATION_VERSION_0

APPEND_BATCH_SELECTOR = bytes.fromhex("96677ca2")
"""`appendBatch(bytes)` of the inbox contract."""


def calldata_payload(data: bytes) -> tuple[bytes, tuple[Reason, str] | None]:
    """The payload in calldata to the inbox, in either form, and what is wrong with it, if anything."""
    if data[:4] == APPEND_BATCH_SELECTOR:
        argument = _only_bytes_argument(data[4:])
        if argument is None:
            return b"", (Reason.MALFORMED_APPEND_BATCH, f"{len(data)} bytes")
        data = argument
    return data, version_problem(data)


def version_problem(data: bytes) -> tuple[Reason, str] | None:
    """Why a payload's derivation version is not that of frames, if so."""
    if not data:
        return Reason.EMPTY_DATA, ""
    if data[0] == DERIVATION_VERSION_ALT_DA:
        return Reason.ALT_DA_COMMITMENT, f"{len(data)} bytes"
    if data[0] != DERIVATION_VERSION_0:
        return Reason.UNKNOWN_VERSION, f"version 0x{data[0]:02x}"
    return None


def _only_bytes_argument(data: bytes) -> bytes | None:
    """`abi.decode(data, (bytes))` of the canonical encoding: offset 32, length, content, zeros to a word."""
    length = int.from_bytes(data[32:64], "big")
    is_canonical = (
        int.from_bytes(data[:32], "big") == 32
        and len(data) == 64 + -(-length // 32) * 32
        and not any(data[64 + length :])
    )
    return data[64 : 64 + length] if is_canonical else None
