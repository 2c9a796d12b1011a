"""Every stage of a withdrawal against games, and the moment at which it passes into the next."""

from dataclasses import replace

import pytest

from opcycle.bridge.games_status import Candidate, Game, ProofOf, Snapshot, flaw_of, stage_of
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
    Wait,
    WaitingForGame,
    WithdrawalStatus,
)
from opcycle.l1.anchor_state_registry import Judgement
from opcycle.protocol.dispute_game import GameStatus

NOW, CLOCK, MATURITY, FINALITY = 10_000, 400, 700, 300
ROOT = b"\x01" * 32
USER, OTHER = b"\x0a" * 20, b"\x0b" * 20

COUNTS = Judgement(is_registered=True, is_respected=True, is_blacklisted=False, is_retired=False)
GAME = Game(
    address=b"\x11" * 20,
    l2_block=40,
    root=ROOT,
    created_at=NOW - 1,
    status=GameStatus.IN_PROGRESS,
    resolved_at=0,
    decidable_from=NOW - 1 + CLOCK,
    judgement=COUNTS,
    is_right=True,
)
NAME = "game 0x1111111111111111111111111111111111111111"
LATER = replace(GAME, address=b"\x22" * 20, l2_block=50)
DEFENDED = replace(GAME, status=GameStatus.DEFENDER_WINS, resolved_at=NOW)
LOST = replace(DEFENDED, status=GameStatus.CHALLENGER_WINS)
FLAWED = {
    Flaw.LOST: LOST,
    Flaw.BLACKLISTED: replace(GAME, judgement=replace(COUNTS, is_blacklisted=True)),
    Flaw.RETIRED: replace(GAME, judgement=replace(COUNTS, is_retired=True)),
    Flaw.DISRESPECTED: replace(GAME, judgement=replace(COUNTS, is_respected=False)),
    Flaw.WRONG: replace(GAME, is_right=False),
}
BASIS = Basis(NAME, 3, 40, ROOT)
COVERED = Snapshot(
    l1_time=NOW,
    l2_block=35,
    game_type=255,
    maturity_delay=MATURITY,
    finality_delay=FINALITY,
    asker=USER,
    proofs=(),
    candidates=(Candidate(3, GAME),),
)


def proven(game: Game = GAME, *, by: bytes = USER, at: int = NOW) -> Snapshot:
    return replace(COVERED, proofs=(ProofOf(by, at, game),))


def waits(snapshot: Snapshot) -> dict[Reason, int]:
    stage = stage_of(snapshot)
    assert isinstance(stage, Proven)
    return {wait.reason: wait.seconds for wait in stage.waits}


# Which game


def test_a_right_game_covers_it__provable() -> None:
    assert stage_of(COVERED) == Provable(BASIS)


def test_several__the_newest() -> None:
    given = replace(COVERED, candidates=(Candidate(5, LATER), Candidate(3, GAME)))
    assert WithdrawalStatus(None, stage_of(given)).basis == Basis(
        "game 0x2222222222222222222222222222222222222222", 5, 50, ROOT
    )


def test_no_game__waits_for_one() -> None:
    assert stage_of(replace(COVERED, candidates=())) == WaitingForGame(35, 255)


@pytest.mark.parametrize("flaw", FLAWED, ids=lambda flaw: flaw.name)
def test_flawed_game__passed_over_for_an_older_one(flaw: Flaw) -> None:
    newest = replace(FLAWED[flaw], address=b"\x22" * 20)
    assert flaw_of(newest) is flaw
    assert stage_of(replace(COVERED, candidates=(Candidate(5, newest),))) == WaitingForGame(35, 255, 1)
    assert stage_of(replace(COVERED, candidates=(Candidate(5, newest), Candidate(3, GAME)))) == Provable(
        BASIS
    )


@pytest.mark.parametrize("status", GameStatus, ids=lambda status: status.name)
def test_game_of_a_block_that_our_l2_does_not_have__not_trusted(status: GameStatus) -> None:
    unknown = replace(GAME, is_right=None, status=status)
    assert not WithdrawalStatus(
        None, stage_of(replace(COVERED, candidates=(Candidate(3, unknown),)))
    ).is_provable


