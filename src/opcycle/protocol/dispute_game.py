"""A fault dispute game as a value: its parameters and its claims, and questions about the tree they form.

Source: OP Stack specs, "Fault Dispute Game"; the contract is `contracts/dispute/FaultDisputeGame.sol`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from opcycle.keccak import keccak
from opcycle.protocol.positions import Position
from opcycle.protocol.types import Address, Hash


class GameStatus(IntEnum):
    """How a game stands; from IN_PROGRESS it moves once."""

    IN_PROGRESS = 0
    CHALLENGER_WINS = 1
    DEFENDER_WINS = 2


class VMStatus(IntEnum):
    """How the machine's run ended; the first byte of a claim about its state."""

    VALID = 0
    INVALID = 1
    PANIC = 2
    UNFINISHED = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim, by the order in which they were made. `parent` is the index of the claim it answers.

    `value`: an output root down to the split depth, below it the hash of a machine's state. `bond` in wei.
    `used`: seconds that its side had used when it was made, at `made_at` (L1 time in seconds).
    """

    index: int
    parent: int | None
    claimant: Address
    countered_by: Address | None
    bond: int
    value: Hash
    position: Position
    used: int
    made_at: int


@dataclass(frozen=True, slots=True)
class GameParameters:
    """What all games of a type share: depths in levels, times in seconds."""

    max_depth: int
    split_depth: int
    max_clock: int
    clock_extension: int
    absolute_prestate: Hash


@dataclass(frozen=True, slots=True)
class DisputeGame:
    """A game at the end of one L1 block.

    `starting_block` is the L2 block that both sides agree on, `claimed_block` the one whose output root the
    root claim is. `l1_head`: what was on L1 up to that block decides who is right. `resolved`: the indices of
    settled claims. `block_number_challenger`: who has shown that the root claim is about another block.
    """

    address: Address
    parameters: GameParameters
    status: GameStatus
    created_at: int
    starting_block: int
    claimed_block: int
    l1_head: Hash
    block_number_challenger: Address | None
    claims: Sequence[Claim]
    resolved: frozenset[int] = frozenset()

    @property
    def root(self) -> Claim:
        return self.claims[0]

    @property
    def block_number_challenged(self) -> bool:
        return self.block_number_challenger is not None

    def parent(self, claim: Claim) -> Claim | None:
        return None if claim.parent is None else self.claims[claim.parent]

    def clock(self, claim: Claim, now: int) -> int:
        """Seconds used, at `now`, by whoever would answer a claim; at most the whole clock."""
        parent = self.parent(claim)
        used = now - claim.made_at + (0 if parent is None else parent.used)
        return min(used, self.parameters.max_clock)

    def ancestor_at_depth(self, claim: Claim, depth: int) -> Claim:
        """The claim above (or itself) at a depth."""
        while claim.position.depth > depth:
            claim = self._above(claim)
        return claim

    def ancestor_about(self, claim: Claim, instant: int) -> Claim:
        """The claim above (or itself) about an instant of the upper tree."""
        while claim.position.trace_index(self.parameters.split_depth) != instant:
            claim = self._above(claim)
        return claim

    def block_of(self, position: Position) -> int:
        """The L2 block that a position of the upper tree is about: none is after the claimed one."""
        number = self.starting_block + 1 + position.trace_index(self.parameters.split_depth)
        return min(number, self.claimed_block)

    def step_of(self, position: Position) -> int:
        """The step of the machine, counted from 0, that a position below the split depth is about."""
        root_depth = self.parameters.split_depth + 1
        return position.below(root_depth).trace_index(self.parameters.max_depth - root_depth)

    def claim_of_step(self, claim: Claim, step: int) -> Claim:
        """The claim above (or itself), in the same lower tree, about a step. Raises ValueError if none is."""
        while self.step_of(claim.position) != step:
            claim = self._above(claim)
            if claim.position.depth <= self.parameters.split_depth:
                raise ValueError(f"nothing is claimed of step {step}")
        return claim

    def _above(self, claim: Claim) -> Claim:
        parent = self.parent(claim)
        if parent is None:
            raise ValueError(f"claim {claim.index} has nothing above it")
        return parent


@dataclass(frozen=True, slots=True)
class Dispute:
    """What a lower tree is about: the machine computes the output root of `disputed_block` from the one
    before.

    `agreed` and `disputed` are the claims of those output roots; `agreed` is None for the anchor's. The
    machine reads L1 up to `l1_head`. Two lower trees of a game about the same claims are about the same
    computation.
    """

    agreed: tuple[Position, Hash] | None
    disputed: tuple[Position, Hash]
    agreed_block: int
    disputed_block: int
    l1_head: Hash


def dispute_of(game: DisputeGame, claim: Claim, position: Position) -> Dispute:
    """What the lower tree is about that a `position` below the split depth belongs to.

    `claim` is at the position, or what a claim there would answer. As the contract finds it: whoever attacks
    the leaf of the upper tree disputes that output root, whoever defends it disputes the next one.
    """
    split = game.parameters.split_depth
    leaf = game.ancestor_at_depth(claim, split)
    instant = leaf.position.index
    is_attack = position.index >> (position.depth - split) == instant
    if is_attack:
        agreed = game.ancestor_about(leaf, instant - 1) if instant > 0 else None
        disputed = leaf
    else:
        agreed, disputed = leaf, game.ancestor_about(leaf, instant + 1)
    return Dispute(
        agreed=None if agreed is None else (agreed.position, agreed.value),
        disputed=(disputed.position, disputed.value),
        agreed_block=game.starting_block if agreed is None else game.block_of(agreed.position),
        disputed_block=game.block_of(disputed.position),
        l1_head=game.l1_head,
    )


def local_context(dispute: Dispute) -> Hash:
    """Names a dispute within its game, so that local words of one cannot be read in another.

    keccak256(value ‖ position of the claim agreed on ‖ value ‖ position of the one in dispute), 32 bytes
    each, without the first two where both sides agree on the anchor.
    """
    claims = ([] if dispute.agreed is None else [dispute.agreed]) + [dispute.disputed]
    return keccak(b"".join(value + position.to_bytes(32, "big") for position, value in claims))
