"""What can be settled, in which order, and for whom."""

from dataclasses import replace

import pytest
from tests.unit.challenger.claims import CLOCK, claim, game

from opcycle.challenger.settle import Resolve, ResolveClaim, settle
from opcycle.protocol.dispute_game import DisputeGame, GameStatus
from opcycle.protocol.positions import ROOT

A, B, C = b"\x0a" * 20, b"\x0b" * 20, b"\x0c" * 20
LATER = 10 * CLOCK


ROOT_CLAIM = claim(0, None, A, ROOT)
ATTACK = ROOT.move(is_attack=True)
LINE = (ROOT_CLAIM, claim(1, 0, B, ATTACK), claim(2, 1, A, ATTACK.move(is_attack=True)))


def test_time_up__settled_from_the_leaves_up_and_decided() -> None:
    assert settle(game(*LINE), now=LATER) == [
        ResolveClaim(2, 0, follows=False),
        ResolveClaim(1, 1, follows=True),
        ResolveClaim(0, 1, follows=True),
        Resolve(follows=True),
    ]


@pytest.mark.parametrize(("now", "count"), [(CLOCK - 1, 0), (CLOCK, 2)])
def test_unanswered_root__settled_once_its_clock_has_run_out(now: int, count: int) -> None:
    assert len(settle(game(ROOT_CLAIM), now=now)) == count


def test_claim_whose_clock_runs__holds_up_what_it_answers() -> None:
    late = replace(LINE[2], made_at=LATER - CLOCK + 1)
    assert settle(game(*LINE[:2], late), now=LATER) == []


def test_some_settled_before__only_the_rest_and_it_follows_from_nothing() -> None:
    actions = settle(game(*LINE, resolved=frozenset({1, 2})), now=LATER)
    assert actions == [ResolveClaim(0, 1, follows=False), Resolve(follows=True)]


def test_all_claims_settled__only_the_decision_is_left() -> None:
    assert settle(game(*LINE, resolved=frozenset({0, 1, 2})), now=LATER) == [Resolve(follows=False)]


def test_decided_game__nothing() -> None:
    assert settle(game(*LINE, status=GameStatus.DEFENDER_WINS), now=LATER) == []


def test_spared_claim__is_not_settled_nor_what_it_answers() -> None:
    sibling = claim(3, 0, C, ATTACK, value=b"\1" * 32)
    assert settle(game(*LINE, sibling), now=LATER, spare={2}) == [ResolveClaim(3, 0, follows=False)]


def settled_for(*payees: bytes, of: DisputeGame) -> list[int]:
    actions = settle(of, now=LATER, payees=payees)
    assert not any(isinstance(action, Resolve) for action in actions), "the decision pays nobody"
    return [action.index for action in actions if isinstance(action, ResolveClaim)]


def test_for_payees_only__what_pays_them_and_no_decision() -> None:
    """Claim 2 stands and counters claim 1, whose bond goes to A, so that the root claim stands, too."""
    assert settled_for(A, of=game(*LINE)) == [2, 1, 0]
    assert settled_for(B, of=game(*LINE)) == []


def test_for_payees_only__who_counters_by_a_step_is_paid() -> None:
    stepped = replace(LINE[2], countered_by=C)
    assert settled_for(C, of=game(*LINE[:2], stepped)) == [2]


def test_for_payees_only__of_answers_at_one_place_the_first_is_paid() -> None:
    twin = claim(2, 0, C, ATTACK, value=b"\1" * 32)
    first = game(*LINE[:2], twin, resolved=frozenset({1, 2}))
    assert (settled_for(B, of=first), settled_for(C, of=first)) == ([0], [])


def test_for_payees_only__of_answers_that_stand_the_leftmost_is_paid() -> None:
    left = claim(2, 1, A, ATTACK.move(is_attack=True))
    right = claim(3, 1, C, ATTACK.move(is_attack=False))
    found = game(*LINE[:2], left, right, resolved=frozenset({2, 3}))
    assert (settled_for(A, of=found), settled_for(C, of=found)) == ([1, 0], [])


def test_for_payees_only__who_shows_another_block_number_is_paid_for_the_root_claim() -> None:
    found = game(*LINE, block_number_challenger=C, resolved=frozenset({1, 2}))
    assert (settled_for(C, of=found), settled_for(A, of=found)) == ([0], [])
