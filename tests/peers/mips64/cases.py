"""Machines about to take a step: every instruction and syscall in turn, from a seed.

The same seed and number give the same machine. Nothing here knows what a step does.
"""

from collections.abc import Callable, Iterator
from functools import partial
from random import Random

from tests.peers.mips64 import instructions, syscalls
from tests.peers.mips64.isa import ALL_SYSCALLS, OPCODES, REGIMM, SPECIAL, SPECIAL2, SYSCALLS
from tests.peers.mips64.scenes import Scene
from tests.vectors.mips64.machine import QUANTUM, Machine

Shape = Callable[[Scene], None]

_ONCE, _OFTEN, _MORE_OFTEN = 1, 5, 12
"""How often in one turn: what is refused or ignored; what is done; what has many ways to be done."""


def case(seed: int, number: int) -> Machine:
    """Machine `number` of a seed's."""
    r = Random(seed << 64 | number)
    scene = Scene(r)
    TURN[number % len(TURN)](scene)
    return scene.machine


def _exited(scene: Scene) -> None:
    scene.execute(scene.r.getrandbits(32))
    scene.machine.exited = True
    scene.machine.exit_code = scene.r.choice((0, 1, 2, 3, 255))
    if scene.r.random() < 0.15:
        scene.machine.active.clear()


def _no_thread_is_active(scene: Scene) -> None:
    scene.machine.active.clear()


def _thread_exited(scene: Scene) -> None:
    """Also where it is the only one, which a program cannot come to."""
    scene.execute(scene.r.getrandbits(32))
    scene.thread.exited = True
    scene.thread.exit_code = scene.r.choice((0, 1, 2, 255))
    scene.thread.pc |= scene.r.choice((0, 0, 1))
    scene.machine.steps_since_switch = scene.r.choice((0, 5, QUANTUM))


def _time_is_over(scene: Scene) -> None:
    scene.execute(scene.r.getrandbits(32))
    scene.machine.steps_since_switch = QUANTUM + scene.r.choice((0, 0, 1, 1 << 40))
    scene.thread.pc |= scene.r.choice((0, 0, 0, 1))


def _turn() -> Iterator[Shape]:
    for shape in (_exited, _thread_exited, _time_is_over, syscalls.unknown_syscall):
        yield from [shape] * _OFTEN
    yield from (_no_thread_is_active, instructions.unaligned_fetch)
    for number in range(64):
        if number not in (0, 1, 0x1C):
            is_memory = number >= 0x20 or number in (0x1A, 0x1B)
            times = (_MORE_OFTEN if is_memory else _OFTEN) if number in OPCODES else _ONCE
            yield from [partial(instructions.opcode, number=number)] * times
        if number != 0x0C:
            times = _OFTEN if number in SPECIAL else _ONCE
            yield from [partial(instructions.special, function=number)] * times
        yield from [partial(instructions.special2, function=number)] * (
            _OFTEN if number in SPECIAL2 else _ONCE
        )
    for number in range(32):
        yield from [partial(instructions.regimm, function=number)] * (_OFTEN if number in REGIMM else _ONCE)
    for number in ALL_SYSCALLS:
        times = _MORE_OFTEN if number in SYSCALLS else _ONCE
        yield from [partial(syscalls.syscall, number=number)] * times


TURN = tuple(_turn())
"""What a turn through everything consists of, each as often as it is worth."""
