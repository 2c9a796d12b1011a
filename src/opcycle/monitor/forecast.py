"""What becomes of a dispute game if nobody moves any more. Pure.

Each claim is countered by its leftmost answer that stands, from the leaves up, as the contract settles them
once the clocks have run out. Source: `contracts/dispute/Settlement.sol`; op-dispute-mon's `mon/resolve.go`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opcycle.protocol.dispute_game import Claim, DisputeGame, GameStatus
from opcycle.protocol.types import Address


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a claim. `countered_by`: who gets its bond, None if it stands.

    `answer`: the index of the claim that counters it; None if it stands, or was countered otherwise: by a
    step, or the root claim by a proof that it is about another block. `answerable_until`: L1 time, seconds,
    from which on it can no longer be answered and can be settled after those that answer it.
    """

    countered_by: Address | None
    answer: int | None
    answerable_until: int

    @property
    def stands(self) -> bool:
        return self.countered_by is None


@dataclass(frozen=True, slots=True)
class Forecast:
    """How a game ends if nobody moves any more.

    `decidable_at`: L1 time, seconds, from which on everything can be settled. `last_chance`: L1 time until
    which whoever loses could still move and turn the game; None if no move turns it, or it is decided.
    `fates` by claim; `payouts` in wei, by who gets them.
    """

    status: GameStatus
    decidable_at: int
    last_chance: int | None
    fates: Sequence[Fate]
    payouts: Mapping[Address, int]


def forecast(game: DisputeGame) -> Forecast:
    """Of a decided game: how it was decided."""
    children = answers_of(game)
    fates = _fates(game, children)
    is_decided = game.status is not GameStatus.IN_PROGRESS
    would_be = GameStatus.DEFENDER_WINS if fates[0].stands else GameStatus.CHALLENGER_WINS
    payouts: dict[Address, int] = {}
    for claim, fate in zip(game.claims, fates, strict=True):
        winner = claim.claimant if fate.countered_by is None else fate.countered_by
        payouts[winner] = payouts.get(winner, 0) + claim.bond
    return Forecast(
        status=game.status if is_decided else would_be,
        decidable_at=max(fate.answerable_until for fate in fates),
        last_chance=None if is_decided else _last_chance(game, children, fates),
        fates=fates,
        payouts=payouts,
    )


def answers_of(game: DisputeGame) -> list[list[Claim]]:
    """The claims that answer each claim, in the order in which they were made."""
    answers: list[list[Claim]] = [[] for _ in game.claims]
    for claim in game.claims:
        if claim.parent is not None:
            answers[claim.parent].append(claim)
    return answers


def _fates(game: DisputeGame, children: Sequence[Sequence[Claim]]) -> list[Fate]:
    found: dict[int, Fate] = {}
    # A claim is made after the one it answers, so that backwards is from the leaves up.
    for claim in reversed(game.claims):
        parent = game.parent(claim)
        used_before = 0 if parent is None else parent.used
        until = claim.made_at + game.parameters.max_clock - used_before
        standing = [child for child in children[claim.index] if found[child.index].stands]
        answer = min(standing, key=lambda child: child.position, default=None)  # of equals the first one
        if claim.index == 0 and game.block_number_challenged:
            fate = Fate(game.block_number_challenger, None, until)
        elif answer is not None:
            fate = Fate(answer.claimant, answer.index, until)
        else:
            # Only what nobody has answered can have been countered by a step.
            fate = Fate(None if children[claim.index] else claim.countered_by, None, until)
        found[claim.index] = fate
    return [found[claim.index] for claim in game.claims]


_NEVER = -1


def _last_chance(game: DisputeGame, children: Sequence[Sequence[Claim]], fates: Sequence[Fate]) -> int | None:
    """Until when the loser can turn the game.

    A claim that stands is turned by answering it, or by turning one of its answers back. One that is
    countered is turned by turning all the answers that stand against it: the first that is over is decisive.
    """
    turns = [_NEVER] * len(game.claims)
    for claim in reversed(game.claims):
        fate, below = fates[claim.index], children[claim.index]
        if fate.stands:
            turns[claim.index] = max([fate.answerable_until, *(turns[child.index] for child in below)])
        elif fate.answer is not None:
            turns[claim.index] = min(turns[child.index] for child in below if fates[child.index].stands)
    return None if turns[0] == _NEVER else turns[0]
