"""Withdrawals against dispute games on real chains: each wait to the second, each way to lose a proof.

What the bridge says of a withdrawal is held against the portal's own `checkWithdrawal` at every boundary.
"""

from collections.abc import Iterator

import pytest
from tests.e2e.withdrawing import CLOCK, FINALITY, LIE, MATURITY, Place, name_of, place_in

from opcycle.bridge.status import (
    Finalizable,
    Flaw,
    MustBeProvenAgain,
    Paused,
    Provable,
    Proven,
    Reason,
    WaitingForGame,
)
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.errors import TemporaryError, UserError
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.protocol.dispute_game import GameStatus
from opcycle.protocol.types import Hash


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("withdrawing") / "devnet") as place:
        yield place


def test_every_stage_and_each_wait_to_the_second(place: Place) -> None:
    withdrawal = place.withdraw()
    assert isinstance(place.bridge.status(withdrawal).stage, WaitingForGame)
    with pytest.raises(TemporaryError, match=r"cannot be proven now: .* waiting for a game of type 255"):
        place.bridge.prove(withdrawal)
    game = place.propose()
    created_at = place.now
    assert isinstance(place.bridge.status(withdrawal).stage, WaitingForGame), "not in the game's own L1 block"
    place.devnet.advance(2)
    assert place.bridge.status(withdrawal).is_provable
    assert place.refusal(withdrawal) == "OptimismPortal_Unproven"
    proven_at = place.prove(withdrawal)
    assert _reasons(place, withdrawal) == {Reason.MATURITY, Reason.DECISION, Reason.FINALITY}

    place.travel_to(created_at + CLOCK - 1)
    with pytest.raises(TransactionRevertedError, match=r"ClockRunning\(0"):
        place.send("challenger", game.resolve_claim(0, 0))
    place.travel_to(created_at + CLOCK)
    place.decide(game)
    resolved_at = place.now
    assert _reasons(place, withdrawal) == {Reason.MATURITY, Reason.FINALITY}

    last = max(proven_at + MATURITY, resolved_at + FINALITY)
    place.travel_to(last)
    stage = place.bridge.status(withdrawal).stage
    assert isinstance(stage, Proven)
    assert stage.seconds == 1
    assert place.refusal(withdrawal)
    with pytest.raises(TemporaryError, match=r"cannot be finalized now: proven against game 0x.*waits 1 sec"):
        place.bridge.finalize(withdrawal)
    place.travel_to(last + 1)
    assert isinstance(place.bridge.status(withdrawal).stage, Finalizable)
    assert place.refusal(withdrawal) == ""
    place.finalize(withdrawal)
    with pytest.raises(UserError, match="it is finalized already"):
        place.bridge.finalize(withdrawal)


@pytest.mark.parametrize("first", [Reason.MATURITY, Reason.FINALITY])
def test_whichever_wait_is_the_last_one_counts(place: Place, first: Reason) -> None:
    withdrawal = place.withdraw()
    game = place.propose()
    place.devnet.advance(2)
    if first is Reason.FINALITY:
        place.travel_to(place.now + CLOCK)
        place.decide(game)
        place.travel_to(place.now + FINALITY)
        proven_at = place.prove(withdrawal)
        last, reason = proven_at + MATURITY, "OptimismPortal_ProofNotOldEnough"
    else:
        proven_at = place.prove(withdrawal)
        place.travel_to(proven_at + MATURITY)
        place.decide(game)
        last, reason = place.now + FINALITY, "OptimismPortal_InvalidRootClaim"
    place.travel_to(last)
    assert place.refusal(withdrawal) == reason
    (left,) = _reasons(place, withdrawal)
    assert left is (Reason.FINALITY if first is Reason.MATURITY else Reason.MATURITY)
    place.travel_to(last + 1)
    assert place.refusal(withdrawal) == ""
    place.finalize(withdrawal)


def test_a_wrong_game_is_passed_over_and_a_right_one_that_is_lost_makes_the_proof_worthless(
    place: Place,
) -> None:
    withdrawal = place.withdraw()
    right = place.propose()
    wrong = place.propose(LIE, block=place.devnet.node.sync_status().safe_l2.number + 1)
    place.devnet.advance(2)
    stage = place.bridge.status(withdrawal).stage
    assert isinstance(stage, Provable)
    assert stage.basis.name == name_of(right), "not the newest, which is wrong"
    place.prove(withdrawal)
    place.attack(right)
    place.travel_to(place.now + CLOCK)
    place.decide(right)
    place.decide(wrong)
    assert right.read(block=place.devnet.l1.head.hash).status is GameStatus.CHALLENGER_WINS
    stage = place.bridge.status(withdrawal).stage
    assert isinstance(stage, MustBeProvenAgain)
    assert stage.flaw is Flaw.LOST
    assert isinstance(stage.then, WaitingForGame)
    assert stage.then.refused == 2
    place.travel_to(place.now + MATURITY)
    assert place.refusal(withdrawal) == "OptimismPortal_InvalidRootClaim"
    _prove_against_another_and_finalize(place, withdrawal)


