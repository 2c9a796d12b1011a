"""Which claims of a game can be settled now, and whether the game can be decided. Pure.

Source: `contracts/dispute/Settlement.sol`; whose claims are settled when only some are: op-challenger 1.18,
`--selective-claim-resolution`.
"""

from collections.abc import Container
from dataclasses import dataclass
from typing import TypeAlias

from opcycle.protocol.dispute_game import Claim, DisputeGame, GameStatus
from opcycle.protocol.types import Address


@dataclass(frozen=True, slots=True)
class ResolveClaim:
    """Settle a claim all of whose `answers` are settled; some by actions before this one if `follows`."""

    index: int
    answers: int
    follows: bool


@dataclass(frozen=True, slots=True)
class Resolve:
    """Decide the game; the root claim is settled by the action before this one if `follows`."""

    follows: bool


Settling: TypeAlias = ResolveClaim | Resolve


def settle(
    game: DisputeGame,
    *,
    now: int,
    spare: Container[int] = (),
    payees: Container[Address] | None = None,
) -> list[Settling]:
    """All that can be settled at `now` (L1 time, seconds), from the leaves up.

    `spare`: claims that something else must be done about first, and so what they answer, too. `payees`: only
    settle what they are paid for, and leave the decision to others; None: settle everything.
    """
    if game.status is not GameStatus.IN_PROGRESS:
        return []
    settling = _Settling(game, now, spare, payees)
    # A claim is made after the one it answers, so that backwards is from the leaves up.
    for claim in reversed(game.claims):
        settling.look_at(claim)
    if settling.is_settled[0] and payees is None:
        settling.actions.append(Resolve(follows=0 not in game.resolved))
    return settling.actions


class _Settling:
    """`standing`: by claim, the leftmost of the answers seen so far that stand."""

    def __init__(self, game: DisputeGame, now: int, spare: Container[int], payees: Container[Address] | None):
        self._game, self._now, self._spare, self._payees = game, now, spare, payees
        count = len(game.claims)
        self._answers, self._open, self._fresh = [0] * count, [0] * count, [0] * count
        self._standing: list[Claim | None] = [None] * count
        self.is_settled = [False] * count
        self.actions: list[Settling] = []

    def look_at(self, claim: Claim) -> None:
        """When all that answers it has been looked at."""
        index, parent = claim.index, claim.parent
        is_fresh = self._is_due(claim)
        if is_fresh:
            action = ResolveClaim(index, self._answers[index], follows=self._fresh[index] > 0)
            self.actions.append(action)
        self.is_settled[index] = is_fresh or index in self._game.resolved
        if parent is None:
            return
        self._answers[parent] += 1
        self._open[parent] += not self.is_settled[index]
        self._fresh[parent] += is_fresh
        leftmost = self._standing[parent]
        # Of several at one position the first counts, which comes last here.
        if self._countered_by(claim) is None and (leftmost is None or claim.position <= leftmost.position):
            self._standing[parent] = claim

    def _is_due(self, claim: Claim) -> bool:
        game = self._game
        return (
            claim.index not in game.resolved
            and claim.index not in self._spare
            and self._open[claim.index] == 0
            and game.clock(claim, self._now) >= game.parameters.max_clock
            and (self._payees is None or (self._countered_by(claim) or claim.claimant) in self._payees)
        )

    def _countered_by(self, claim: Claim) -> Address | None:
        """By whom it is countered once it is settled, if all that answers it is."""
        if claim.parent is None and self._game.block_number_challenger is not None:
            return self._game.block_number_challenger
        answer = self._standing[claim.index]
        return claim.countered_by if answer is None else answer.claimant
