"""What the contract of the real machine asks of a state and its proof before it makes a step, told again.

Layouts: `tests/vectors/mips64/README.md`. In the order in which it asks, so that a witness with more than one
fault is refused for the first.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.fuzz.mips64.fields import LEVELS, PROOF
from tests.fuzz.tally import Refusal
from tests.vectors.mips64.witness import EMPTY_STACK

from opcycle.keccak import keccak

STATE, THREAD = 188, 298
LONGEST = THREAD + 32 + 3 * PROOF
QUANTUM = 100_000
"""Steps of a thread's turn."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What an instruction needs besides itself: the word of memory at an address, a part of a preimage."""

    address: int | None
    reads: bool


def number(data: bytes, at: int, size: int = 8) -> int:
    return int.from_bytes(data[at : at + size], "big")


def check_state(state: bytes, proof: bytes) -> None:
    """Whether it is a state, of a machine that has something to run."""
    if len(state) != STATE:
        raise Refusal("MIPS64_WrongStateSize", (len(state),))
    if state[98] > 1:
        raise Refusal("MIPS64_BadExitFlag", (state[98],))
    if len(proof) > LONGEST:
        raise Refusal("MIPS64_ProofTooLong", (len(proof),))
    if active_stack(state) == EMPTY_STACK:
        raise Refusal("MIPS64_NoActiveThread", (number(state, 99),))


def check_proof(state: bytes, proof: bytes, needs: Needs, read: Callable[[bytes, int], bytes]) -> bytes:
    """Whether the proof shows all that the step looks at; returns what it reads of a preimage."""
    _require_length(proof, THREAD + 32)
    root = keccak(proof[THREAD : THREAD + 32] + keccak(proof[:THREAD]))
    if root != active_stack(state):
        raise Refusal("MIPS64_WrongThread", (root, active_stack(state)))
    if proof[9] or number(state, 107) >= QUANTUM:
        return b""  # a thread that has ended, or its turn: no instruction
    _check_memory(state, proof, 0, number(proof, 10))
    data = read(state[32:64], number(state, 64)) if needs.reads else b""
    if needs.address is not None:
        _check_memory(state, proof, 1, needs.address)
    return data


def active_stack(state: bytes) -> bytes:
    return state[148:180] if state[115] else state[116:148]


def _check_memory(state: bytes, proof: bytes, index: int, address: int) -> None:
    start = THREAD + 32 + index * PROOF
    _require_length(proof, start + PROOF)
    words = [proof[at : at + 32] for at in range(start, start + PROOF, 32)]
    node, path = words[0], address >> 5
    for level in range(LEVELS):
        pair = words[level + 1] + node if path >> level & 1 else node + words[level + 1]
        node = keccak(pair)
    if node != state[:32]:
        raise Refusal("MIPS64_WrongMemory", (index, address, node, state[:32]))


def _require_length(proof: bytes, needed: int) -> None:
    if len(proof) < needed:
        raise Refusal("MIPS64_ProofTooShort", (len(proof), needed))