@pytest.mark.parametrize(
    ("flaw", "call"),
    [(Flaw.BLACKLISTED, "blacklistDisputeGame"), (Flaw.RETIRED, "updateRetirementTimestamp")],
)
@pytest.mark.parametrize("is_decided", [False, True])
def test_a_game_that_the_guardian_voids_makes_the_proof_worthless(
    place: Place, flaw: Flaw, call: str, is_decided: bool
) -> None:
    withdrawal = place.withdraw()
    game = place.propose()
    place.devnet.advance(2)
    place.prove(withdrawal)
    if is_decided:
        place.travel_to(place.now + CLOCK)
        place.decide(game)
        place.travel_to(place.now + MATURITY)
        assert place.refusal(withdrawal) == ""
    arguments = [game.contract.address] if flaw is Flaw.BLACKLISTED else []
    place.send("guardian", place.devnet.assembly.registry().contract.request(call, *arguments))
    stage = place.bridge.status(withdrawal).stage
    assert isinstance(stage, MustBeProvenAgain)
    assert (stage.flaw, stage.then) == (flaw, WaitingForGame(stage.then.l2_block, 255, 1))
    assert place.refusal(withdrawal)
    _prove_against_another_and_finalize(place, withdrawal)


def test_what_somebody_else_has_proven_is_finalized_with_their_proof(place: Place) -> None:
    withdrawal = place.withdraw()
    game = place.propose()
    place.devnet.advance(2)
    helper = place.devnet.bridge(ACCOUNTS["second user"])
    helper.prove(withdrawal)
    place.devnet.advance(2)
    status = place.bridge.status(withdrawal)
    assert (status.is_proven, status.is_provable) == (True, True), "one may still prove it oneself"
    assert not helper.status(withdrawal).is_provable
    place.travel_to(place.now + CLOCK)
    place.decide(game)
    place.travel_to(place.now + MATURITY)
    assert place.refusal(withdrawal) == "OptimismPortal_Unproven", "the user has no proof"
    assert place.refusal(withdrawal, "second user") == ""
    place.finalize(withdrawal)


def test_a_proof_that_an_l1_reorg_takes_back_counts_from_when_it_is_mined_again(place: Place) -> None:
    withdrawal = place.withdraw()
    place.propose()
    place.devnet.advance(3)
    place.prove(withdrawal)
    place.devnet.l1.reorg(1)
    assert isinstance(place.bridge.status(withdrawal).stage, Provable)
    place.devnet.advance(2)
    stage = place.bridge.status(withdrawal).stage
    assert isinstance(stage, Proven)
    assert stage.waits[0].seconds == MATURITY + 1, "its transaction came back from the pool just now"


def test_paused_nothing_moves_and_no_proof_is_lost(place: Place) -> None:
    withdrawal = place.withdraw()
    game = place.propose()
    place.devnet.advance(2)
    place.prove(withdrawal)
    place.travel_to(place.now + CLOCK)
    place.decide(game)
    place.travel_to(place.now + MATURITY)
    place.send("guardian", place.superchain_config.request("pause", bytes(20)))
    assert isinstance(place.bridge.status(withdrawal).stage, Paused)
    with pytest.raises(TemporaryError, match="withdrawals are paused by the guardian"):
        place.bridge.finalize(withdrawal)
    place.send("guardian", place.superchain_config.request("unpause", bytes(20)))
    place.finalize(withdrawal)


def _reasons(place: Place, withdrawal: Hash) -> set[Reason]:
    stage = place.bridge.status(withdrawal).stage
    assert isinstance(stage, Proven)
    return {wait.reason for wait in stage.waits}


def _prove_against_another_and_finalize(place: Place, withdrawal: Hash) -> None:
    place.devnet.advance(10)
    game = place.propose()
    place.devnet.advance(2)
    stage = place.bridge.status(withdrawal).stage
    assert isinstance(stage, MustBeProvenAgain)
    assert isinstance(stage.then, Provable)
    place.prove(withdrawal)
    place.travel_to(place.now + CLOCK)
    place.decide(game)
    place.travel_to(place.now + MATURITY)
    place.finalize(withdrawal)
