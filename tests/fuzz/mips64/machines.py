"""A machine as `cannon-stepper` reads and writes it, and as fields (see `witness.py`)."""

from collections.abc import Mapping
from typing import Any

from tests.fuzz.mips64.witness import Fields

SCALARS = {
    "offset": "preimageOffset",
    "heap": "heap",
    "reservation": "llReservationStatus",
    "reserved": "llAddress",
    "owner": "llOwnerThread",
    "exit code": "exitCode",
    "exited": "exited",
    "step": "step",
    "since": "stepsSinceLastContextSwitch",
    "right": "traverseRight",
    "next thread": "nextThreadID",
}
THREAD = {
    "id": "threadID",
    "exit code": "exitCode",
    "exited": "exited",
    "pc": "pc",
    "next pc": "nextPC",
    "lo": "lo",
    "hi": "hi",
}
TRUTHS = {"exited", "traverseRight"}
BYTES = {"llReservationStatus", "exitCode"}
SYSCALL, LOADS = 0x0C, 0x20


def as_fields(machine: Mapping[str, Any]) -> dict[str, int]:
    """From a machine of `cannon-stepper`."""
    found = {name: _number(machine[theirs]) for name, theirs in SCALARS.items() if theirs in machine}
    key = bytes.fromhex(machine.get("preimageKey", "0x")[2:]).rjust(32, b"\0")
    found |= {f"key {part}": int.from_bytes(key[8 * part : 8 * part + 8], "big") for part in range(4)}
    for side in ("left", "right"):
        for place, thread in enumerate(machine.get(f"{side}ThreadStack", ())):
            name = f"{side} {place}"
            found |= {f"{name} {part}": _number(thread[of]) for part, of in THREAD.items() if of in thread}
            found |= {f"{name} r{r}": _number(value) for r, value in thread.get("registers", {}).items()}
    found |= {address: _number(word) for address, word in machine.get("memory", {}).items()}
    return {name: value for name, value in found.items() if value}


def as_machine(fields: Fields) -> dict[str, Any]:
    """For `cannon-stepper`."""
    found: dict[str, Any] = {of: _value(of, fields[name]) for name, of in SCALARS.items() if name in fields}
    key = b"".join(fields.get(f"key {part}", 0).to_bytes(8, "big") for part in range(4))
    found["preimageKey"] = f"0x{key.hex()}"
    found["memory"] = {name: hex(word) for name, word in fields.items() if name.startswith("0x")}
    for side in ("left", "right"):
        stack = found[f"{side}ThreadStack"] = []
        while fields.get(f"{side} {len(stack)} next pc"):
            name = f"{side} {len(stack)}"
            parts = {part: fields.get(f"{name} {part}", 0) for part in THREAD}
            thread: dict[str, Any] = {THREAD[part]: _value(THREAD[part], v) for part, v in parts.items() if v}
            registers = {r: fields.get(f"{name} r{r}", 0) for r in range(32)}
            thread["registers"] = {str(r): hex(value) for r, value in registers.items() if value}
            stack.append(thread)
    return found


def running(fields: Fields) -> str:
    """The thread that runs: the last of the stack that is walked."""
    side = "right" if fields.get("right") else "left"
    place = 0
    while fields.get(f"{side} {place + 1} next pc"):
        place += 1
    return f"{side} {place}"


def target(fields: Fields) -> int:
    """Where the next instruction of `decide.s` touches memory, if it does."""
    thread = running(fields)

    def register(number: int) -> int:
        return fields.get(f"{thread} r{number}", 0)

    pc = fields.get(f"{thread} pc", 0)
    instruction = fields.get(f"0x{pc & ~7:x}", 0) >> (0 if pc & 4 else 32) & 0xFFFFFFFF
    if instruction == SYSCALL:
        return register(5)
    offset = ((instruction & 0xFFFF) ^ 0x8000) - 0x8000
    return (register(instruction >> 21 & 31) + offset) % 2**64


def _number(value: str | int | bool) -> int:
    return int(value, 0) if isinstance(value, str) else int(value)


def _value(name: str, number: int) -> str | int | bool:
    if name in TRUTHS:
        return bool(number)
    return number if name in BYTES else hex(number)