def test_game_defended_against_what_our_l2_says__not_proven_against() -> None:
    contradicted = replace(DEFENDED, is_right=False)
    assert stage_of(replace(COVERED, candidates=(Candidate(3, contradicted),))) == WaitingForGame(35, 255, 1)


@pytest.mark.parametrize(("age", "provable"), [(0, False), (1, True)])
def test_game_of_this_very_l1_block__not_yet(age: int, provable: bool) -> None:
    given = replace(COVERED, candidates=(Candidate(3, replace(GAME, created_at=NOW - age)),))
    assert WithdrawalStatus(None, stage_of(given)).is_provable == provable


# The three waits


def test_just_proven_against_an_undecided_game__all_three_waits() -> None:
    assert waits(proven()) == {
        Reason.MATURITY: MATURITY + 1,
        Reason.DECISION: CLOCK - 1,
        Reason.FINALITY: CLOCK - 1 + FINALITY + 1,
    }


@pytest.mark.parametrize("later", [0, 1, 5_000])
def test_game_whose_time_is_up__somebody_must_still_decide_it(later: int) -> None:
    given = replace(proven(at=NOW - 2 * MATURITY), l1_time=GAME.decidable_from + later)
    assert waits(given) == {Reason.DECISION: 1, Reason.FINALITY: FINALITY + 2}


@pytest.mark.parametrize(("later", "left"), [(0, MATURITY + 1), (MATURITY - 1, 2), (MATURITY, 1)])
def test_proof_matures__a_second_more_than_the_delay(later: int, left: int) -> None:
    given = replace(proven(replace(DEFENDED, resolved_at=NOW - FINALITY - 1)), l1_time=NOW + later)
    assert waits(given) == {Reason.MATURITY: left}
    assert stage_of(replace(given, l1_time=NOW + MATURITY + 1)) == Finalizable(NAME, USER)


@pytest.mark.parametrize(("later", "left"), [(0, FINALITY + 1), (FINALITY - 1, 2), (FINALITY, 1)])
def test_decision_stands__a_second_more_than_the_delay(later: int, left: int) -> None:
    given = replace(proven(DEFENDED, at=NOW - MATURITY - 1), l1_time=NOW + later)
    assert waits(given) == {Reason.FINALITY: left}
    assert stage_of(replace(given, l1_time=NOW + FINALITY + 1)) == Finalizable(NAME, USER)


def test_seconds__the_longest_of_the_waits() -> None:
    stage = stage_of(proven())
    assert isinstance(stage, Proven)
    assert stage.seconds == max(MATURITY + 1, CLOCK + FINALITY)


# Proofs that are worth nothing


@pytest.mark.parametrize("flaw", FLAWED, ids=lambda flaw: flaw.name)
def test_game_of_the_proof_is_flawed__proven_again_against_a_later_one(flaw: Flaw) -> None:
    given = replace(proven(FLAWED[flaw], at=NOW - 9_000), candidates=(Candidate(5, LATER),))
    stage = stage_of(given)
    assert isinstance(stage, MustBeProvenAgain)
    assert (stage.against, stage.flaw) == (NAME, flaw)
    status = WithdrawalStatus(None, stage)
    assert status.basis is not None
    assert (status.basis.index, status.is_proven) == (5, False)


def test_game_of_the_proof_is_lost_and_no_other_there_yet__waits_for_one() -> None:
    given = replace(proven(LOST), candidates=(Candidate(3, LOST),))
    assert stage_of(given) == MustBeProvenAgain(NAME, Flaw.LOST, WaitingForGame(35, 255, 1))
    assert not WithdrawalStatus(None, stage_of(given)).is_provable


def test_decided_game__our_l2_is_not_asked_any_more() -> None:
    """L1 relies on it: what our L2 says is no reason to begin again."""
    given = proven(replace(DEFENDED, is_right=False, resolved_at=NOW - 9_000), at=NOW - 9_000)
    assert stage_of(given) == Finalizable(NAME, USER)


