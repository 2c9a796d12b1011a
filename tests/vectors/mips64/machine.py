"""A MIPS64 machine of cannon's with all that it knows, and its JSON form, which vectors and Go stepper share.

README.md here tells the form; the stepper's side of it is `tools/go/stepper/machine.go`.
"""

from dataclasses import dataclass, field
from typing import Any

MASK = (1 << 64) - 1
ALIGNED = MASK ^ 7
QUANTUM = 100_000
"""Steps after which another thread has its turn."""


@dataclass(slots=True)
class Thread:
    """One thread. Registers that are not there are zero."""

    thread_id: int = 0
    exit_code: int = 0
    exited: bool = False
    pc: int = 0
    next_pc: int = 4
    lo: int = 0
    hi: int = 0
    registers: dict[int, int] = field(default_factory=dict)

    def register(self, number: int) -> int:
        return self.registers.get(number, 0)


@dataclass(slots=True)
class Machine:
    """All of a machine's state. Memory: 8-byte words by address; words that are not there are zero.

    The last thread of a stack is on top. `preimages` is what the oracle knows, by key.
    """

    memory: dict[int, int] = field(default_factory=dict)
    preimage_key: bytes = bytes(32)
    preimage_offset: int = 0
    heap: int = 0
    ll_status: int = 0
    ll_address: int = 0
    ll_owner: int = 0
    exit_code: int = 0
    exited: bool = False
    step: int = 0
    steps_since_switch: int = 0
    traverse_right: bool = False
    left: list[Thread] = field(default_factory=list)
    right: list[Thread] = field(default_factory=list)
    next_thread_id: int = 0
    preimages: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def active(self) -> list[Thread]:
        """The stack whose top runs."""
        return self.right if self.traverse_right else self.left

    @property
    def inactive(self) -> list[Thread]:
        return self.left if self.traverse_right else self.right

    @property
    def thread(self) -> Thread:
        """The thread that runs."""
        return self.active[-1]

    def word(self, address: int) -> int:
        """The aligned 8 bytes of memory that `address` is in."""
        return self.memory.get(address & ALIGNED, 0)

    def instruction(self) -> int:
        """What the running thread does next."""
        pc = self.thread.pc
        return self.word(pc) >> (0 if pc & 4 else 32) & 0xFFFFFFFF


_THREAD_FIELDS = {
    "thread_id": "threadID",
    "exit_code": "exitCode",
    "exited": "exited",
    "pc": "pc",
    "next_pc": "nextPC",
    "lo": "lo",
    "hi": "hi",
}
_MACHINE_FIELDS = {
    "preimage_offset": "preimageOffset",
    "heap": "heap",
    "ll_status": "llReservationStatus",
    "ll_address": "llAddress",
    "ll_owner": "llOwnerThread",
    "exit_code": "exitCode",
    "exited": "exited",
    "step": "step",
    "steps_since_switch": "stepsSinceLastContextSwitch",
    "traverse_right": "traverseRight",
    "next_thread_id": "nextThreadID",
}
_PLAIN = {"exit_code", "exited", "ll_status", "traverse_right"}
"""Fields that JSON has as they are. Other numbers are hex: JSON's are not exact beyond 2^53."""


def to_json(machine: Machine) -> dict[str, Any]:
    """What is zero or empty is left out."""
    form = _plain_fields(machine, _MACHINE_FIELDS)
    if machine.memory:
        form["memory"] = {hex(address): hex(word) for address, word in machine.memory.items()}
    if any(machine.preimage_key):
        form["preimageKey"] = "0x" + machine.preimage_key.hex()
    for name, stack in (("leftThreadStack", machine.left), ("rightThreadStack", machine.right)):
        if stack:
            form[name] = [_thread_to_json(thread) for thread in stack]
    if machine.preimages:
        form["preimages"] = {"0x" + key.hex(): "0x" + data.hex() for key, data in machine.preimages.items()}
    return form


def from_json(form: dict[str, Any]) -> Machine:
    machine = Machine(
        memory={int(address, 16): int(word, 16) for address, word in form.get("memory", {}).items()},
        preimage_key=_bytes(form.get("preimageKey", "0x" + bytes(32).hex())),
        left=[_thread_from_json(thread) for thread in form.get("leftThreadStack", ())],
        right=[_thread_from_json(thread) for thread in form.get("rightThreadStack", ())],
        preimages={_bytes(key): _bytes(data) for key, data in form.get("preimages", {}).items()},
    )
    _set_plain_fields(machine, form, _MACHINE_FIELDS)
    return machine


def _thread_to_json(thread: Thread) -> dict[str, Any]:
    form = _plain_fields(thread, _THREAD_FIELDS)
    if thread.registers:
        form["registers"] = {str(number): hex(value) for number, value in thread.registers.items()}
    return form


def _thread_from_json(form: dict[str, Any]) -> Thread:
    registers = {int(number): int(value, 16) for number, value in form.get("registers", {}).items()}
    thread = Thread(next_pc=0, registers=registers)
    _set_plain_fields(thread, form, _THREAD_FIELDS)
    return thread


def _plain_fields(of: Machine | Thread, names: dict[str, str]) -> dict[str, Any]:
    return {
        name: value if attribute in _PLAIN else hex(value)
        for attribute, name in names.items()
        if (value := getattr(of, attribute))
    }


def _set_plain_fields(of: Machine | Thread, form: dict[str, Any], names: dict[str, str]) -> None:
    for attribute, name in names.items():
        if name in form:
            setattr(of, attribute, form[name] if attribute in _PLAIN else int(form[name], 16))


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
