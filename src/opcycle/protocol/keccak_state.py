"""The state inside Keccak-256, which a hash function keeps to itself: large preimages are proposed with it.

25 lanes of 64 bits; lane x + 5 y is column x, row y. A block of 136 bytes is absorbed into the first 17
lanes, little-endian, and the whole is permuted. Here in Python, because no library shows the state.
Source: FIPS 202, sections 3.2, 3.3 and 4; Ethereum's Keccak is padded with 0x01 instead of 0x06.
"""

from operator import xor
from typing import TypeAlias

from opcycle.keccak import keccak
from opcycle.protocol.types import Hash

BLOCK_SIZE = 136
"""Bytes that are absorbed at once."""

KeccakState: TypeAlias = tuple[int, ...]
"""25 lanes."""

EMPTY: KeccakState = (0,) * 25
"""Before anything is absorbed."""

_MASK = 2**64 - 1

_ROUND_CONSTANTS = (
    0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000,
    0x000000000000808B, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
    0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
)  # fmt: skip

_ROTATIONS = (
    0, 1, 62, 28, 27,
    36, 44, 6, 55, 20,
    3, 10, 43, 25, 39,
    41, 45, 15, 21, 8,
    18, 2, 61, 56, 14,
)  # fmt: skip
"""Of each lane, in bits (the rho step)."""

_SOURCES = tuple((x + 3 * y) % 5 + 5 * x for y in range(5) for x in range(5))
"""Which lane comes to each place (the pi step)."""

_MOVES = tuple((source, source % 5, _ROTATIONS[source], 64 - _ROTATIONS[source]) for source in _SOURCES)
_CHI = tuple((5 * y + x, 5 * y + (x + 1) % 5, 5 * y + (x + 2) % 5) for y in range(5) for x in range(5))


def permute(state: KeccakState) -> KeccakState:
    """Keccak-f[1600]: 24 rounds."""
    lanes = list(state)
    for constant in _ROUND_CONSTANTS:
        c0, c1, c2, c3, c4 = (
            lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)
        )
        theta = (
            c4 ^ ((c1 << 1 | c1 >> 63) & _MASK),
            c0 ^ ((c2 << 1 | c2 >> 63) & _MASK),
            c1 ^ ((c3 << 1 | c3 >> 63) & _MASK),
            c2 ^ ((c4 << 1 | c4 >> 63) & _MASK),
            c3 ^ ((c0 << 1 | c0 >> 63) & _MASK),
        )
        moved = []
        for source, column, left, right in _MOVES:
            lane = lanes[source] ^ theta[column]
            moved.append((lane << left | lane >> right) & _MASK)
        lanes = [moved[here] ^ (~moved[one] & moved[two]) for here, one, two in _CHI]
        lanes[0] ^= constant
    return tuple(lanes)


def absorb(state: KeccakState, block: bytes) -> KeccakState:
    """The state after one more block of `BLOCK_SIZE` bytes."""
    lanes = [int.from_bytes(block[at : at + 8], "little") for at in range(0, BLOCK_SIZE, 8)]
    return permute((*map(xor, state, lanes), *state[len(lanes) :]))


def squeeze(state: KeccakState) -> Hash:
    """The hash, once the last block is absorbed."""
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def padded(data: bytes) -> bytes:
    """`data` up to the next multiple of `BLOCK_SIZE`, at least one byte more: the first bit of what is added
    is 1, and the last."""
    missing = BLOCK_SIZE - len(data) % BLOCK_SIZE
    padding = bytearray(missing)
    padding[0] = 0x01
    padding[-1] |= 0x80
    return data + bytes(padding)


def commitment(state: KeccakState) -> Hash:
    """keccak256 of the lanes as 25 ABI words, big-endian: how the oracle names a state."""
    return keccak(b"".join(lane.to_bytes(32, "big") for lane in state))
