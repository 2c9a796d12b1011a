"""The small world that `decide.s` decides about: few enough output roots and L1 heads that all disputes about
them can be recorded."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from typing import TypeAlias

from tests.fuzz.disputes.truth import L2

from opcycle.keccak import keccak

FIRST, LAST = 100, 105
"""L2 blocks."""

HEADS = (2, 4)
"""How many blocks after the first L1 makes safe; it is the fourth digit of the L1 block's number."""

GARBAGE = (bytes([0x66]) * 32, bytes([0x99]) * 32)
"""What is no block's output root."""

Words: TypeAlias = tuple[bytes, bytes, bytes, int]
"""L1 head, agreed root, disputed root, and the disputed block's number: local words 1 to 4."""


def l1_number(safe: int) -> int:
    """Of the L1 block that makes so many L2 blocks safe."""
    return 1000 + safe


def local_key(ident: int) -> bytes:
    """As the program writes it."""
    return bytes([1]) + bytes(30) + bytes([ident])


@dataclass(frozen=True)
class World:
    """`true`: the output roots of all blocks. `forged`: other outputs of the same blocks."""

    true: tuple[bytes, ...]
    forged: tuple[bytes, ...]

    @cached_property
    def heads(self) -> dict[bytes, int]:
        """How many blocks each L1 head makes safe. Without a chain, a head is the hash of its number."""
        return {keccak(str(l1_number(safe)).encode()): safe for safe in HEADS}

    @cached_property
    def roots_key(self) -> bytes:
        """Of the preimage that has all true roots."""
        return bytes([4]) + sha256(b"".join(self.true)).digest()[1:]

    def preimages(self, words: Words) -> dict[bytes, bytes]:
        """All that the program asks for, by key."""
        head, agreed, disputed, number = words
        return {
            local_key(1): head,
            local_key(2): agreed,
            local_key(3): disputed,
            local_key(4): number.to_bytes(8, "big"),
            bytes([2]) + head[1:]: str(l1_number(self.heads[head])).encode(),
            self.roots_key: b"".join(self.true),
        }

    def right_root(self, words: Words) -> bytes:
        """Of the disputed block, or the last safe one before it."""
        return self.true[min(words[3] - FIRST, self.heads[words[0]])]

    def disputes(self) -> Iterator[Words]:
        """About what an honest party may have to argue: the roots that it agrees with are true, and of the
        block before or of the last that is claimed; what is disputed is anything. And some that only liars
        have, about roots that nobody knows."""
        for head, safe in self.heads.items():
            starts = {
                (min(before, safe), last) for last in range(1, LAST - FIRST) for before in (last - 1, last)
            }
            for start, last in sorted(starts):
                for disputed in (*self.true, *self.forged[1:-1], *GARBAGE):
                    yield head, self.true[start], disputed, FIRST + last
            for last in range(2, LAST - FIRST):
                for disputed in (self.true[last], self.forged[last]):
                    yield head, self.forged[last - 1], disputed, FIRST + last


@cache
def world_of(chain: L2) -> World:
    """The output roots of a chain's blocks."""
    return World(*(tuple(block.root for block in blocks) for blocks in (chain.blocks, chain.lies)))
