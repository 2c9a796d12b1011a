"""Whether the leaves of a complete proposal are right. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from opcycle.protocol.keccak_state import EMPTY, absorb, commitment
from opcycle.protocol.large_preimages import Leaf, LeafTree, Transition
from opcycle.protocol.types import Hash


@dataclass(frozen=True, slots=True)
class Verdict:
    """If the proposal `is_right`, the `transition` is to its last leaf, which shows its hash; if not, to the
    first leaf that does not follow from the one before."""

    is_right: bool
    transition: Transition


class Examination:
    """Runs Keccak over all leaves of a proposal, as many at once as one likes."""

    def __init__(self, leaves: Sequence[Leaf]):
        self._tree = LeafTree(leaves)
        self._state, self._next = EMPTY, 0
        self.verdict: Verdict | None = None

    @property
    def root(self) -> Hash:
        """Of the leaves' tree."""
        return self._tree.root

    def advance(self, count: int) -> int:
        """Look at up to so many further leaves; how many it looked at."""
        leaves, first = self._tree.leaves, self._next
        while self.verdict is None and self._next - first < count:
            leaf, before = leaves[self._next], self._state
            self._state = absorb(before, leaf.block)
            is_right = commitment(self._state) == leaf.commitment
            if not is_right or leaf.index == len(leaves) - 1:
                self.verdict = Verdict(is_right, self._tree.transition(leaf.index, before))
            self._next += 1
        return self._next - first
