"""A machine told as numbers by name, so that what a step does is a few of them; and what the contract is
shown of it.

Names are those of `tests/vectors/mips64/machine.py`: `heap`, `exit_code`, …; `preimage_key 0` to `… 3` (8
bytes each); of thread 2 on the left stack (0 is the lowest) `left 2 pc`, … and `left 2 r31`; and words of
memory by their hex address, `0x2000`. What is not there is zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeAlias

from tests.vectors.mips64.machine import MASK, Machine, Thread
from tests.vectors.mips64.witness import EMPTY_STACK, SYSCALL

from opcycle.keccak import keccak

Fields: TypeAlias = Mapping[str, int]
Layout: TypeAlias = tuple[tuple[str, int], ...]
"""Names of fields, and their sizes in bytes."""

LEVELS = 59
"""Of the tree over memory, whose leaves are 32 bytes."""

PROOF = 32 * (1 + LEVELS)
"""Bytes of a proof of memory."""

VALID, INVALID, PANIC, UNFINISHED = 0, 1, 2, 3

ADDRESS = "0x"
"""What the name of a word of memory begins with."""

THREAD: Layout = (
    *(("thread_id", 8), ("exit_code", 1), ("exited", 1), ("pc", 8), ("next_pc", 8), ("lo", 8), ("hi", 8)),
    *((f"r{number}", 8) for number in range(32)),
)
KEY: Layout = tuple((f"preimage_key {part}", 8) for part in range(4))
SCALARS: Layout = (
    *(("preimage_offset", 8), ("heap", 8), ("ll_status", 1), ("ll_address", 8), ("ll_owner", 8)),
    *(("exit_code", 1), ("exited", 1), ("step", 8), ("steps_since_switch", 8), ("traverse_right", 1)),
)
NEXT_THREAD: Layout = (("next_thread_id", 8),)


def fields_of(machine: Machine) -> dict[str, int]:
    """Of all that is a machine's state."""
    found = {name: int(getattr(machine, name)) for name, _ in (*SCALARS, *NEXT_THREAD)}
    for part, (name, _) in enumerate(KEY):
        found[name] = int.from_bytes(machine.preimage_key[8 * part : 8 * part + 8], "big")
    for side, stack in (("left", machine.left), ("right", machine.right)):
        for place, thread in enumerate(stack):
            found |= {f"{side} {place} {name}": int(getattr(thread, name)) for name, _ in THREAD[:7]}
            found |= {f"{side} {place} r{number}": value for number, value in thread.registers.items()}
    found |= {hex(address): word for address, word in machine.memory.items()}
    return {name: value for name, value in found.items() if value}


def machine_of(fields: Fields, preimages: Mapping[bytes, bytes]) -> Machine:
    """The reverse, with what its host knows."""
    scalars = {name: fields.get(name, 0) for name, _ in (*SCALARS, *NEXT_THREAD)}
    scalars |= {name: bool(scalars[name]) for name in ("exited", "traverse_right")}
    return Machine(
        **scalars,
        preimage_key=_packed(fields, KEY),
        memory={int(name, 16): word for name, word in fields.items() if name.startswith(ADDRESS)},
        left=[_thread_of(fields, name) for name in _names(fields, "left")],
        right=[_thread_of(fields, name) for name in _names(fields, "right")],
        preimages=dict(preimages),
    )


def _thread_of(fields: Fields, name: str) -> Thread:
    scalars = {part: fields.get(f"{name} {part}", 0) for part, _ in THREAD[:7]}
    registers = {number: fields.get(f"{name} r{number}", 0) for number in range(32)}
    return Thread(**scalars | {"exited": bool(scalars["exited"])}, registers=registers)


def running(fields: Fields) -> str:
    """The thread that runs: the last of the stack that is walked."""
    return _names(fields, "right" if fields.get("traverse_right") else "left")[-1]


def target(fields: Fields) -> int:
    """Where the next instruction of `decide.s` touches memory, if it does."""
    thread = running(fields)
    pc = fields.get(f"{thread} pc", 0)
    instruction = fields.get(hex(pc & ~7), 0) >> (0 if pc & 4 else 32) & 0xFFFFFFFF
    if instruction == SYSCALL:
        return fields.get(f"{thread} r5", 0)
    offset = (instruction & 0xFFFF ^ 0x8000) - 0x8000
    return fields.get(f"{thread} r{instruction >> 21 & 31}", 0) + offset & MASK


