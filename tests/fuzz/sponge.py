"""keccak256 in pure Python, block by block, and the tree of a large preimage: for tests only.

Written from the definitions in "The Keccak reference", version 3.0, and of "Pre-image Oracle" in the OP Stack
specs. It shares nothing with `opcycle` or the contracts, and does not care how long it takes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from sha3 import keccak_256

BLOCK = 136
DEPTH = 16
_MASK = 2**64 - 1

Lanes = tuple[int, ...]
"""25 of them, lane (x, y) at x + 5y."""

EMPTY: Lanes = (0,) * 25


def _rotated(lane: int, bits: int) -> int:
    bits %= 64
    return (lane << bits | lane >> (64 - bits)) & _MASK


@cache
def _offsets() -> dict[tuple[int, int], int]:
    """Section 1.2, rho: (t + 1)(t + 2)/2 along the orbit of (1, 0)."""
    found = {(0, 0): 0}
    x, y = 1, 0
    for t in range(24):
        found[x, y] = (t + 1) * (t + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return found


def _register_bit(t: int) -> int:
    """Section 1.2, iota: x^t mod x^8 + x^6 + x^5 + x^4 + 1, lowest coefficient."""
    register = 1
    for _ in range(t % 255):
        register <<= 1
        if register & 0x100:
            register ^= 0x171
    return register & 1


@cache
def _constant(round_: int) -> int:
    return sum(_register_bit(j + 7 * round_) << (2**j - 1) for j in range(7))


def _round(lanes: Lanes, number: int) -> Lanes:
    a = {(x, y): lanes[x + 5 * y] for x in range(5) for y in range(5)}
    column = [a[x, 0] ^ a[x, 1] ^ a[x, 2] ^ a[x, 3] ^ a[x, 4] for x in range(5)]
    theta = {
        (x, y): a[x, y] ^ column[(x - 1) % 5] ^ _rotated(column[(x + 1) % 5], 1)
        for x in range(5)
        for y in range(5)
    }
    moved = {
        (y, (2 * x + 3 * y) % 5): _rotated(theta[x, y], _offsets()[x, y]) for x in range(5) for y in range(5)
    }
    chi = [
        moved[x, y] ^ (~moved[(x + 1) % 5, y] & moved[(x + 2) % 5, y] & _MASK)
        for y in range(5)
        for x in range(5)
    ]
    chi[0] ^= _constant(number)
    return tuple(chi)


def permuted(lanes: Lanes) -> Lanes:
    for number in range(24):
        lanes = _round(lanes, number)
    return lanes


def absorbed(lanes: Lanes, block: bytes) -> Lanes:
    assert len(block) == BLOCK
    words = [int.from_bytes(block[start : start + 8], "little") for start in range(0, BLOCK, 8)] + [0] * 8
    return permuted(tuple(lane ^ word for lane, word in zip(lanes, words, strict=True)))


def blocks_of(data: bytes) -> list[bytes]:
    """Its blocks; the last one is padded."""
    padding = bytearray(BLOCK - len(data) % BLOCK)
    padding[0] ^= 0x01
    padding[-1] ^= 0x80
    padded = data + padding
    return [padded[start : start + BLOCK] for start in range(0, len(padded), BLOCK)]


def _hash(data: bytes) -> bytes:
    """A keccak256 in C, for what is not about this one."""
    return bytes(keccak_256(data).digest())


def digest(lanes: Lanes) -> bytes:
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def commitment(lanes: Lanes) -> bytes:
    return _hash(b"".join(lane.to_bytes(32, "big") for lane in lanes))


def states_of(data: bytes) -> list[Lanes]:
    """The state after each block."""
    states, lanes = [], EMPTY
    for block in blocks_of(data):
        lanes = absorbed(lanes, block)
        states.append(lanes)
    return states


def keccak256(data: bytes) -> bytes:
    return digest(states_of(data)[-1])


@dataclass(frozen=True, slots=True)
class Leaf:
    input: bytes
    index: int
    state_commitment: bytes

    @property
    def abi(self) -> tuple[bytes, int, bytes]:
        return self.input, self.index, self.state_commitment

    @property
    def hash(self) -> bytes:
        return _hash(self.input + self.index.to_bytes(32, "big") + self.state_commitment)


def leaves_of(data: bytes, states: list[Lanes] | None = None) -> list[Leaf]:
    """As they should be. With `states`, those are not computed again."""
    pairs = zip(blocks_of(data), states or states_of(data), strict=True)
    return [Leaf(block, index, commitment(lanes)) for index, (block, lanes) in enumerate(pairs)]


def lied(leaf: Leaf) -> Leaf:
    """The same block, another state."""
    return replace(leaf, state_commitment=_hash(leaf.state_commitment))


def _levels(hashes: list[bytes]) -> Iterator[tuple[list[bytes], bytes]]:
    """Each level of the tree from the bottom, as far as it is not empty, and what an empty node of it is."""
    empty = bytes(32)
    for _ in range(DEPTH + 1):
        yield hashes, empty
        even = hashes + [empty] * (len(hashes) % 2)
        hashes = [_hash(even[i] + even[i + 1]) for i in range(0, len(even), 2)]
        empty = _hash(empty + empty)


def root_of(leaves: list[Leaf]) -> bytes:
    *_, (top, empty) = _levels([leaf.hash for leaf in leaves])
    return top[0] if top else empty


def proof_of(leaves: list[Leaf], index: int) -> tuple[bytes, ...]:
    proof = []
    for nodes, empty in list(_levels([leaf.hash for leaf in leaves]))[:DEPTH]:
        beside = index ^ 1
        proof.append(nodes[beside] if beside < len(nodes) else empty)
        index //= 2
    return tuple(proof)
