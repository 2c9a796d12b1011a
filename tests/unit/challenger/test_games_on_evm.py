"""The games challenger with its own bindings on the contracts themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.disputes.deploy import account
from tests.unit.challenger.evm_place import HONEST, LIAR, PARAMETERS, SAFE, EvmPlace

from opcycle.challenger import seat
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.protocol.dispute_game import GameStatus

ANCHOR = PARAMETERS.anchor_block
LIE, FALSE_STATE = b"\x66" * 32, b"\x01" + b"\x66" * 31
TRUE_STATE = b"\x00" + b"\x66" * 31


@pytest.fixture
def place() -> EvmPlace:
    return EvmPlace()


def insist(place: EvmPlace, game) -> None:
    """The liar answers the newest honest claim, down to the greatest depth."""
    place.rest()
    while True:
        seen = place.look(game)
        target = seen.claims[-1]
        depth = target.position.depth
        if target.claimant != HONEST and depth > 0:
            return  # nobody answers the liar any more: its last claim was countered by a step
        if depth == PARAMETERS.max_depth:
            return
        place.answer(game, target.index, LIE if depth < PARAMETERS.split_depth else FALSE_STATE)
        place.rest()


def gained(place: EvmPlace) -> int:
    return place.chain.balance(HONEST) - 10**24


def check(place: EvmPlace, game, status: GameStatus) -> None:
    seen = place.look(game)
    assert seen.status is status
    for claim in seen.claims:
        parent = seen.parent(claim)
        if claim.claimant == HONEST:
            assert claim.countered_by is None
            assert parent is None or parent.countered_by == HONEST


def test_wrong_root__countered_down_to_the_step_and_all_bonds_are_paid_out(place) -> None:
    game = place.propose(LIE, ANCHOR + 4)
    insist(place, game)
    assert place.look(game).claims[-1].position.depth == PARAMETERS.max_depth
    place.to_the_end()
    check(place, game, GameStatus.CHALLENGER_WINS)
    theirs = [claim for claim in place.look(game).claims if claim.claimant == LIAR]
    assert gained(place) == sum(claim.bond for claim in theirs)


def test_right_root__defended_down_to_the_last_state_and_becomes_the_anchor(place) -> None:
    root = place.l2.root(ANCHOR + 4)
    game = place.propose(root, ANCHOR + 4, by=HONEST)
    place.answer(game, 0, LIE)
    insist(place, game)
    assert place.look(game).claims[-1].position.depth == PARAMETERS.max_depth
    place.to_the_end()
    check(place, game, GameStatus.DEFENDER_WINS)
    anchor = place.registry.anchor(block="latest")
    assert (anchor.root, anchor.l2_block) == (root, ANCHOR + 4)


def test_root_of_the_last_safe_block_under_another_number__shown_to_be(place) -> None:
    game = place.propose(place.l2.root(SAFE), SAFE + 2)
    place.rest()
    assert place.look(game).block_number_challenger == HONEST
    place.to_the_end()
    check(place, game, GameStatus.CHALLENGER_WINS)


@pytest.mark.parametrize("forestalled", [False, True])
def test_many_answers__settled_in_pages_whoever_has_begun(place, monkeypatch, forestalled: bool) -> None:
    monkeypatch.setattr(seat, "ANSWERS_AT_ONCE", 3)
    game = place.propose(place.l2.root(ANCHOR + 4), ANCHOR + 4, by=HONEST)
    for salt in range(8):
        place.answer(game, 0, bytes([salt]) * 32)
    place.rest()
    place.mine(PARAMETERS.clock)
    if forestalled:
        for index in range(16, 0, -1):
            place.send(game.resolve_claim(index, 1), by=LIAR)
        place.send(game.resolve_claim(0, 1), by=LIAR)
    did = place.rest()
    assert sum("settled claim 0," in line for line in did) == 3
    check(place, game, GameStatus.DEFENDER_WINS)


def test_game_that_the_guardian_refuses__own_bonds_come_back(place) -> None:
    game = place.propose(LIE, ANCHOR + 4)
    place.rest()
    place.mine(PARAMETERS.clock)
    place.rest()
    place.guard("blacklistDisputeGame", game.contract.address)
    place.to_the_end()
    assert gained(place) == 0
    assert game.earnings(HONEST, block="latest").is_closed


def test_somebody_elses_bond__collected_for_it(place) -> None:
    friend = account("friend")
    place.chain.set_balance(friend, 10**18)
    place.challenger = place.new_challenger(claimants=(friend,))
    place.propose(place.l2.root(ANCHOR + 4), ANCHOR + 4, by=friend)
    place.to_the_end()
    assert place.chain.balance(friend) == 10**18


liars = st.tuples(
    st.integers(0, 30), st.booleans(), st.sampled_from([LIE, FALSE_STATE, TRUE_STATE, None]), st.booleans()
)


@given(root_is_true=st.booleans(), ahead=st.integers(1, 8), lies=st.lists(liars, max_size=20))
def test_any_liar__the_challenger_wins_and_gets_what_it_is_due(root_is_true: bool, ahead: int, lies) -> None:
    """None: what is true of that block. Nothing that the challenger sends is refused."""
    place = EvmPlace()
    block = ANCHOR + ahead
    game = place.propose(place.l2.root(min(block, SAFE)) if root_is_true else LIE, block)
    for back, attack, value, is_answered in lies:
        seen = place.look(game)
        claim = seen.claims[-1 - back % len(seen.claims)]
        position = claim.position.move(is_attack=attack)
        if position.depth > PARAMETERS.max_depth:
            continue  # not even a liar finds out what that would cost
        if value is None and position.depth <= PARAMETERS.split_depth:
            value = place.l2.root(min(seen.block_of(position), SAFE))
        try:
            place.answer(game, claim.index, value or LIE, attack=attack)
        except TransactionRevertedError:
            place.refused.clear()
        if is_answered:
            place.rest()
    place.rest()
    place.to_the_end()
    stands = root_is_true and block <= SAFE
    check(place, game, GameStatus.DEFENDER_WINS if stands else GameStatus.CHALLENGER_WINS)
    assert place.refused == []
    seen = place.look(game)
    due = sum(claim.bond for claim in seen.claims if (claim.countered_by or claim.claimant) == HONEST)
    assert gained(place) == due - sum(claim.bond for claim in seen.claims if claim.claimant == HONEST)
