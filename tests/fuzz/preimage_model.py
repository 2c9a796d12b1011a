"""What PreimageOracle does with large preimages, told plainly, with every leaf in a list.

It refuses for the same reasons, in the same order, with the same values.
"""

from dataclasses import dataclass, field

from sha3 import keccak_256
from tests.fuzz.sponge import (
    BLOCK,
    DEPTH,
    EMPTY,
    Lanes,
    Leaf,
    absorbed,
    blocks_of,
    commitment,
    digest,
    root_of,
)
from tests.fuzz.tally import Refusal

BOND = 10**18 // 4
MOST = 65_535 * BLOCK - 1
Name = tuple[bytes, int]
"""Claimant and uuid."""


@dataclass(slots=True)
class Proposed:
    """One proposal. The bytes are those that were sent, without padding."""

    offset: int
    size: int
    bond: int
    data: bytes = b""
    leaves: list[Leaf] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    completed: int = 0
    is_countered: bool = False

    @property
    def metadata(self) -> bytes:
        words = ((self.completed, 8), (self.offset, 4), (self.size, 4), (len(self.leaves), 4))
        packed = b"".join(value.to_bytes(size, "big") for value, size in words)
        return packed + len(self.data).to_bytes(4, "big") + int(self.is_countered).to_bytes(8, "big")

    @property
    def part(self) -> bytes:
        """As much of it as was sent."""
        if not self.leaves:
            return bytes(32)
        whole = self.size.to_bytes(8, "big") + self.data
        return whole[self.offset : self.offset + 32].ljust(32, b"\0")


