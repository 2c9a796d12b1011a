"""How far a withdrawal has come where outputs are claimed in dispute games, from one snapshot of L1. Pure.

A proof must mature, and the game that it was made against must be decided for its root claim and stand the
finality delay; both at once. Anybody may prove, each has a proof of their own, and the withdrawal can be
finalized with any of them.
Source: OP Stack specs, "Withdrawals" and "Optimism Portal"; viem 2, `getGame` and `getWithdrawalStatus`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from opcycle.bridge.status import (
    Basis,
    Finalizable,
    Finalized,
    Flaw,
    MustBeProvenAgain,
    Paused,
    Provable,
    Proven,
    Reason,
    Stage,
    Unpaused,
    Wait,
    WaitingForGame,
)
from opcycle.l1.anchor_state_registry import Judgement
from opcycle.protocol.dispute_game import GameStatus
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.hexjson import checksum


@dataclass(frozen=True, slots=True)
class Game:
    """A game as a withdrawal sees it; times in seconds of L1 time.

    It is decided not before `decidable_from`, and `resolved_at` is 0 until it is. `is_right`: whether our L2
    has the output that it claims; None while our L2 does not reach that far.
    """

    address: Address
    l2_block: int
    root: Hash
    created_at: int
    status: GameStatus
    resolved_at: int
    decidable_from: int
    judgement: Judgement
    is_right: bool | None

    @property
    def name(self) -> str:
        return f"game {checksum(self.address)}"


@dataclass(frozen=True, slots=True)
class ProofOf:
    """A submitter's proof against a game, of L1 time `timestamp`."""

    submitter: Address
    timestamp: int
    game: Game


@dataclass(frozen=True, slots=True)
class Candidate:
    """A game that covers the withdrawal, and its index at the factory."""

    index: int
    game: Game


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the end of one L1 block says about a withdrawal that L2 has in block `l2_block`.

    `asker`: who would prove it, None for somebody who only looks. `candidates`: games of the
    respected type that cover it, newest first. Delays and times in seconds.
    """

    l1_time: int
    l2_block: int
    game_type: int
    maturity_delay: int
    finality_delay: int
    asker: Address | None
    proofs: Sequence[ProofOf]
    candidates: Sequence[Candidate]
    is_paused: bool = False
    is_finalized: bool = False


def stage_of(snapshot: Snapshot) -> Stage:
    """The stage of a withdrawal that L2 has in a block.

    It counts as finalizable from the L1 block on whose own time allows it: gas is estimated in that block.
    """
    if snapshot.is_finalized:
        return Finalized()
    stage = _unpaused(snapshot)
    return Paused(stage) if snapshot.is_paused else stage


def flaw_of(game: Game) -> Flaw | None:
    """Why nothing can be withdrawn on the strength of a game; None if something may be.

    A decided game is not measured by our L2 any more: L1 relies on it.
    """
    if game.judgement.is_blacklisted:
        return Flaw.BLACKLISTED
    if game.judgement.is_retired:
        return Flaw.RETIRED
    if not game.judgement.counts:
        return Flaw.DISRESPECTED
    if game.status is GameStatus.CHALLENGER_WINS:
        return Flaw.LOST
    if game.status is GameStatus.IN_PROGRESS and game.is_right is False:
        return Flaw.WRONG
    return None


def can_be_proven_against(game: Game, *, l1_time: int) -> bool:
    """Whether a proof against a game would be taken now, and be worth something."""
    return flaw_of(game) is None and game.is_right is True and game.created_at < l1_time


def _unpaused(snapshot: Snapshot) -> Unpaused:
    unproven = _unproven(snapshot)
    own_first = sorted(snapshot.proofs, key=lambda proof: proof.submitter != snapshot.asker)
    flaws = [(proof.game.name, flaw_of(proof.game)) for proof in own_first]
    sound = [proof for proof, (_, flaw) in zip(own_first, flaws, strict=True) if flaw is None]
    if not sound:
        again = (MustBeProvenAgain(name, flaw, unproven) for name, flaw in flaws if flaw is not None)
        return next(again, unproven)
    best = min(sound, key=lambda proof: _seconds(snapshot, proof))
    waits = _waits(snapshot, best)
    if not waits:
        return Finalizable(best.game.name, best.submitter)
    is_own = sound[0].submitter == snapshot.asker
    alternative = unproven.basis if isinstance(unproven, Provable) and not is_own else None
    return Proven(best.game.name, waits, alternative)


def _unproven(snapshot: Snapshot) -> Provable | WaitingForGame:
    for candidate in snapshot.candidates:
        game = candidate.game
        if can_be_proven_against(game, l1_time=snapshot.l1_time):
            return Provable(Basis(game.name, candidate.index, game.l2_block, game.root))
    refused = [
        each for each in snapshot.candidates if flaw_of(each.game) is not None or each.game.is_right is False
    ]
    return WaitingForGame(snapshot.l2_block, snapshot.game_type, len(refused))


def _waits(snapshot: Snapshot, proof: ProofOf) -> tuple[Wait, ...]:
    """What a sound proof waits for."""
    now, game = snapshot.l1_time, proof.game
    ends = {Reason.MATURITY: proof.timestamp + snapshot.maturity_delay + 1}
    decided_at = game.resolved_at
    if game.status is GameStatus.IN_PROGRESS:
        decided_at = ends[Reason.DECISION] = max(game.decidable_from, now + 1)
    ends[Reason.FINALITY] = decided_at + snapshot.finality_delay + 1
    return tuple(Wait(reason, end - now) for reason, end in ends.items() if end > now)


def _seconds(snapshot: Snapshot, proof: ProofOf) -> int:
    return max((wait.seconds for wait in _waits(snapshot, proof)), default=0)
