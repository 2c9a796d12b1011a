"""Which claims of a game can be settled now, and whether the game can be decided. Pure.

Source: `contracts/dispute/Settlement.sol`.
"""

from dataclasses import dataclass
from typing import TypeAlias

from opcycle.protocol.dispute_game import DisputeGame, GameStatus


@dataclass(frozen=True, slots=True)
class ResolveClaim:
    """Settle a claim; those that answer it are settled, or settled by actions before this one."""

    index: int


@dataclass(frozen=True, slots=True)
class Resolve:
    """Decide the game."""


Settling: TypeAlias = ResolveClaim | Resolve


def settle(game: DisputeGame, *, now: int) -> list[Settling]:
    """All that can be settled at `now` (L1 time, seconds), from the leaves up."""
    if game.status is not GameStatus.IN_PROGRESS:
        return []
    open_answers = [0] * len(game.claims)
    for claim in game.claims:
        if claim.parent is not None and claim.index not in game.resolved:
            open_answers[claim.parent] += 1
    actions: list[Settling] = []
    settled = set(game.resolved)
    # A claim is made after the one it answers, so that backwards is from the leaves up.
    for claim in reversed(game.claims):
        is_due = game.clock(claim, now) >= game.parameters.max_clock
        if claim.index in settled or not is_due or open_answers[claim.index] > 0:
            continue
        actions.append(ResolveClaim(claim.index))
        settled.add(claim.index)
        if claim.parent is not None:
            open_answers[claim.parent] -= 1
    if 0 in settled:
        actions.append(Resolve())
    return actions
