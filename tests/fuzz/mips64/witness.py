"""A machine's whole state as the contract is shown it: hashed, and what a step touches, with proofs.

Source: cannon, state version 8 (`cannon/mipsevm/multithreaded`). Only layouts are told here: what a step does
is known to cannon alone.

A state is a mapping of names to 64-bit numbers, zero where there is none: `key 0` to `key 3` (the preimage
key, 8 bytes each), `offset`, `heap`, `reservation`, `reserved`, `owner`, `exit code`, `exited`, `step`,
`since` (steps since the last switch of threads), `right` (whether the right stack is walked), `next thread`;
of thread 2 on the left stack (0 is the lowest) `left 2 id`, `… exit code`, `… exited`, `… pc`, `… next pc`,
`… lo`, `… hi`, `… r31`; and words of memory by their hex address, `0x2000`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeAlias

from opcycle.keccak import keccak

Fields: TypeAlias = Mapping[str, int]
Layout: TypeAlias = tuple[tuple[str, int], ...]
"""Names of fields, and their sizes in bytes."""

LEVELS = 59
"""Of the tree over memory, whose leaves are 32 bytes."""

EMPTY_STACK = keccak(bytes(64))
VALID, INVALID, PANIC, UNFINISHED = 0, 1, 2, 3

PROOF = 32 * (1 + LEVELS)
"""Bytes of a proof of memory."""

THREAD: Layout = (
    *(("id", 8), ("exit code", 1), ("exited", 1), ("pc", 8), ("next pc", 8), ("lo", 8), ("hi", 8)),
    *((f"r{number}", 8) for number in range(32)),
)
KEY: Layout = tuple((f"key {part}", 8) for part in range(4))
SCALARS: Layout = (
    *(("offset", 8), ("heap", 8), ("reservation", 1), ("reserved", 8), ("owner", 8)),
    *(("exit code", 1), ("exited", 1), ("step", 8), ("since", 8), ("right", 1)),
)
NEXT_THREAD: Layout = (("next thread", 8),)


class Memory:
    """The tree over memory: leaves of 32 bytes, and above them the hash of each two."""

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
    runs = right if fields.get("right") else left
    thread = runs[-1][0]
    return Snapshot(
        state,
        bytes([_status(fields)]) + keccak(state)[1:],
        thread,
        runs[-2][1] if len(runs) > 1 else bytes(32),
        int.from_bytes(thread[10:18], "big"),
        key,
        fields.get("offset", 0),
    )


def _status(fields: Fields) -> int:
    return min(fields.get("exit code", 0), PANIC) if fields.get("exited") else UNFINISHED


def _stack(fields: Fields, side: str) -> tuple[bytes, ...]:
    """Its threads. One is there if it knows where to go on."""
    threads = []
    while fields.get(f"{side} {len(threads)} next pc"):
        threads.append(_packed(fields, _thread(f"{side} {len(threads)}")))
    return tuple(threads)


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
