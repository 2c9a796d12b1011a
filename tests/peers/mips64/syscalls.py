"""Cases about syscalls. Each function writes the arguments of one syscall into a scene."""

from collections.abc import Callable
from hashlib import sha256

from tests.peers.mips64 import values
from tests.peers.mips64.isa import ALL_SYSCALLS
from tests.peers.mips64.scenes import Scene
from tests.vectors.mips64.machine import ALIGNED, MASK

from opcycle.keccak import keccak

CLONE_FLAGS = 0x50F00
HEAP_END = 0x6000_0000_0000
FILES = (0, 1, 2, 3, 4, 5, 6, 7, 99, 100, 101)


def syscall(scene: Scene, number: int) -> None:
    """A syscall that the machine knows."""
    _call(scene, number)
    _ARGUMENTS.get(number, _any_arguments)(scene)


def unknown_syscall(scene: Scene) -> None:
    r = scene.r
    number = r.choice(tuple(ALL_SYSCALLS)) + r.choice(
        (-1, 1, -1000, 1 << 32)
    )  # o32's numbers are 4000 and more
    if r.random() < 0.3:
        number = values.number(r)
    _call(scene, number if number not in ALL_SYSCALLS else 5999)
    _any_arguments(scene)


def _call(scene: Scene, number: int) -> None:
    scene.execute(scene.r.getrandbits(20) << 6 | 0x0C)  # the code in between means nothing
    scene.set(2, number)


def _arguments(scene: Scene, *given: int) -> None:
    for register, value in enumerate(given, 4):
        scene.set(register, value)


def _any_arguments(scene: Scene) -> None:
    _arguments(scene, *(values.number(scene.r) for _ in range(4)))


def _read(scene: Scene) -> None:
    r = scene.r
    file = 5 if r.random() < 0.65 else r.choice(FILES) if r.random() < 0.9 else values.number(r)
    target = _memory(scene)
    count = r.randrange(10) if r.random() < 0.7 else values.number(r)
    _arguments(scene, file, target, count)
    if file == 5:
        _preimage(scene)


def _preimage(scene: Scene) -> None:
    """Key and offset of a preimage that the oracle has, mostly; any length, any offset, or beyond it."""
    r, machine = scene.r, scene.machine
    data = r.randbytes(r.choice((0, 1, 7, 8, 31, 32, 33, 64, 100)) if r.random() < 0.6 else r.randrange(150))
    kind = r.choice((1, 2, 2, 4))
    if kind == 1:
        data = data[:32]
        key = bytes([1]) + (r.randint(1, 5) if r.random() < 0.7 else r.getrandbits(248)).to_bytes(31, "big")
    else:
        key = bytes([kind]) + (keccak if kind == 2 else _sha256)(data)[1:]
    end = 8 + len(data)
    offset = (
        r.randrange(end) if r.random() < 0.75 else r.choice((0, 7, 8, end - 1, end - 9, end, end + 1, MASK))
    )
    machine.preimage_key, machine.preimage_offset = key, max(offset, 0)
    machine.preimages[key] = data
    if r.random() < 0.06:
        machine.preimage_key = bytes([r.choice((0, 1, 2, 3, 5, 6, 7, 255))]) + r.randbytes(31)


def _sha256(data: bytes) -> bytes:
    return sha256(data).digest()


def _write(scene: Scene) -> None:
    r = scene.r
    file = 6 if r.random() < 0.5 else r.choice(FILES) if r.random() < 0.9 else values.number(r)
    target = _memory(scene)
    count = r.randrange(10) if r.random() < 0.7 else values.number(r)
    if file in (1, 2, 4):
        count = min(count, r.randrange(5000))  # cannon reads all of it
    scene.machine.preimage_key = r.randbytes(32)
    scene.machine.preimage_offset = values.number(r)
    _arguments(scene, file, target, count)


def _mmap(scene: Scene) -> None:
    r = scene.r
    kind = r.random()
    if kind < 0.4:
        scene.machine.heap = HEAP_END - r.choice((0, 1, 0x1000, 0x2000, 0x10000))
    elif kind < 0.6:
        scene.machine.heap = values.number(r)
    near = HEAP_END - scene.machine.heap & MASK
    size = r.choice((0, 1, 0xFFF, 0x1000, 0x1001, near, near - 1 & MASK, near + 1 & MASK, MASK - 0xFFF, MASK))
    if r.random() < 0.2:
        size = values.number(r)
    _arguments(scene, 0 if r.random() < 0.7 else values.number(r), size)


def _clone(scene: Scene) -> None:
    r = scene.r
    flags = CLONE_FLAGS
    if r.random() < 0.4:
        flags = CLONE_FLAGS ^ 1 << r.randrange(64) if r.random() < 0.7 else values.number(r)
    _arguments(scene, flags, values.number(r))


def _exit(scene: Scene) -> None:
    r = scene.r
    _arguments(scene, r.choice((0, 1, 2, 3, 255, 256, 257, MASK)) if r.random() < 0.8 else values.number(r))


def _fcntl(scene: Scene) -> None:
    r = scene.r
    file = r.choice(FILES) if r.random() < 0.9 else values.number(r)
    _arguments(scene, file, r.choice((0, 1, 1, 2, 3, 3, 4)) if r.random() < 0.9 else values.number(r))


def _futex(scene: Scene) -> None:
    r = scene.r
    target = _memory(scene)
    found = scene.machine.word(target) >> (0 if target & 4 else 32) & 0xFFFFFFFF
    wanted = found if r.random() < 0.5 else values.number(r)
    if r.random() < 0.3:
        wanted |= r.getrandbits(32) << 32  # only 32 bits of it count
    _arguments(
        scene, target, r.choice((128, 128, 128, 129, 0, 1)) if r.random() < 0.9 else values.number(r), wanted
    )


def _clock_gettime(scene: Scene) -> None:
    r = scene.r
    target = _memory(scene)
    scene.fill(target + 8 & MASK)
    if r.random() < 0.15:
        scene.reserve((target & ALIGNED) + 8 + r.randrange(8) & MASK)
    _arguments(scene, r.choice((0, 1, 1, 1, 1, 2)) if r.random() < 0.9 else values.number(r), target)


def _getrandom(scene: Scene) -> None:
    r = scene.r
    _arguments(scene, _memory(scene), r.randrange(10) if r.random() < 0.8 else values.number(r))


def _eventfd2(scene: Scene) -> None:
    r = scene.r
    _arguments(
        scene, values.number(r), r.choice((0, 0x80, 0x7F, 0xFF, 0x100, 0x180)) ^ values.number(r) << 8 & MASK
    )


def _memory(scene: Scene) -> int:
    """An address with something there, which may be reserved."""
    target = values.address(scene.r, scene.thread.pc)
    scene.fill(target)
    if scene.r.random() < 0.25:
        scene.reserve((target & ALIGNED) + scene.r.randrange(12) & MASK)
    return target


_ARGUMENTS: dict[int, Callable[[Scene], None]] = {
    5000: _read,
    5001: _write,
    5009: _mmap,
    5055: _clone,
    5058: _exit,
    5070: _fcntl,
    5194: _futex,
    5205: _exit,
    5222: _clock_gettime,
    5284: _eventfd2,
    5313: _getrandom,
}
