"""States of the MIPS64 machine with the proofs of one step: random ones, and ones at the edges of every rule.

Layouts: IMIPS64.sol and MIPS64State.sol, or `cannon/mipsevm/multithreaded` of Optimism's repository.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from random import Random

from eth_utils.crypto import keccak

ONES = 2**64 - 1
LEVELS = 59
QUANTUM = 100_000
NO_THREADS = keccak(bytes(64))
PANIC_FLAGS, THREAD_FLAGS = 0x50F01, 0x50F00

EDGES = (
    *(0, 1, 2, 3, 4, 7, 8, 31, 32, 33, 63, 64, 127, 128, 255, 0x7FFF, 0x8000, 0xFFFF),
    *(0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000, 0xFFFFFFFF80000000, 0xFFFFFFFF7FFFFFFF),
    *(0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0x8000000000000001, ONES - 1, ONES),
)
"""Where signs, carries and shifts change."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The order of the fields is that of the 298 bytes."""

    id: int = 0
    exit_code: int = 0
    exited: int = 0
    pc: int = 0x1000
    next_pc: int = 0x1004
    lo: int = 0
    hi: int = 0
    registers: tuple[int, ...] = (0,) * 32

    def encode(self) -> bytes:
        head = _u64(self.id) + bytes([self.exit_code, self.exited])
        scalars = (self.pc, self.next_pc, self.lo, self.hi)
        return head + b"".join(map(_u64, (*scalars, *self.registers)))

    def with_registers(self, values: dict[int, int]) -> "Thread":
        return replace(self, registers=tuple(values.get(i, old) for i, old in enumerate(self.registers)))


@dataclass(frozen=True, slots=True)
class State:
    """In the order of the 188 bytes, without the roots of memory and of the active stack: see `Case.of`."""

    preimage_key: bytes = bytes(32)
    preimage_offset: int = 0
    heap: int = 0x400000000000
    ll_status: int = 0
    ll_address: int = 0
    ll_owner: int = 0
    exit_code: int = 0
    exited: int = 0
    step: int = 0
    steps_since_switch: int = 0
    traverse_right: int = 0
    inactive_stack: bytes = NO_THREADS
    next_thread_id: int = 1

    def encode(self, memory: bytes, active_stack: bytes) -> bytes:
        stacks = [active_stack, self.inactive_stack]
        return b"".join(
            (
                memory + self.preimage_key + _u64(self.preimage_offset) + _u64(self.heap),
                bytes([self.ll_status]) + _u64(self.ll_address) + _u64(self.ll_owner),
                bytes([self.exit_code, self.exited]) + _u64(self.step) + _u64(self.steps_since_switch),
                bytes([self.traverse_right]) + b"".join(reversed(stacks) if self.traverse_right else stacks),
                _u64(self.next_thread_id),
            )
        )


@dataclass(slots=True)
class Memory:
    """Leaves that are not zero, by their place."""

    leaves: dict[int, bytes] = field(default_factory=dict)

    def word(self, address: int) -> int:
        start = address & 24
        return int.from_bytes(self.leaves.get(address >> 5, bytes(32))[start : start + 8], "big")

    def write(self, address: int, size: int, value: int) -> None:
        """Bytes that all lie in one leaf."""
        leaf, start = bytearray(self.leaves.get(address >> 5, bytes(32))), address & 31
        leaf[start : start + size] = (value & (256**size - 1)).to_bytes(size, "big")
        self.leaves[address >> 5] = bytes(leaf)

    def prove(self, address: int) -> tuple[bytes, bytes]:
        """The root, and leaf ‖ siblings."""
        nodes, place = dict(self.leaves), address >> 5
        nodes.setdefault(place, bytes(32))
        path = [nodes[place]]
        for level in range(LEVELS):
            path.append(nodes.get(place ^ 1, _zeros(level)))
            parents = {}
            for index in nodes:
                left, right = (nodes.get(child, _zeros(level)) for child in (index & ~1, index | 1))
                parents[index >> 1] = keccak(left + right)
            nodes, place = parents, place >> 1
        return nodes[0], b"".join(path)


@cache
def _zeros(level: int) -> bytes:
    return bytes(32) if level == 0 else keccak(_zeros(level - 1) * 2)


def _u64(value: int) -> bytes:
    return (value & ONES).to_bytes(8, "big")


@dataclass(frozen=True, slots=True)
class Case:
    """What `step` takes. `name` says what the step is about."""

    name: str
    state: bytes
    proof: bytes

    @classmethod
    def of(
        cls,
        name: str,
        state: State,
        thread: Thread,
        memory: Memory,
        *,
        others: bytes = NO_THREADS,
        addresses: Sequence[int] = (),
        between: tuple[int, int] | None = None,
    ) -> "Case":
        """`addresses`: of the second and third memory proof; `between`: what is written, as (address, word),
        before the third is made."""
        root, proof = memory.prove(thread.pc & ONES)
        proofs = [proof]
        for index, address in enumerate(addresses):
            if index and between:
                memory.write(between[0], 8, between[1])
            proofs.append(memory.prove(address)[1])
        encoded = thread.encode()
        stack = keccak(others + keccak(encoded))
        return cls(name, state.encode(root, stack), encoded + others + b"".join(proofs))


