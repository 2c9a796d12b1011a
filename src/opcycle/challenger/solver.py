"""What an honest player does next in a dispute game, from the game and what is known of the truth. Pure.

The honest player makes the claims that are true, and answers only what stands against them. It never argues
for the liars: whoever counters a false claim that it left alone itself is not its business, and would make it
pay bonds to be right about nothing. This wins every game whatever the others do, and loses no bond.

Source: OP Stack specs, "Honest Challenger (Fault Dispute Game)"; op-challenger 1.18 `game/fault/solver`, with
which it agrees move for move.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from opcycle.protocol.dispute_game import Claim, Dispute, DisputeGame, dispute_of
from opcycle.protocol.positions import Position
from opcycle.protocol.types import Hash


@dataclass(frozen=True, slots=True)
class RootOf:
    """What is the output root of an L2 block?"""

    block: int


@dataclass(frozen=True, slots=True)
class StateOf:
    """What is the hash of the machine's state after step `instant` (0 is the first step) of a computation?"""

    dispute: Dispute
    instant: int


Question: TypeAlias = RootOf | StateOf


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is true. `safe_block` is the L2 block that the game's L1 head makes safe: later ones follow from
    nothing that the game may use. `answers`: as many as were found out."""

    safe_block: int
    answers: Mapping[Question, Hash] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """Answer `claim` with `value`."""

    claim: Claim
    is_attack: bool
    value: Hash


@dataclass(frozen=True, slots=True)
class Step:
    """Counter `claim`, at the greatest depth, by running step `instant` of the computation: to the claimed
    state if `is_attack`, from it otherwise."""

    claim: Claim
    is_attack: bool
    dispute: Dispute
    instant: int


@dataclass(frozen=True, slots=True)
class ChallengeBlockNumber:
    """The root claim is the output root of this L2 block and says that it is of a later one."""

    block: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Nothing can be said about the rest before this is known."""

    question: Question


Action: TypeAlias = Move | Step | ChallengeBlockNumber | Ask


def decide(game: DisputeGame, known: Knowledge) -> list[Action]:
    """All that can be done now. Ends with an Ask where knowledge is missing: what is done about later claims
    depends on what is done about earlier ones, but never the other way round."""
    solver = Solver(game, known.safe_block)
    inquiry = solver.run()
    try:
        question = next(inquiry)
        while question in known.answers:
            question = inquiry.send(known.answers[question])
    except StopIteration:
        return list(solver.actions)
    return [*solver.actions, Ask(question)]


_Name: TypeAlias = tuple[Position, Hash, int | None]
"""A claim whether or not it was made: position, value, and index of the claim it answers."""


class Solver:
    """One look at a game: which claims the honest player has made or would make, where it answers which.

    `run` yields questions and is sent their answers; `actions` grow meanwhile. No question is asked twice.
    """

    def __init__(self, game: DisputeGame, safe_block: int):
        self._game = game
        self._safe_block = safe_block
        self._made = {_name(claim) for claim in game.claims}
        self._honest: set[_Name] = set()
        self._answers: dict[int, Position] = {}
        self._known: dict[Question, Hash] = {}
        self.actions: list[Move | Step | ChallengeBlockNumber] = []

    def run(self) -> Generator[Question, Hash, None]:
        game = self._game
        if (yield from self._agrees(game.root)):
            # A tree of claims ends with its last leaf, whatever block the root claim says it is of.
            block = min(game.block_of(game.root.position), self._safe_block)
            if block < game.claimed_block:
                if not game.block_number_challenged and game.root.index not in game.resolved:
                    self.actions.append(ChallengeBlockNumber(block))
                return
            self._honest.add(_name(game.root))
        for claim in game.claims:
            if not self._must_counter(claim):
                continue
            if claim.position.depth == game.parameters.max_depth:
                yield from self._step(claim)
            else:
                yield from self._move(claim)

    def _must_counter(self, claim: Claim) -> bool:
        if _name(claim) in self._honest:
            return False
        parent = self._game.parent(claim)
        if parent is None or _name(parent) in self._honest:
            return True
        answer = self._answers.get(parent.index)
        if answer is None:
            return False  # the honest player left the parent alone
        # A freeloader right of the honest answer can never be paid before it; others could.
        depth = self._game.parameters.max_depth
        return claim.position.trace_index(depth) <= answer.trace_index(depth)

    def _move(self, claim: Claim) -> Generator[Question, Hash, None]:
        is_attack = not (yield from self._agrees(claim))
        if claim.parent is None and not is_attack:
            return  # the root claims the end: there is nothing right of it
        position = claim.position.move(is_attack=is_attack)
        value = yield from self._truth(claim, position)
        name = (position, value, claim.index)
        if claim.parent is None and self._game.block_number_challenged and name not in self._made:
            return  # the root claim has lost and takes no more answers; those that it has need defending
        self._honest.add(name)
        self._answers[claim.index] = position
        if name not in self._made:
            self.actions.append(Move(claim, is_attack, value))

    def _step(self, claim: Claim) -> Generator[Question, Hash, None]:
        if claim.countered_by is not None or claim.index in self._game.resolved:
            return
        is_attack = not (yield from self._agrees(claim))
        position = claim.position if is_attack else claim.position.next
        dispute, instant = self._computation(claim, position)
        self.actions.append(Step(claim, is_attack, dispute, instant))

    def _agrees(self, claim: Claim) -> Generator[Question, Hash, bool]:
        return (yield from self._truth(claim, claim.position)) == claim.value

    def _truth(self, claim: Claim, position: Position) -> Generator[Question, Hash, Hash]:
        """What an honest claim says at a position: that of `claim`, or of an answer to it."""
        question: Question
        if position.depth <= self._game.parameters.split_depth:
            question = RootOf(min(self._game.block_of(position), self._safe_block))
        else:
            question = StateOf(*self._computation(claim, position))
        if question not in self._known:
            self._known[question] = yield question
        return self._known[question]

    def _computation(self, claim: Claim, position: Position) -> tuple[Dispute, int]:
        """What is computed in the lower tree of a position, and the instant that the position is about."""
        return dispute_of(self._game, claim, position), self._game.step_of(position)


def _name(claim: Claim) -> _Name:
    return claim.position, claim.value, claim.parent
