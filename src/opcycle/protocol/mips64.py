"""The MIPS64 machine as a fault proof shows it: its own state, the thread that runs, words of its memory.

Memory and threads are in the state by their hashes only; a proof for one step adds the running thread and the
few words of memory that the step needs. All numbers are big-endian.

    proof = thread[298] ++ other_threads[32] ++ instruction ++ operand ++ second_operand
            each of the last three: leaf[32] ++ siblings[59×32]; where a step needs no such word, anything

Source: OP Stack specs, "Fault Proof Virtual Machine: Cannon"; the contracts are `contracts/vm/MIPS64*.sol`.
"""

import struct
from dataclasses import dataclass, replace
from typing import Self

from opcycle.keccak import keccak
from opcycle.protocol.dispute_game import VMStatus
from opcycle.protocol.types import Hash

REGISTERS = (
    *("zero", "at", "v0", "v1", "a0", "a1", "a2", "a3", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7"),
    *("s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "t8", "t9", "k0", "k1", "gp", "sp", "fp", "ra"),
)
"""Names of the general registers, by number."""

NO_THREADS: Hash = keccak(bytes(64))
"""What stands for an empty stack of threads."""


class MalformedProofError(ValueError):
    """These bytes are no state of the machine, or no proof of one of its steps."""


@dataclass(frozen=True, slots=True)
class MachineState:
    """The 188 bytes whose hash is claimed.

        memory_root[32] ++ preimage_key[32] ++ preimage_offset[8] ++ heap[8] ++ reservation[1]
        ++ reserved_address[8] ++ reserving_thread[8] ++ exit_code[1] ++ exited[1] ++ step[8]
        ++ steps_since_switch[8] ++ traverses_right[1] ++ left_threads[32] ++ right_threads[32]
        ++ next_thread[8]

    `preimage_offset` counts the eight bytes of length that a preimage begins with. `reservation`: of a word
    of memory by ll (1) or lld (2), or none (0). `step`: steps taken so far.
    """

    memory_root: Hash
    preimage_key: Hash
    preimage_offset: int
    heap: int
    reservation: int
    reserved_address: int
    reserving_thread: int
    exit_code: int
    exited: bool
    step: int
    steps_since_switch: int
    traverses_right: bool
    left_threads: Hash
    right_threads: Hash
    next_thread: int

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedProofError."""
        if len(data) != _STATE.size:
            raise MalformedProofError(f"a state has {_STATE.size} bytes, not {len(data)}")
        state = cls(*_STATE.unpack(data))
        return replace(state, exited=_flag(state.exited), traverses_right=_flag(state.traverses_right))

    def encode(self) -> bytes:
        return _STATE.pack(*(getattr(self, name) for name in self.__slots__))

    @property
    def status(self) -> VMStatus:
        if not self.exited:
            return VMStatus.UNFINISHED
        return VMStatus(min(self.exit_code, VMStatus.PANIC))

    @property
    def hash(self) -> Hash:
        """As a claim has it: status[1] ++ keccak256(state)[1:]."""
        return bytes([self.status]) + keccak(self.encode())[1:]

    @property
    def threads(self) -> Hash:
        """The stack whose uppermost thread runs."""
        return self.right_threads if self.traverses_right else self.left_threads


_STATE = struct.Struct(">32s32sQQBQQBBQQB32s32sQ")


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread's 298 bytes: id[8] ++ exit_code[1] ++ exited[1] ++ pc[8] ++ next_pc[8] ++ lo[8] ++ hi[8]
    ++ registers[32×8]."""

    id: int
    exit_code: int
    exited: bool
    pc: int
    next_pc: int
    lo: int
    hi: int
    registers: tuple[int, ...]

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedProofError."""
        if len(data) != _THREAD.size:
            raise MalformedProofError(f"a thread has {_THREAD.size} bytes, not {len(data)}")
        number, exit_code, exited, pc, next_pc, lo, hi, *registers = _THREAD.unpack(data)
        return cls(number, exit_code, _flag(exited), pc, next_pc, lo, hi, tuple(registers))

    def encode(self) -> bytes:
        scalars = (self.id, self.exit_code, self.exited, self.pc, self.next_pc, self.lo, self.hi)
        return _THREAD.pack(*scalars, *self.registers)

    def register(self, name: str) -> int:
        """By name: one of `REGISTERS`, `lo` or `hi`. Raises ValueError if there is none."""
        if name in ("lo", "hi"):
            return self.lo if name == "lo" else self.hi
        return self.registers[REGISTERS.index(name)]

    def with_register(self, name: str, value: int) -> "Thread":
        """With another value in one of `REGISTERS`. Raises ValueError if there is none, and for `zero`."""
        number = REGISTERS.index(name)
        if number == 0:
            raise ValueError("register zero is always 0")
        return replace(self, registers=(*self.registers[:number], value, *self.registers[number + 1 :]))

    def on(self, others: Hash) -> Hash:
        """The stack with this thread on top of `others`."""
        return keccak(others + keccak(self.encode()))


_THREAD = struct.Struct(">QBBQQQQ32Q")


@dataclass(frozen=True, slots=True)
class MemoryLeaf:
    """32 bytes of memory, and the 59 hashes that lead from them to the root."""

    data: bytes
    siblings: tuple[Hash, ...]

    def root(self, address: int) -> Hash:
        """Of a memory in which this leaf is the one of `address`."""
        node, index = self.data, address >> 5
        for sibling in self.siblings:
            node = keccak(sibling + node if index & 1 else node + sibling)
            index >>= 1
        return node

    def word(self, address: int) -> int:
        """The eight aligned bytes in which `address` is."""
        start = address & 0x18
        return int.from_bytes(self.data[start : start + 8], "big")

    def with_word(self, address: int, word: int) -> "MemoryLeaf":
        start = address & 0x18
        data = self.data[:start] + word.to_bytes(8, "big") + self.data[start + 8 :]
        return MemoryLeaf(data, self.siblings)


@dataclass(frozen=True, slots=True)
class Witness:
    """What a step's proof reveals of the state before it."""

    thread: Thread
    other_threads: Hash
    instruction: MemoryLeaf
    operand: MemoryLeaf
    second_operand: MemoryLeaf

    @classmethod
    def decode(cls, proof: bytes) -> Self:
        """Raises MalformedProofError."""
        if len(proof) != PROOF_SIZE:
            raise MalformedProofError(f"a proof has {PROOF_SIZE} bytes, not {len(proof)}")
        thread, proof = Thread.decode(proof[: _THREAD.size]), proof[_THREAD.size :]
        others, *nodes = (proof[at : at + 32] for at in range(0, len(proof), 32))
        leaves = [MemoryLeaf(nodes[at], tuple(nodes[at + 1 : at + 60])) for at in (0, 60, 120)]
        return cls(thread, others, *leaves)

    def fits(self, state: MachineState) -> bool:
        """Whether that is the thread and the instruction of a state."""
        is_running = self.thread.on(self.other_threads) == state.threads
        return is_running and self.instruction.root(self.thread.pc) == state.memory_root

    @property
    def word(self) -> int:
        """The instruction at the thread's pc."""
        pc = self.thread.pc
        return self.instruction.word(pc) >> (0 if pc & 4 else 32) & 0xFFFF_FFFF


PROOF_SIZE = _THREAD.size + 32 + 3 * 60 * 32
"""6,090 bytes."""


def _flag(byte: int) -> bool:
    if byte > 1:
        raise MalformedProofError(f"a flag is 0 or 1, not {byte}")
    return bool(byte)