def _names(fields: Fields, side: str) -> list[str]:
    """Of the threads of a stack. One is there if it knows where to go on."""
    names: list[str] = []
    while fields.get(f"{side} {len(names)} next_pc"):
        names.append(f"{side} {len(names)}")
    return names


# --- what the contract is shown -------------------------------------------------------------------


class Memory:
    """The tree over memory, for many changes one after the other."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[int, int], bytes] = {}

    @property
    def root(self) -> bytes:
        return self._node(LEVELS, 0)

    def write(self, address: int, word: int) -> None:
        """At an address that is a multiple of 8."""
        index, at = address >> 5, address & 24
        leaf = self._node(0, index)
        self._nodes[0, index] = leaf[:at] + word.to_bytes(8, "big") + leaf[at + 8 :]
        for level in range(LEVELS):
            index >>= 1
            pair = self._node(level, 2 * index) + self._node(level, 2 * index + 1)
            self._nodes[level + 1, index] = keccak(pair)

    def proof(self, address: int) -> bytes:
        """The leaf of an address, and its siblings from the bottom."""
        index = address >> 5
        siblings = (self._node(level, index >> level ^ 1) for level in range(LEVELS))
        return self._node(0, index) + b"".join(siblings)

    def _node(self, level: int, index: int) -> bytes:
        return self._nodes.get((level, index)) or _zeros()[level]


@cache
def _zeros() -> list[bytes]:
    """Roots of trees that have only zeros, from a leaf on."""
    found = [bytes(32)]
    for _ in range(LEVELS):
        found.append(keccak(found[-1] + found[-1]))
    return found


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state as others see it: `state` is what is hashed, `thread` the one that runs, `below` the root of
    the stack below it. `key` and `offset` name the part of a preimage that is read next."""

    state: bytes
    hash: bytes
    thread: bytes
    below: bytes
    pc: int
    key: bytes
    offset: int

    def proof(self, memory: Memory, touched: int | None) -> bytes:
        """What a step is shown: thread, root below it, and proofs of the instruction and of the word of
        memory that it touches; zeros where it touches none, and for a second word, which none does here."""
        word = memory.proof(touched) if touched is not None else bytes(PROOF)
        return self.thread + self.below + memory.proof(self.pc) + word + bytes(PROOF)


def snapshot(fields: Fields, memory: Memory) -> Snapshot:
    """The state of these fields; words of memory are in `memory`."""
    left, right = (_onion(_stack(fields, side)) for side in ("left", "right"))
    key = _packed(fields, KEY)
    state = b"".join(
        (memory.root, key, _packed(fields, SCALARS), left[-1][1], right[-1][1], _packed(fields, NEXT_THREAD))
    )
    runs = right if fields.get("traverse_right") else left
    thread = runs[-1][0]
    return Snapshot(
        state,
        bytes([status_of(state)]) + keccak(state)[1:],
        thread,
        runs[-2][1] if len(runs) > 1 else bytes(32),
        int.from_bytes(thread[10:18], "big"),
        key,
        fields.get("preimage_offset", 0),
    )


def status_of(state: bytes) -> int:
    """The first byte of a state's hash."""
    return min(state[97], PANIC) if state[98:99] == b"\1" else UNFINISHED


def _stack(fields: Fields, side: str) -> tuple[bytes, ...]:
    return tuple(_packed(fields, _thread(name)) for name in _names(fields, side))


@cache
def _thread(name: str) -> Layout:
    return tuple((f"{name} {part}", size) for part, size in THREAD)


def _packed(fields: Fields, layout: Layout) -> bytes:
    return b"".join([fields.get(name, 0).to_bytes(size, "big") for name, size in layout])


@lru_cache(4096)
def _onion(stack: tuple[bytes, ...]) -> list[tuple[bytes, bytes]]:
    """Each thread with the root of the stack that it is on top of, after the empty stack's."""
    roots = [(b"", EMPTY_STACK)]
    for thread in stack:
        roots.append((thread, keccak(roots[-1][1] + keccak(thread))))
    return roots
