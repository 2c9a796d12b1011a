"""Large preimages: proposed to the oracle in leaves, each with the state of Keccak that it claims.

A preimage that fits into no transaction is proposed by its padded blocks of 136 bytes. With each comes the
commitment to the state after it is absorbed, which nobody checks on chain: both go into a Merkle tree, and
whoever finds two neighbours of which the second does not follow from the first shows it, and gets the bond.
Source: OP Stack specs, "Fault Proof VM", large preimage proposals; `PreimageOracle.sol`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opcycle.keccak import keccak
from opcycle.protocol.keccak_state import BLOCK_SIZE, EMPTY, KeccakState, absorb, commitment, padded
from opcycle.protocol.types import Address, Hash

TREE_DEPTH = 16
MAX_LEAVES = 2**TREE_DEPTH - 1
"""The last place stays empty, so that the tree can grow leaf by leaf."""

LENGTH_SIZE, PART_SIZE = 8, 32
"""Bytes of the length in front of a preimage, and of a part that a step reads."""

_ZERO_HASHES = [bytes(32)]
for _ in range(TREE_DEPTH - 1):
    _ZERO_HASHES.append(keccak(_ZERO_HASHES[-1] * 2))


@dataclass(frozen=True, slots=True)
class Leaf:
    """A block of 136 bytes, padded if it is the last, and the `commitment` to the state after it."""

    block: bytes
    index: int
    commitment: Hash

    @property
    def hash(self) -> Hash:
        """keccak256(block 136 ‖ index 32 ‖ commitment 32)."""
        return keccak(self.block + self.index.to_bytes(32, "big") + self.commitment)


@dataclass(frozen=True, slots=True)
class Transition:
    """Two neighbouring leaves with their proofs, and the `state` after the first.

    `before` is None if `after` is the first leaf.
    """

    state: KeccakState
    before: Leaf | None
    before_proof: Sequence[Hash]
    after: Leaf
    after_proof: Sequence[Hash]


class LeafTree:
    """All leaves of a proposal, in a Merkle tree of depth 16 whose empty places are zero."""

    def __init__(self, leaves: Sequence[Leaf]):
        self.leaves = leaves
        self._levels = [[leaf.hash for leaf in leaves]]
        for zero in _ZERO_HASHES:
            level = self._levels[-1]
            pairs = zip(level[::2], [*level[1::2], zero], strict=False)
            self._levels.append([keccak(left + right) for left, right in pairs])

    @property
    def root(self) -> Hash:
        return self._levels[-1][0] if self.leaves else keccak(_ZERO_HASHES[-1] * 2)

    def proof(self, index: int) -> list[Hash]:
        """The siblings on the way from a leaf to the root."""
        siblings = []
        for level, zero in zip(self._levels, _ZERO_HASHES, strict=False):
            sibling = index ^ 1
            siblings.append(level[sibling] if sibling < len(level) else zero)
            index >>= 1
        return siblings

    def transition(self, index: int, state: KeccakState) -> Transition:
        """To the leaf at an index; `state` is the one before it."""
        before = self.leaves[index - 1] if index > 0 else None
        return Transition(
            state=state,
            before=before,
            before_proof=() if before is None else self.proof(index - 1),
            after=self.leaves[index],
            after_proof=self.proof(index),
        )


class LargePreimage:
    """`data` as it is proposed by who tells the truth. `last`: the transition to its last leaf."""

    def __init__(self, data: bytes):
        blocks, state, leaves = padded(data), EMPTY, []
        for index, start in enumerate(range(0, len(blocks), BLOCK_SIZE)):
            block, before = blocks[start : start + BLOCK_SIZE], state
            state = absorb(before, block)
            leaves.append(Leaf(block, index, commitment(state)))
        self.data = data
        self.leaves: Sequence[Leaf] = leaves
        tree = LeafTree(leaves)
        self.root, self.last = tree.root, tree.transition(len(leaves) - 1, before)

    def root_of(self, count: int) -> Hash:
        """Of the tree of so many of its leaves."""
        return self.root if count == len(self.leaves) else LeafTree(self.leaves[:count]).root

    def chunks(self, *, offset: int, uuid: int, start: int, size: int) -> list["LeavesAdded"]:
        """What is added from leaf `start` on, up to `size` leaves (at least 2) in one call.

        The part at `offset` must be in one call as a whole, or at the end of the last: what would hold only
        its beginning is a leaf shorter.
        """
        chunks: list[LeavesAdded] = []
        first_byte = offset - LENGTH_SIZE
        while start < len(self.leaves):
            end = min(start + size, len(self.leaves))
            is_last = end == len(self.leaves)
            if not is_last and 0 < end * BLOCK_SIZE - first_byte <= PART_SIZE:
                end -= 1
            data = self.data[start * BLOCK_SIZE : end * BLOCK_SIZE]
            commitments = tuple(leaf.commitment for leaf in self.leaves[start:end])
            chunks.append(LeavesAdded(uuid, start, data, commitments, is_last))
            start = end
        return chunks


def proposal_uuid(preimage: bytes, offset: int, claimant: Address) -> int:
    """What a proposal of a part is called by its claimant: keccak256(preimage ‖ offset u32, little-endian ‖
    claimant). Any number would do; this is op-challenger's, which goes on with it where we stopped."""
    return int.from_bytes(keccak(preimage + offset.to_bytes(4, "little") + claimant), "big")


@dataclass(frozen=True, slots=True)
class LeavesAdded:
    """What a claimant adds to a proposal in one call: `data` without padding, `start` the index of its first
    leaf, and all commitments. `is_last`: the preimage ends with it, and the oracle pads it."""

    uuid: int
    start: int
    data: bytes
    commitments: Sequence[Hash]
    is_last: bool

    @classmethod
    def of_calldata(cls, calldata: bytes) -> "LeavesAdded":
        """From calldata of `addLeavesLPP` without its selector, which the oracle took.

        Read as the contract does, not as ABI decoders do: it demands neither zeros as padding nor padding at
        all, and arrays may overlap. Raises ValueError for what the contract would not have taken.
        """
        uuid, start, data_at, commitments_at, is_last = _words(calldata, 0, 5)
        (size,) = _words(calldata, data_at, 1)
        (count,) = _words(calldata, commitments_at, 1)
        data = _slice(calldata, data_at + 32, size)
        hashes = _slice(calldata, commitments_at + 32, 32 * count)
        commitments = tuple(hashes[at : at + 32] for at in range(0, len(hashes), 32))
        return cls(uuid, start, data, commitments, bool(is_last))

    def leaves(self) -> list[Leaf]:
        """Raises ValueError unless there is a commitment for each."""
        data = padded(self.data) if self.is_last else self.data
        blocks = [data[at : at + BLOCK_SIZE] for at in range(0, len(data), BLOCK_SIZE)]
        pairs = zip(blocks, self.commitments, strict=True)
        return [Leaf(block, self.start + place, claimed) for place, (block, claimed) in enumerate(pairs)]


def _words(data: bytes, at: int, count: int) -> Iterator[int]:
    words = _slice(data, at, 32 * count)
    return (int.from_bytes(words[start : start + 32], "big") for start in range(0, len(words), 32))


def _slice(data: bytes, at: int, size: int) -> bytes:
    found = data[at : at + size]
    if len(found) != size:
        raise ValueError(f"no {size} bytes at {at} of {len(data)}")
    return found
