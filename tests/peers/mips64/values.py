"""Numbers that a machine may be wrong about, more often than others."""

from random import Random

from tests.vectors.mips64.machine import MASK

EDGES = (
    *(0, 1, 2, 3, 4, 7, 8, 0x1F, 0x20, 0x21, 0x3F, 0x40, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000),
    *(0x7FFF_FFFE, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFFE, 0xFFFF_FFFF, 0x1_0000_0000),
    *(0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0x8000_0000_0000_0001, 0xFFFF_FFFF_0000_0000),
    *(0xFFFF_FFFF_7FFF_FFFF, 0xFFFF_FFFF_8000_0000, 0xFFFF_FFFF_FFFF_8000, MASK - 7, MASK - 1, MASK),
)
"""Where signs change and carries begin, for 8, 16, 32 and 64 bits; and amounts to shift by."""


def number(r: Random) -> int:
    """64 bits: an edge, near one, or anything; what fits into 32 bits often, with its sign or without."""
    kind = r.random()
    if kind < 0.45:
        return r.choice(EDGES)
    if kind < 0.55:
        return r.choice(EDGES) + r.randint(-3, 3) & MASK
    if kind < 0.7:
        return r.getrandbits(32)
    if kind < 0.8:
        return r.getrandbits(31) | 0xFFFF_FFFF_8000_0000
    return r.getrandbits(r.randint(1, 64))


def short(r: Random) -> int:
    """16 bits, for an immediate operand."""
    return (
        r.choice((0, 1, 4, 8, 0x7FFF, 0x8000, 0xFFF8, 0xFFFC, 0xFFFF))
        if r.random() < 0.4
        else r.getrandbits(16)
    )


def counter(r: Random) -> int:
    """A counter of steps: it wraps, and time is made of it."""
    kind = r.random()
    if kind < 0.15:
        return r.choice((0, 1, 9_999_998, 9_999_999, 10_000_000, MASK - 1, MASK))
    return r.getrandbits(r.randint(1, 64 if kind < 0.3 else 40))


def thread_id(r: Random) -> int:
    return r.choice((0, 1, 2, 3, 7, MASK)) if r.random() < 0.8 else r.getrandbits(64)


def register(r: Random) -> int:
    """Number of a register; those that instructions and syscalls use by themselves are met often enough."""
    return r.randrange(32)


def address(r: Random, near: int) -> int:
    """Where to read or write: near `near`, around the end of a page, at the ends of memory, or anywhere."""
    kind = r.random()
    if kind < 0.5:
        return near + r.randint(-24, 24) & MASK
    if kind < 0.65:
        return (near & MASK ^ 0xFFF) + r.choice((0xFF0, 0xFF8, 0x1000)) + r.randrange(8) & MASK
    if kind < 0.75:
        return (
            r.choice((0, 8, 0x7FFF_FFFF, 0x8000_0000, 1 << 63, MASK - 15, MASK - 7)) + r.randrange(8) & MASK
        )
    if kind < 0.85:
        return r.choice((0xC0_0000_0000, 0x1000_0000_0000, 0x7FFF_FFFF_F000)) + r.getrandbits(14)
    return r.getrandbits(r.randint(12, 64))