@dataclass(slots=True)
class OracleModel:
    """The oracle, its ether, and what it has paid."""

    minimum: int
    period: int
    proposals: dict[Name, Proposed] = field(default_factory=dict)
    parts: dict[tuple[bytes, int], tuple[bytes, int]] = field(default_factory=dict)
    paid: dict[bytes, int] = field(default_factory=dict)

    def init(self, name: Name, offset: int, size: int, value: int) -> None:
        least = max(self.minimum, BLOCK)
        if value < BOND:
            raise Refusal("LargePreimages_BondTooSmall", (value, BOND))
        if offset >= size + 8:
            raise Refusal("PreimageOracle_OffsetTooHigh", (offset, size + 8))
        if size < least:
            raise Refusal("LargePreimages_TooSmall", (size, least))
        if size > MOST:
            raise Refusal("LargePreimages_TooLarge", (size, MOST))
        if name in self.proposals:
            raise Refusal("LargePreimages_AlreadyProposed", name)
        self.proposals[name] = Proposed(offset, size, value)

    def add(
        self,
        name: Name,
        start: int,
        data: bytes,
        states: tuple[bytes, ...],
        is_end: bool,
        *,
        at: int,
        now: int,
    ) -> None:
        proposed = self.open(name)
        if proposed.completed:
            raise Refusal("LargePreimages_Complete", (proposed.completed,))
        if start != len(proposed.leaves):
            raise Refusal("LargePreimages_OtherBlock", (start, len(proposed.leaves)))
        if not is_end and len(data) % BLOCK:
            raise Refusal("LargePreimages_PartOfABlock", (len(data),))
        total = len(proposed.data) + len(data)
        if total > proposed.size or (is_end and total < proposed.size):
            raise Refusal("LargePreimages_SizeMismatch", (total, proposed.size))
        inputs = blocks_of(data)
        if not is_end:
            inputs.pop()
        if len(states) != len(inputs):
            raise Refusal("LargePreimages_CommitmentCount", (len(states), len(inputs)))
        for block, state in zip(inputs, states, strict=True):
            proposed.leaves.append(Leaf(block, len(proposed.leaves), state))
        proposed.data += data
        proposed.blocks.append(at)
        proposed.completed = now if is_end else 0

    def challenge(
        self,
        caller: bytes,
        name: Name,
        lanes: Lanes,
        pre: Leaf,
        pre_proof: tuple[bytes, ...],
        post: Leaf,
        post_proof: tuple[bytes, ...],
    ) -> None:
        proposed = self.open(name)
        self._check_pair(proposed, lanes, pre, pre_proof, post, post_proof)
        self._counter(caller, name, lanes, post)

    def challenge_first(self, caller: bytes, name: Name, post: Leaf, proof: tuple[bytes, ...]) -> None:
        _check_leaf(self.open(name), post, proof)
        if post.index:
            raise Refusal("LargePreimages_NotFirst", (post.index,))
        self._counter(caller, name, EMPTY, post)

    def squeeze(
        self,
        name: Name,
        lanes: Lanes,
        pre: Leaf,
        pre_proof: tuple[bytes, ...],
        post: Leaf,
        post_proof: tuple[bytes, ...],
        *,
        now: int,
    ) -> None:
        proposed = self.open(name)
        if not proposed.completed:
            raise Refusal("LargePreimages_Incomplete", (len(proposed.data), proposed.size))
        if now <= proposed.completed + self.period:
            raise Refusal("LargePreimages_StillOpen", (proposed.completed + self.period,))
        self._check_pair(proposed, lanes, pre, pre_proof, post, post_proof)
        last = len(proposed.leaves) - 1
        if post.index != last:
            raise Refusal("LargePreimages_NotLast", (post.index, last))
        key = b"\x02" + digest(absorbed(lanes, post.input))[1:]
        self.parts[key, proposed.offset] = (proposed.part, min(32, proposed.size + 8 - proposed.offset))
        self._pay(proposed, name[0])

    def open(self, name: Name) -> Proposed:
        """A proposal that still has its bond."""
        proposed = self.proposals.get(name)
        if proposed is None:
            raise Refusal("LargePreimages_NotProposed", name)
        if proposed.is_countered:
            raise Refusal("LargePreimages_Countered", name)
        if proposed.bond == 0:
            raise Refusal("LargePreimages_Settled", name)
        return proposed

    def _check_pair(
        self,
        proposed: Proposed,
        lanes: Lanes,
        pre: Leaf,
        pre_proof: tuple[bytes, ...],
        post: Leaf,
        post_proof: tuple[bytes, ...],
    ) -> None:
        _check_leaf(proposed, pre, pre_proof)
        _check_leaf(proposed, post, post_proof)
        if commitment(lanes) != pre.state_commitment:
            raise Refusal("LargePreimages_OtherState", (commitment(lanes), pre.state_commitment))
        if pre.index + 1 != post.index:
            raise Refusal("LargePreimages_NotContiguous", (pre.index, post.index))

    def _counter(self, caller: bytes, name: Name, lanes: Lanes, post: Leaf) -> None:
        if commitment(absorbed(lanes, post.input)) == post.state_commitment:
            raise Refusal("LargePreimages_LeafIsRight", (post.index, post.state_commitment))
        self.proposals[name].is_countered = True
        self._pay(self.proposals[name], caller)

    def _pay(self, proposed: Proposed, to: bytes) -> None:
        self.paid[to] = self.paid.get(to, 0) + proposed.bond
        proposed.bond = 0


def _check_leaf(proposed: Proposed, leaf: Leaf, proof: tuple[bytes, ...]) -> None:
    if len(proof) != DEPTH:
        raise Refusal("LargePreimages_ProofLength", (len(proof), DEPTH))
    if len(leaf.input) != BLOCK:
        raise Refusal("LargePreimages_PartOfABlock", (len(leaf.input),))
    node = leaf.hash
    for height, beside in enumerate(proof):
        pair = beside + node if leaf.index >> height & 1 else node + beside
        node = keccak_256(pair).digest()
    root = root_of(proposed.leaves)
    if node != root:
        raise Refusal("LargePreimages_NotInTree", (leaf.index, leaf.hash, root))