def instruction(opcode: int, rs: int = 0, rt: int = 0, rd: int = 0, shamt: int = 0, funct: int = 0) -> int:
    return opcode << 26 | rs << 21 | rt << 16 | rd << 11 | shamt << 6 | funct


class Generator:
    """Cases without end, from a seed."""

    def __init__(self, seed: int):
        self.random = Random(seed)

    def number(self) -> int:
        """64 bits."""
        kind = self.random.randrange(4)
        if kind == 0:
            return self.random.getrandbits(64)
        if kind == 1:  # a word with its sign
            word = self.random.choice((self.random.getrandbits(32), self.random.choice(EDGES) & 0xFFFFFFFF))
            return word | (0xFFFFFFFF00000000 if word >> 31 else 0)
        return self.random.choice(EDGES) + self.random.choice((0, 0, 0, 1, -1)) & ONES

    def address(self) -> int:
        base = self.random.choice((0, 0x2000, 0x1FF8, 0x7FFFFFE0, 0x400000000000, ONES - 63, 0x1000))
        return base + self.random.randrange(40) & ONES

    def thread(self) -> Thread:
        pc = self.random.choice((0x1000, 0x1004, 0x1018, 0x101C, 0x7FFFFFFC, 0xFFFFFFF8, 1 << 40, ONES - 7))
        return Thread(
            id=self.random.choice((0, 1, 2, ONES)),
            pc=pc,
            next_pc=pc + 4 & ONES if self.random.random() < 0.9 else self.address() & ~3,
            lo=self.number(),
            hi=self.number(),
            registers=tuple(self.number() for _ in range(32)),
        )

    def state(self) -> State:
        return State(
            preimage_key=self.random.randbytes(32),
            preimage_offset=self.random.choice((0, 1, 8, 40)),
            heap=self.random.choice((0x400000000000, 0x5FFFFFFFF000, 0x600000000000, ONES - 4095)),
            ll_status=self.random.choice((0, 1, 2, 3)),
            ll_address=self.address(),
            ll_owner=self.random.choice((0, 1, 2, ONES)),
            exit_code=self.random.choice((0, 1, 2, 255)),
            step=self.random.choice((0, 9_999_999, 10_000_000, self.random.getrandbits(40), ONES)),
            steps_since_switch=self.random.choice((0, 1, QUANTUM - 1)),
            traverse_right=self.random.choice((0, 1, 2)),
            inactive_stack=self.random.choice((NO_THREADS, self.random.randbytes(32))),
            next_thread_id=self.random.choice((1, 7, ONES)),
        )

    def others(self) -> bytes:
        return self.random.choice((NO_THREADS, self.random.randbytes(32)))

    def memory(self, *addresses: int) -> Memory:
        return Memory({address >> 5: self.random.randbytes(32) for address in addresses})

    def executing(self, name: str, word: int, target: int, state: State, thread: Thread) -> Case:
        """A step that executes an instruction, which may touch the target."""
        memory = self.memory(target, thread.pc)
        memory.write(thread.pc, 4, word)
        return Case.of(name, state, thread, memory, others=self.others(), addresses=(target,))

    def of_opcode(self, opcode: int) -> Case:
        """Any instruction with this opcode, its operands random."""
        state, thread, target = self.state(), self.thread(), self.address()
        rs, rt = self.random.randrange(32), self.random.choice((0, self.random.randrange(32)))
        offset = self.random.choice((0, 1, 0x7FFF, 0x8000, 0xFFFF, self.random.getrandbits(16)))
        if opcode >= 0x20 or opcode in (0x1A, 0x1B):
            signed = offset - 0x10000 if offset >> 15 else offset
            thread = thread.with_registers({rs: target - signed & ONES})
        if opcode in (0x38, 0x3C) and self.random.random() < 0.7:  # sc, scd
            state = replace(state, ll_address=target, ll_owner=thread.id, ll_status=1 + (opcode == 0x3C))
        elif self.random.random() < 0.3:
            state = replace(state, ll_address=target & ~7 | self.random.randrange(8))
        if opcode in (4, 5) and self.random.random() < 0.5:
            thread = thread.with_registers({rt: thread.registers[rs]})
        word = instruction(opcode, rs, rt) | offset
        if opcode in (2, 3):
            word = opcode << 26 | self.random.getrandbits(26)
        return self.executing(f"opcode {opcode:02x}", word, target, state, thread)

    def of_function(self, opcode: int, funct: int) -> Case:
        """An instruction of `special` or `special2` with this function."""
        thread = self.thread()
        rs, rt, rd = (self.random.randrange(32) for _ in range(3))
        rd = self.random.choice((0, rs, rt, rd))
        shamt = self.random.choice((0, 1, 31, self.random.randrange(32)))
        if self.random.random() < 0.2:
            thread = thread.with_registers({rt: 0})
        word = instruction(opcode, rs, rt, rd, shamt, funct)
        return self.executing(f"{opcode:02x}/{funct:02x}", word, self.address(), self.state(), thread)

    def of_regimm(self, kind: int) -> Case:
        word = instruction(1, self.random.randrange(32), kind) | self.random.getrandbits(16)
        return self.executing(f"01/{kind:02x}", word, self.address(), self.state(), self.thread())

    def of_syscall(self, number: int, keys: Sequence[bytes] = ()) -> Case:
        """A system call with arguments that matter to some of them; `keys`: of preimages that can be read."""
        state, thread, target = self.state(), self.thread(), self.address()
        small = (0, 1, 2, 3, 4, 5, 6, 7, 8, 100, 128, 129, 0x80, 0x880, THREAD_FLAGS, PANIC_FLAGS)
        a0, a1, a2 = (self.random.choice((*small, self.number())) for _ in range(3))
        if number in (5000, 5001):  # read, write
            a0, a1 = self.random.choice((5, 6, a0)), target
        elif number == 5194:  # futex
            a0, a1 = target, self.random.choice((128, 128, 129, a1))
        elif number == 5313:  # getrandom
            a0 = target
        elif number == 5222:  # clock_gettime
            a0, a1 = self.random.choice((0, 1, 1, a0)), target
        elif number == 5009:  # mmap
            a0, a1 = self.random.choice((0, 0, a0)), self.random.choice((a1, 4095, 4096, 4097, ONES - 4095))
        elif number == 5055:  # clone
            a0 = self.random.choice((THREAD_FLAGS, THREAD_FLAGS, a0))
        elif number == 5070:  # fcntl
            a1 = self.random.choice((1, 3, a1))
        if keys and self.random.random() < 0.8:
            state = replace(state, preimage_key=self.random.choice(keys))
        if self.random.random() < 0.3:
            state = replace(state, ll_address=target & ~7 | self.random.randrange(8))
        memory = self.memory(target, target + 8 & ONES, thread.pc)
        memory.write(thread.pc, 4, 0x0C)
        if number == 5194 and self.random.random() < 0.5:
            a2 = (
                memory.word(target) >> (0 if target & 4 else 32) & 0xFFFFFFFF
                | self.random.getrandbits(32) << 32
            )
        thread = thread.with_registers({2: number, 4: a0, 5: a1, 6: a2})
        steps = state.step + 1 & ONES if a0 == 1 else 0
        return Case.of(
            f"syscall {number}",
            state,
            thread,
            memory,
            others=self.others(),
            addresses=(target, target + 8 & ONES) if number == 5222 else (target,),
            between=(target & ~7, steps // 10_000_000),
        )

    def of_scheduling(self) -> Case:
        """Turns that are over, threads and programs that have ended, stacks that are empty."""
        state = replace(
            self.state(),
            steps_since_switch=self.random.choice((QUANTUM - 1, QUANTUM, QUANTUM + 1, ONES)),
            exited=self.random.choice((0, 0, 0, 1, 2)),
        )
        thread = replace(
            self.thread(),
            exited=self.random.choice((0, 0, 1, 2)),
            exit_code=self.random.choice((0, 7)),
            pc=self.random.choice((0x1000, 0x1000, 0x1001, 0x1002)),
        )
        case = self.executing("scheduling", 0, 0x2000, state, thread)
        if self.random.random() < 0.2:  # nobody is on the active stack
            place = 148 if state.traverse_right else 116
            return replace(case, state=case.state[:place] + NO_THREADS + case.state[place + 32 :])
        return case

    def damaged(self, case: Case) -> Case:
        """The same with one wrong bit."""
        data = bytearray(case.state + case.proof)
        data[self.random.randrange(len(data))] ^= 1 << self.random.randrange(8)
        return Case("damaged", bytes(data[:188]), bytes(data[188:]))


SYSCALLS = (
    *(5000, 5001, 5002, 5009, 5012, 5023, 5034, 5038, 5055, 5058, 5070, 5178, 5194, 5205, 5222, 5284, 5313),
    *(5003, 5004, 5005, 5008, 5010, 5011, 5013, 5014, 5015, 5016, 5026, 5027, 5036, 5061, 5087, 5095, 5100),
    *(5102, 5129, 5196, 5208, 5216, 5217, 5220, 5225, 5247, 5257, 5272, 5285, 5287, 5297),
)
"""Those that the machine has: first those that do something, then those that it ignores."""


def every_case(generator: Generator, keys: Sequence[bytes]) -> Iterator[Case]:
    """One case of each kind, known or not."""
    for number in range(64):
        if number not in (0, 0x1C):
            yield generator.of_opcode(number)
        if number != 0x0C:
            yield generator.of_function(0, number)
        yield generator.of_function(0x1C, number)
    for kind in range(32):
        yield generator.of_regimm(kind)
    for number in (*SYSCALLS, 4999, 5006, 5256, 5314, 5512, 0, 5000 + 2**32, ONES):
        yield generator.of_syscall(number, keys)
    for number in (5000, 5001, 5194, 5222, 5313, 5055, 5009) * 2:
        yield generator.of_syscall(number, keys)
    for _ in range(10):
        yield generator.of_scheduling()
        yield generator.damaged(generator.of_opcode(0x2B))
        yield generator.damaged(generator.of_syscall(5222, keys))
