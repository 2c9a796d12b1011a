"""What the games challenger settles and collects, and how it bears reorgs, restarts and want of money."""

from types import SimpleNamespace

import pytest
from tests.fuzz.challenger_l1 import (
    CLOCK,
    FINALITY_DELAY,
    RULES,
    START,
    TRUTH,
    WETH_DELAY,
)
from tests.fuzz.challenger_world import claims_of
from tests.fuzz.game_model import MadeClaim
from tests.unit.challenger.place import FRIEND, HONEST, LIAR, LIE, Place

from opcycle.challenger.seat import ANSWERS_AT_ONCE


@pytest.fixture
def place() -> Place:
    return Place()


def collected(place: Place, game: int = 0, account: bytes = HONEST) -> int:
    return place.game(game).got.get(account, 0)


def win(place: Place) -> None:
    place.propose()
    place.rest()
    place.chain.mine(CLOCK)
    place.rest()


def test_won_game__collected_in_two_calls_each_after_its_delay(place) -> None:
    win(place)
    staked = RULES.bond(0) + RULES.bond(1)
    assert f"to claim {staked} wei" in place.waits()
    place.chain.mine(FINALITY_DELAY + 1)
    assert any(f"claimed {staked} wei, which unlocks it" in line for line in place.rest())
    assert f"to claim {staked} wei" in place.waits()
    assert collected(place) == 0
    place.chain.mine(WETH_DELAY)
    assert any(f"claimed {staked} wei, which pays it" in line for line in place.rest())
    assert collected(place) == staked
    assert place.challenger.counts.collected == staked


def test_several_won_games__collected_together(place) -> None:
    for block in range(START + 2, START + 6):
        place.propose(LIE, block)
    place.rest()
    place.chain.mine(CLOCK)
    place.rest()
    place.chain.mine(FINALITY_DELAY + 1)
    assert len(place.challenger.step().did) == 4
    place.chain.mine(1)
    place.chain.mine(WETH_DELAY)
    assert len(place.challenger.step().did) == 4


def test_game_that_does_not_count__our_own_bond_comes_back(place) -> None:
    win(place)
    place.game().refund = True
    for delay in (FINALITY_DELAY + 1, WETH_DELAY):
        place.chain.mine(delay)
        place.rest()
    assert collected(place) == RULES.bond(1)


def test_game_without_anything_for_us__closed_so_that_the_anchor_moves(place) -> None:
    place.propose(TRUTH.root(START + 5))
    place.chain.mine(CLOCK)
    place.rest()
    assert not place.game().is_closed
    place.chain.mine(FINALITY_DELAY + 1)
    assert any("closed, nothing is due to us" in line for line in place.rest())
    assert place.game().is_closed


def test_other_claimants__get_what_is_theirs(place) -> None:
    place.challenger = place.new_challenger(claimants=(FRIEND,))
    place.propose(TRUTH.root(START + 5), by=FRIEND)
    place.chain.mine(CLOCK)
    place.rest()
    for delay in (FINALITY_DELAY + 1, WETH_DELAY):
        place.chain.mine(delay)
        place.rest()
    assert collected(place, account=FRIEND) == RULES.bond(0)


def test_selective__only_what_pays_us_is_settled_and_nothing_is_decided(place) -> None:
    place.challenger = place.new_challenger(is_selective=True)
    place.propose()
    other = place.propose(TRUTH.root(START + 3), START + 3)
    place.rest()
    place.chain.mine(CLOCK)
    place.rest()
    assert all(claim.settled for claim in place.game().model.claims), "both bonds are ours"
    assert not place.game(other).model.claims[0].settled
    assert [game.model.status for game in place.chain.head.games] == [0, 0]


def flooded(place: Place, answers: int) -> None:
    """The root claim has so many answers, all settled; only it is left."""
    place.propose(TRUTH.root(START + 5))
    model = place.game().model
    for salt in range(answers):
        value = b"\x66" * 28 + salt.to_bytes(4, "big")
        model.claims.append(MadeClaim(0, LIAR, value, (1, 0), 0, 0, place.chain.now, HONEST, True))
        model.claims[0].children.append(salt + 1)
    place.chain.mine(CLOCK)


@pytest.mark.parametrize(
    ("answers", "looked", "pages"),
    [
        (ANSWERS_AT_ONCE, None, 1),
        (ANSWERS_AT_ONCE + 1, None, 2),
        (2 * ANSWERS_AT_ONCE + 9, None, 3),
        (2 * ANSWERS_AT_ONCE + 9, 10, 2),
    ],
)
def test_claim_with_very_many_answers__settled_in_pages(
    place, monkeypatch, answers: int, looked: int | None, pages: int
) -> None:
    flooded(place, answers)
    place.game().model.claims[0].looked = looked
    monkeypatch.setattr("opcycle.challenger.seat.actions_of", lambda *_, **__: ([], ""))
    did = place.challenger.step().did
    assert sum("settled claim 0" in line for line in did) == pages
    assert place.chain.mine(1).failed == []
    assert place.game().model.status == 2


