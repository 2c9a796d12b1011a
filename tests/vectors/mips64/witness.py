"""What a contract is shown of a machine: the packed state, and a proof of what the next step touches.

Written from the layouts in README.md here; nothing is shared with the contract or with cannon.
"""

import struct

from tests.vectors.mips64.machine import ALIGNED, MASK, QUANTUM, Machine, Thread

from opcycle.keccak import keccak

DEPTH = 59
"""Levels of the tree of memory: 2^64 bytes in leaves of 32."""

EMPTY_STACK = keccak(bytes(64))
SYSCALL = 0x0C


def _zero_hashes() -> list[bytes]:
    hashes = [bytes(32)]
    for _ in range(DEPTH):
        hashes.append(keccak(hashes[-1] * 2))
    return hashes


_ZERO = _zero_hashes()


class MemoryTree:
    """The Merkle tree of a memory that is almost all zero."""

    def __init__(self, memory: dict[int, int]):
        leaves: dict[int, bytearray] = {}
        for address, word in memory.items():
            leaf = leaves.setdefault(address >> 5, bytearray(32))
            leaf[address & 24 : (address & 24) + 8] = word.to_bytes(8, "big")
        self._levels: list[dict[int, bytes]] = [{index: bytes(leaf) for index, leaf in leaves.items()}]
        for zero in _ZERO[:DEPTH]:
            below = self._levels[-1]
            self._levels.append(
                {
                    parent: keccak(below.get(2 * parent, zero) + below.get(2 * parent + 1, zero))
                    for parent in {index >> 1 for index in below}
                }
            )

    def root(self) -> bytes:
        return self._levels[DEPTH].get(0, _ZERO[DEPTH])

    def proof(self, address: int) -> bytes:
        """The leaf that `address` is in and, from there upwards, what it is hashed with: 60 × 32 bytes."""
        index = address >> 5
        siblings = (
            self._levels[level].get((index >> level) ^ 1, zero) for level, zero in enumerate(_ZERO[:DEPTH])
        )
        return b"".join((self._levels[0].get(index, _ZERO[0]), *siblings))


def pack_thread(thread: Thread) -> bytes:
    """298 bytes."""
    scalars = (thread.pc, thread.next_pc, thread.lo, thread.hi)
    head = struct.pack(">QB?4Q", thread.thread_id, thread.exit_code, thread.exited, *scalars)
    return head + struct.pack(">32Q", *map(thread.register, range(32)))


def stack_root(threads: list[Thread]) -> bytes:
    root = EMPTY_STACK
    for thread in threads:
        root = keccak(root + keccak(pack_thread(thread)))
    return root


def pack_state(machine: Machine) -> bytes:
    """188 bytes."""
    return b"".join(
        (
            MemoryTree(machine.memory).root(),
            machine.preimage_key,
            struct.pack(">QQB", machine.preimage_offset, machine.heap, machine.ll_status),
            struct.pack(">QQB?", machine.ll_address, machine.ll_owner, machine.exit_code, machine.exited),
            struct.pack(">QQ?", machine.step, machine.steps_since_switch, machine.traverse_right),
            stack_root(machine.left),
            stack_root(machine.right),
            struct.pack(">Q", machine.next_thread_id),
        )
    )


def prove(machine: Machine) -> bytes:
    """The proof for a machine's next step. Without an active thread there is nothing to prove."""
    if not machine.active:
        return b""
    tree = MemoryTree(machine.memory)
    proofs = [tree.proof(machine.thread.pc)]
    target = _target(machine)
    if target is not None:
        proofs.append(tree.proof(target))
        if _writes_time(machine):
            between = MemoryTree({**machine.memory, target: _seconds(machine)})
            proofs.append(between.proof(target + 8 & MASK))
    return pack_thread(machine.thread) + stack_root(machine.active[:-1]) + b"".join(proofs)


def _target(machine: Machine) -> int | None:
    """The word of memory that the next step reads or writes."""
    thread = machine.thread
    if machine.exited or thread.exited or machine.steps_since_switch >= QUANTUM or thread.pc & 3:
        return None
    instruction = machine.instruction()
    opcode = instruction >> 26
    if opcode >= 0x20 or opcode in (0x1A, 0x1B):
        immediate = (instruction & 0xFFFF ^ 0x8000) - 0x8000
        return thread.register(instruction >> 21 & 31) + immediate & ALIGNED
    if opcode or instruction & 63 != SYSCALL:
        return None
    first, second = thread.register(4), thread.register(5)
    match thread.register(2), first:
        case (5000, 5) | (5001, 6) | (5222, 0) | (5222, 1):
            return second & ALIGNED
        case (5194, _) if second == 128:
            return first & ALIGNED
        case (5313, _):
            return first & ALIGNED
    return None


def _writes_time(machine: Machine) -> bool:
    is_syscall = machine.instruction() & 0xFC00003F == SYSCALL
    return is_syscall and machine.thread.register(2) == 5222


def _seconds(machine: Machine) -> int:
    return (machine.step + 1 & MASK) // 10_000_000 if machine.thread.register(4) == 1 else 0