# Proofs of others


def test_proof_of_somebody_else__does_for_everybody() -> None:
    done = replace(DEFENDED, resolved_at=NOW - 9_000)
    assert stage_of(proven(done, by=OTHER, at=NOW - 9_000)) == Finalizable(NAME, OTHER)


def test_only_others_have_proven_it__one_may_prove_it_oneself() -> None:
    """Otherwise whoever proves it again and again could keep its owner waiting."""
    status = WithdrawalStatus(None, stage_of(proven(by=OTHER)))
    assert (status.is_proven, status.basis) == (True, BASIS)


def test_own_proof_waits__need_not_be_made_again() -> None:
    both = replace(proven(), proofs=(ProofOf(OTHER, NOW, GAME), ProofOf(USER, NOW, GAME)))
    for given in (proven(), both):
        assert not WithdrawalStatus(None, stage_of(given)).is_provable


def test_several_proofs__the_first_to_be_over_counts_and_ones_own_among_equals() -> None:
    done = replace(DEFENDED, resolved_at=NOW - 9_000)
    mine, theirs = ProofOf(USER, NOW, done), ProofOf(OTHER, NOW - 9_000, done)
    assert stage_of(replace(COVERED, proofs=(mine, theirs))) == Finalizable(NAME, OTHER)
    equal = replace(mine, timestamp=theirs.timestamp)
    assert stage_of(replace(COVERED, proofs=(theirs, equal))) == Finalizable(NAME, USER)


def test_own_proof_is_worthless_and_anothers_is_not__that_one_counts() -> None:
    mine, theirs = ProofOf(USER, NOW, LOST), ProofOf(OTHER, NOW, LATER)
    stage = stage_of(replace(COVERED, proofs=(mine, theirs)))
    assert isinstance(stage, Proven)
    assert (stage.against, stage.alternative) == ("game 0x" + "22" * 20, BASIS)


def test_nobody_in_particular_asks__proofs_of_all_count() -> None:
    done = replace(DEFENDED, resolved_at=NOW - 9_000)
    given = replace(proven(done, by=OTHER, at=NOW - 9_000), asker=None)
    assert stage_of(given) == Finalizable(NAME, OTHER)


# Whatever else


@pytest.mark.parametrize("before", [COVERED, proven(), proven(LOST)])
def test_executed__finalized_whatever_becomes_of_the_game(before: Snapshot) -> None:
    assert stage_of(replace(before, is_finalized=True, is_paused=True)) == Finalized()


def test_paused__nothing_can_be_done_and_no_proof_is_lost() -> None:
    done = proven(replace(DEFENDED, resolved_at=NOW - 9_000), at=NOW - 9_000)
    status = WithdrawalStatus(None, stage_of(replace(done, is_paused=True)))
    assert status.stage == Paused(Finalizable(NAME, USER))
    assert (status.is_finalizable, status.is_proven) == (False, True)
    assert not WithdrawalStatus(None, stage_of(replace(COVERED, is_paused=True))).is_provable


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (WaitingForGame(35, 0), "in L2 block 35, waiting for a game of type 0 that covers it"),
        (
            WaitingForGame(35, 0, 2),
            "in L2 block 35, waiting for a game of type 0 that covers it (2 are wrong or void)",
        ),
        (Provable(BASIS), f"can be proven against {NAME} of L2 block 40"),
        (
            Proven(NAME, (Wait(Reason.MATURITY, 5), Wait(Reason.DECISION, 9))),
            f"proven against {NAME}, waits 9 seconds for its proof to mature (5 s) "
            "and the game to be decided (9 s)",
        ),
        (
            MustBeProvenAgain(NAME, Flaw.LOST, Provable(BASIS)),
            f"must be proven again, because {NAME} was lost: can be proven against {NAME} of L2 block 40",
        ),
    ],
)
def test_stage__in_words(stage, words: str) -> None:
    assert str(WithdrawalStatus(None, stage)) == words
