"""Somebody who claims another L2 than there is, and argues for it in dispute games down to the last step."""

from collections.abc import Callable
from dataclasses import dataclass

from opcycle.challenger.solver import Step
from opcycle.challenger.traces import Trace
from opcycle.keccak import keccak
from opcycle.protocol.dispute_game import Claim, DisputeGame, dispute_of
from opcycle.protocol.positions import Position
from opcycle.protocol.types import Hash


@dataclass(frozen=True, slots=True)
class Answer:
    """A move against a claim: `value` to its left as an attack on it, else to its right as its defense."""

    value: Hash
    is_attack: bool


class Liar:
    """Agrees with the real L2 before block `since`, and says of the machine what `trace` says, a lying one.

    `real_root`: the output root that an L2 block really has.
    """

    def __init__(self, real_root: Callable[[int], Hash], trace: Trace, *, since: int):
        self._real_root = real_root
        self._trace = trace
        self._since = since

    @staticmethod
    def disputable(block: int, *, starting_block: int) -> int:
        """The block, at or right before `block`, such that of a lie from there on the liar's own root comes
        before the machine, and not the challenger's. AlphabetVM can refute no other lie: each run of it ends
        with "the output root in dispute is wrong".

        It is every second block: only there can a leaf of the upper tree be claimed, and with an even split
        depth the leaves are claimed by the side of the root claim.
        """
        return starting_block + 1 + (block - starting_block - 1 & ~1)

    def root(self, block: int) -> Hash:
        """The output root that the liar claims for an L2 block."""
        real = self._real_root(block)
        return keccak(b"a richer L2" + real) if block >= self._since else real

    def answer(self, game: DisputeGame, claim: Claim) -> Answer:
        """The move against somebody's claim, which is above the greatest depth."""
        is_attack = self._belief(game, claim, claim.position) != claim.value
        return Answer(self._belief(game, claim, claim.position.move(is_attack=is_attack)), is_attack)

    def foresee(self, game: DisputeGame, claim: Claim) -> None:
        """Find out what the challenger will say of the machine against an output root, `claim`, at the split
        depth. Raises TemporaryError as long as that takes."""
        is_attack = self._real_root(game.block_of(claim.position)) != claim.value
        position = claim.position.move(is_attack=is_attack)
        self._trace.state(dispute_of(game, claim, position), game.step_of(position))

    def step(self, game: DisputeGame, claim: Claim) -> Step:
        """The step against somebody's claim at the greatest depth; in vain, if the claim is right."""
        is_attack = self._belief(game, claim, claim.position) != claim.value
        position = claim.position if is_attack else claim.position.next
        return Step(claim, is_attack, dispute_of(game, claim, position), game.step_of(position))

    def _belief(self, game: DisputeGame, claim: Claim, position: Position) -> Hash:
        """What the liar says at `position`, which is the claim's or that of an answer to it."""
        if position.depth <= game.parameters.split_depth:
            return self.root(game.block_of(position))
        return self._trace.state(dispute_of(game, claim, position), game.step_of(position))
