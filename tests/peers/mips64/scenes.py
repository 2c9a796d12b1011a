"""A machine somewhere in the middle of a program, about to do what a case then writes there."""

from random import Random

from tests.peers.mips64 import values
from tests.vectors.mips64.machine import ALIGNED, MASK, QUANTUM, Machine, Thread


class Scene:
    """A machine with one to three threads on its active stack and up to two on the other."""

    def __init__(self, r: Random):
        self.r = r
        left, right = self._stacks()
        self.machine = Machine(
            heap=r.getrandbits(46) & ~0xFFF if r.random() < 0.3 else 0x1000_0000_0000,
            step=values.counter(r),
            steps_since_switch=r.choice((0, 1, QUANTUM - 2, QUANTUM - 1))
            if r.random() < 0.2
            else r.randrange(QUANTUM),
            traverse_right=r.random() < 0.5,
            left=left,
            right=right,
            next_thread_id=values.thread_id(r),
        )
        if not self.machine.active:
            self.machine.traverse_right = not self.machine.traverse_right
        self.thread = self._running_thread()
        self.machine.active[-1] = self.thread
        if r.random() < 0.2:
            self.reserve(values.address(r, self.thread.pc))
        if r.random() < 0.1:
            self.machine.preimage_key = r.randbytes(32)
            self.machine.preimage_offset = r.getrandbits(6)

    def _stacks(self) -> tuple[list[Thread], list[Thread]]:
        if self.r.random() < 0.6:
            return [Thread()], []
        stacks = (
            [self._waiting() for _ in range(self.r.randint(1, 3))],
            [self._waiting() for _ in range(self.r.randint(0, 2))],
        )
        return stacks if self.r.random() < 0.5 else stacks[::-1]

    def _waiting(self) -> Thread:
        r = self.r
        pc = r.getrandbits(20) & ~3
        exited = r.random() < 0.15
        return Thread(
            thread_id=values.thread_id(r),
            exit_code=r.getrandbits(8) if exited else 0,
            exited=exited,
            pc=pc,
            next_pc=pc + 4,
            registers={values.register(r): values.number(r)},
        )

    def _running_thread(self) -> Thread:
        r = self.r
        pc = 0x1000 + 4 * r.randrange(1020)
        if r.random() < 0.12:
            pc = r.choice(
                (0, 4, 0xFFC, 0x7FFF_FFFC, 0x8000_0000, 0x7FFF_FFFF_F000, (1 << 63) - 4, MASK - 7, MASK - 3)
            )
        in_delay_slot = r.random() < 0.08
        return Thread(
            thread_id=values.thread_id(r),
            pc=pc,
            next_pc=(values.number(r) & ~3 if in_delay_slot else pc + 4) & MASK,
            lo=values.number(r) if r.random() < 0.3 else 0,
            hi=values.number(r) if r.random() < 0.3 else 0,
            registers={values.register(r) or 1: values.number(r) for _ in range(r.randrange(4))},
        )

    def execute(self, instruction: int) -> None:
        """The next step is about this instruction; beside it there is another."""
        pc = self.thread.pc
        other = self.r.getrandbits(32)
        self.machine.memory[pc & ALIGNED] = other << 32 | instruction if pc & 4 else instruction << 32 | other

    def set(self, register: int, value: int) -> None:
        """Register 0 is 0 in every machine that began so; seldom not here, for a contract cannot know."""
        if register or self.r.random() < 0.03:
            self.thread.registers[register] = value

    def fill(self, address: int) -> None:
        """Something stands in memory where `address` is, unless something does already."""
        self.machine.memory.setdefault(address & ALIGNED, values.number(self.r))

    def reserve(self, address: int, kind: int = 1) -> None:
        """Somebody has reserved an address, mostly with a load-linked of this kind."""
        self.machine.ll_status = kind if self.r.random() < 0.7 else self.r.choice((0, 1, 2, 3))
        self.machine.ll_address = address
        self.machine.ll_owner = self.thread.thread_id if self.r.random() < 0.7 else values.thread_id(self.r)
