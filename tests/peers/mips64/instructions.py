"""Cases about instructions. Each function writes one instruction, and what it works on, into a scene."""

from random import Random

from tests.peers.mips64 import values
from tests.peers.mips64.scenes import Scene
from tests.vectors.mips64.machine import ALIGNED, MASK

_KIND = {0x38: 1, 0x3C: 2}
"""What kind of reservation sc and scd need: that of ll, or of lld."""


def opcode(scene: Scene, number: int) -> None:
    """An instruction by its first six bits."""
    if number >= 0x20 or number in (0x1A, 0x1B):
        _memory(scene, number)
    else:
        rs, rt = _registers(scene, 2)
        _equal_sometimes(scene, rs, rt)
        low = scene.r.getrandbits(26) if number in (2, 3) else rs << 21 | rt << 16 | values.short(scene.r)
        scene.execute(number << 26 | low)


def special(scene: Scene, function: int) -> None:
    """Opcode 0, by the last six bits."""
    _three_registers(scene, 0, function)


def special2(scene: Scene, function: int) -> None:
    """Opcode 0x1c, by the last six bits."""
    _three_registers(scene, 0x1C, function)


def regimm(scene: Scene, function: int) -> None:
    """Opcode 1, by what elsewhere is the second register."""
    (rs,) = _registers(scene, 1)
    scene.execute(1 << 26 | rs << 21 | function << 16 | values.short(scene.r))


def unaligned_fetch(scene: Scene) -> None:
    scene.execute(0)
    scene.thread.pc |= scene.r.randint(1, 3)


def _three_registers(scene: Scene, number: int, function: int) -> None:
    rs, rt = _registers(scene, 2)
    _equal_sometimes(scene, rs, rt)
    if scene.r.random() < 0.1:
        scene.set(rt, 0)  # what is divided by, or asked about by movz and movn
    rd, shift = values.register(scene.r), scene.r.randrange(32)
    scene.execute(number << 26 | rs << 21 | rt << 16 | rd << 11 | shift << 6 | function)


def _memory(scene: Scene, number: int) -> None:
    r = scene.r
    base, rt = _registers(scene, 2)
    immediate = values.short(r)
    target = values.address(r, scene.thread.pc)
    if base:
        scene.set(base, target - _signed(immediate) & MASK)
    target = scene.thread.register(base) + _signed(immediate) & MASK
    scene.execute(number << 26 | base << 21 | rt << 16 | immediate)
    scene.fill(target)
    if number in (0x38, 0x3C) and r.random() < 0.8:
        scene.reserve(_near_reservation(r, target), _KIND[number])
    elif r.random() < 0.25:
        scene.reserve(_near_reservation(r, target))


def _near_reservation(r: Random, target: int) -> int:
    """The same address, mostly; else another in the same word, or the next word."""
    return target if r.random() < 0.6 else (target & ALIGNED) + r.choice((0, 1, 4, 7, 8)) & MASK


def _registers(scene: Scene, count: int) -> list[int]:
    """Registers, perhaps the same ones, with values."""
    chosen = [values.register(scene.r) for _ in range(count)]
    for register in chosen:
        scene.set(register, values.number(scene.r))
    return chosen


def _equal_sometimes(scene: Scene, rs: int, rt: int) -> None:
    if rt and scene.r.random() < 0.15:
        scene.set(rt, scene.thread.register(rs))


def _signed(immediate: int) -> int:
    return (immediate ^ 0x8000) - 0x8000
