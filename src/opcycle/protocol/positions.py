"""Places in the binary tree of a dispute game.

A position at depth d with index i among its equals is the integer 2^d + i:

             1                depth 0     The leaves, at the game's greatest depth, stand for instants of a
         2       3            depth 1     computation, from left to right. A claim at any position is about
       4   5   6   7          depth 2     the instant of the rightmost leaf below it: its trace index.

Source: OP Stack specs, "Fault Dispute Game", position.
"""

from typing import Self


class Position(int):
    """A generalized index, at least 1."""

    @classmethod
    def at(cls, depth: int, index: int) -> Self:
        """The position with an index, from the left, among those of a depth."""
        return cls((1 << depth) + index)

    @property
    def depth(self) -> int:
        """Levels below the root."""
        return self.bit_length() - 1

    @property
    def index(self) -> int:
        """Place among the positions of the same depth, from the left, starting with 0."""
        return self - (1 << self.depth)

    @property
    def parent(self) -> "Position":
        return Position(self >> 1)

    @property
    def previous(self) -> "Position":
        """The neighbour on the left at the same depth."""
        return Position(self - 1)

    @property
    def next(self) -> "Position":
        """The neighbour on the right at the same depth."""
        return Position(self + 1)

    def move(self, *, is_attack: bool) -> "Position":
        """Where an answer goes: an attack to the left child, a defense to the left child of the right one."""
        return Position((self if is_attack else self | 1) << 1)

    def trace_index(self, max_depth: int) -> int:
        """The instant, in a game with leaves at `max_depth`, which is not above the position."""
        levels = max_depth - self.depth
        return ((self << levels) | ((1 << levels) - 1)) - (1 << max_depth)

    def trace_ancestor(self) -> "Position":
        """The highest position about the same instant."""
        ancestor = self
        while ancestor & 1 and ancestor > 1:
            ancestor = ancestor.parent
        return ancestor

    def below(self, root_depth: int) -> "Position":
        """The same place, in the tree that hangs at `root_depth`, counted from that tree's own root."""
        depth = self.depth - root_depth
        return Position.at(depth, self.index % (1 << depth))


ROOT = Position(1)