def test_somebody_has_looked_at_one_answer__settled_all_the_same(place) -> None:
    place.propose()
    place.rest()
    place.chain.mine(CLOCK)
    place.chain.pool = [(LIAR, place.contract().resolve_claim(1, 1))]
    place.chain.mine(1)
    place.chain.pool = [(LIAR, place.contract().resolve_claim(0, 1))]
    place.rest()
    assert place.game().model.status == 1


# --- L1 reorgs, restarts, other troubles ---


@pytest.mark.parametrize("keeps_game", [True, False])
def test_reorg_takes_our_move_away__made_again_where_there_is_still_a_game(place, keeps_game: bool) -> None:
    place.propose()
    place.rest()
    assert len(place.game().model.claims) == 2
    place.chain.reorg(4, keeps=lambda who: keeps_game and who == LIAR)
    place.rest()
    claims = [len(game.model.claims) for game in place.chain.head.games]
    assert claims == ([2] if keeps_game else [])


def test_reorg_puts_another_claim_in_place_of_the_one_we_answered__our_answer_is_refused(place) -> None:
    place.propose(TRUTH.root(START + 5))
    place.answer(0, LIE)
    place.challenger.step()
    place.chain.reorg(1, keeps=lambda who: who != LIAR)
    claim = claims_of(place.game().model)[0]
    other = place.contract().move(claim, b"\x77" * 32, is_attack=True, bond=RULES.bond(1))
    place.chain.pool = [(LIAR, other), *[item for item in place.chain.pool if item[0] == HONEST]]
    place.chain.mine(1)
    assert all(claim.by == LIAR for claim in place.game().model.claims)
    place.rest()
    assert [claim.by for claim in place.game().model.claims] == [LIAR, LIAR, HONEST]


@pytest.mark.parametrize(("trouble", "asks_again"), [(False, False), (True, True)])
def test_same_l1_block__games_are_read_again_only_if_the_node_may_know_more(
    place, monkeypatch, trouble: bool, asks_again: bool
) -> None:
    win(place)
    place.propose()
    place.rest()
    reads = []
    monkeypatch.setattr(place.chain, "game_count", lambda *, block: reads.append(block) or 0)
    place.chain.mine(1)
    place.node.down = trouble
    outcomes = [place.challenger.step() for _ in range(2)]
    assert len(reads) == 1 + asks_again
    assert outcomes[0] == outcomes[1]
    place.chain.mine(1)
    place.challenger.step()
    assert len(reads) == 2 + asks_again


def test_reorg_while_it_is_read__nothing_is_sent(place) -> None:
    place.propose()
    seen = place.node.safe_head_at_l1_block

    def reorganising(number: int):
        place.chain.reorg(1, keeps=lambda _: True)
        return SimpleNamespace(l1_block=place.chain.header(number).id, safe_head=seen(number).safe_head)

    place.node.safe_head_at_l1_block = reorganising
    assert "L1 to settle down" in place.waits()


def test_payment_taken_back_by_a_reorg__claimed_again(place) -> None:
    win(place)
    for delay in (FINALITY_DELAY + 1, WETH_DELAY):
        place.chain.mine(delay)
        place.rest()
    assert collected(place) > 0
    place.chain.reorg(2, keeps=lambda who: who != HONEST)
    assert collected(place) == 0
    place.rest()
    assert collected(place) > 0


def test_restart_at_any_point__goes_on_where_it_was(place) -> None:
    place.propose()
    for _ in range(8):
        place.challenger = place.new_challenger()
        place.challenger.step()
        place.chain.mine(CLOCK // 4)
    place.rest()
    assert place.game().model.status == 1
    assert [claim.by for claim in place.game().model.claims] == [LIAR, HONEST]


def test_budget__counts_what_is_at_stake_in_all_games(place) -> None:
    place.challenger = place.new_challenger(bond_budget=2 * RULES.bond(1))
    for block in range(START + 2, START + 6):
        place.propose(LIE, block)
    place.rest()
    answered = [len(game.model.claims) for game in place.chain.head.games]
    assert sorted(answered) == [1, 1, 2, 2]
    assert "bonds to come back" in place.waits()
    assert place.challenger.counts.at_stake == 2 * RULES.bond(1)


def test_budget__bonds_that_are_settled_are_at_stake_no_more(place) -> None:
    place.challenger = place.new_challenger(bond_budget=RULES.bond(1), is_selective=True)
    place.propose()
    place.rest()
    place.chain.mine(CLOCK // 2)
    place.propose(LIE, START + 6)
    assert "bonds to come back" in place.waits()
    place.chain.mine(CLOCK // 2)
    place.rest()
    assert [game.model.status for game in place.chain.head.games] == [0, 0], "nobody has decided"
    assert [len(game.model.claims) for game in place.chain.head.games] == [2, 2]


def test_account_that_cannot_pay_a_bond__settles_what_brings_money_back(place) -> None:
    win(place)
    place.propose(LIE, START + 6)
    place.account.purse = 0
    place.chain.mine(FINALITY_DELAY + 1)
    outcome = place.challenger.step()
    assert any("claimed" in line for line in outcome.did)
    assert "too little ether" in outcome.waiting_for
