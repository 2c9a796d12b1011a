"""A contract that makes fixed calls when it is called, and logs what came of each. Attackers are such."""

from collections.abc import Sequence
from dataclasses import dataclass

REVERTER = bytes.fromhex("5f5ffd")
GAS_EATER = bytes.fromhex("fe")


@dataclass(frozen=True, slots=True)
class Call:
    target: bytes
    calldata: bytes
    forwards_value: bool = False


def puppet_code(calls: Sequence[Call]) -> bytes:
    """Runtime code that makes `calls` one after the other and never fails itself.

    For each it logs, without topic: gas before it u256 ++ whether it succeeded u256 ++ what it returned.
    """
    offset = sum(len(_code_of(call, 0)) for call in calls) + 1
    code = b""
    for call in calls:
        code += _code_of(call, offset)
        offset += len(call.calldata)
    return code + b"\0" + b"".join(call.calldata for call in calls)


def _code_of(call: Call, calldata_offset: int) -> bytes:
    size = _push3(len(call.calldata))
    return b"".join(
        (
            bytes.fromhex("5a5f52"),  # mstore(0, gas())
            size + _push3(calldata_offset) + bytes.fromhex("606039"),  # codecopy(0x60, offset, size)
            bytes.fromhex("5f5f") + size + bytes.fromhex("6060"),  # returns nothing; calldata at 0x60
            bytes.fromhex("34" if call.forwards_value else "5f"),  # callvalue() or 0
            b"\x73" + call.target + bytes.fromhex("5af1"),  # call(gas(), target, …)
            bytes.fromhex("602052"),  # mstore(0x20, success)
            bytes.fromhex("3d5f60403e"),  # returndatacopy(0x40, 0, returndatasize())
            bytes.fromhex("3d6040015fa0"),  # log0(0, 0x40 + returndatasize())
        )
    )


def _push3(number: int) -> bytes:
    return b"\x62" + number.to_bytes(3, "big")
