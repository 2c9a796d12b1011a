"""What the games challenger says in a game, and what it leaves alone until it knows; case by case.

`tests/fuzz/test_challenger.py` plays against it at random.
"""

from types import SimpleNamespace

import pytest
from tests.fuzz.challenger_l1 import (
    CLOCK,
    START,
    TRUTH,
    Chain,
    propose,
)
from tests.fuzz.challenger_world import Account, GameContract, MachineTrace, RollupNode
from tests.unit.challenger.place import HONEST, LIAR, LIE, Place
from tests.unit.derivation.l1_builder import CONFIG

from opcycle.challenger.traces import AlphabetTrace
from opcycle.errors import UserError


@pytest.fixture
def place() -> Place:
    return Place()


# --- arguing ---


def test_wrong_root__attacked_and_said_why(place) -> None:
    place.propose()
    (said,) = place.challenger.step().did
    assert said.startswith("game 0: attacked claim 0 with 0x")
    assert "because it is wrong about L2 block 15" in said


def test_right_root__left_alone(place) -> None:
    place.propose(TRUTH.root(START + 5))
    assert place.waits() == "the next game, or the next move in one"


def test_games_of_one_block__all_answered_in_one_step(place) -> None:
    for block in range(START + 1, START + 6):
        place.chain.pool.append((LIAR, propose(place.chain, LIE, block)))
    place.chain.mine(1)
    place.chain.mine(1)
    assert len(place.challenger.step().did) == 5
    assert place.account.in_flight() == 5
    assert place.chain.mine(1).failed == []


def test_what_was_sent_is_not_mined__nothing_more_is_sent(place) -> None:
    place.propose()
    place.challenger.step()
    assert place.waits() == "L1 to take what was sent"
    assert len(place.account.sent) == 1


def test_claim_of_another_block__shown_to_be(place) -> None:
    place.chain = Chain()
    place.__dict__.update(node=RollupNode(place.chain), account=Account(place.chain, HONEST))
    place.trace = MachineTrace(place.chain)
    for _ in range(8):
        place.chain.mine(1)
    place.challenger = place.new_challenger()
    place.propose(TRUTH.root(START + 2), START + 5)
    place.rest()
    assert place.game().model.wrong_block_shown_by == HONEST


def test_lie_at_the_bottom__countered_by_a_step_after_its_word_is_loaded(place) -> None:
    place.to_the_bottom()
    did = place.rest()
    assert [line.split(" for ")[0].split(" by ")[0] for line in did] == [
        "game 0: loaded local word 4",
        f"game 0: countered claim {len(place.game().model.claims) - 1}",
    ]


def test_several_lies_at_the_bottom__the_word_that_all_steps_read_is_loaded_once(place) -> None:
    place.to_the_bottom()
    parent = len(place.game().model.claims) - 2
    for salt in range(3):
        place.answer(parent, b"\x01" + bytes([salt]) * 31)
    loads, steps = place.challenger.step(), place.rest()
    assert len(loads.did) == 1
    assert sum("by running step 0" in line for line in steps) == 4


@pytest.mark.parametrize("late", [CLOCK - 2, CLOCK - 1])
def test_clock_about_to_run_out__still_answered_while_the_next_block_can_take_it(place, late: int) -> None:
    place.propose()
    place.chain.mine(late - place.game().model.used(0, place.chain.now))
    outcome = place.challenger.step()
    if late == CLOCK - 2:
        assert len(outcome.did) == 1
        assert place.chain.mine(1).failed == []
    else:
        assert "too late to answer claim 0" in outcome.waiting_for


def test_clock_runs_out_at_the_bottom__the_step_comes_before_the_settling(place) -> None:
    """A step needs no time on the clock, and whoever settles before it gives the game away."""
    place.to_the_bottom()
    last = len(place.game().model.claims) - 1
    place.chain.mine(3 * CLOCK)
    did = place.rest()
    claim = place.game().model.claims[last]
    assert claim.countered_by == HONEST
    assert any(f"settled claim {last}" in line for line in did)
    assert place.game().model.status == 1


# --- what it cannot know ---


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ({"down": True}, "the node is down"),
        ({"has_safe_heads": False}, "game 0: safe head database is not enabled"),
        ({"missing": {START + 5}}, "game 0: no output of L2 block 15 yet"),
        ({"missing": {START}}, "game 0: no output of L2 block 10 yet"),
        ({"behind": 3}, "game 0: the node to read L1 beyond block"),
    ],
)
def test_node_without_an_answer__waits_says_why_and_asks_again(place, trouble, reason: str) -> None:
    place.propose()
    fine = {name: getattr(place.node, name) for name in trouble}
    for name, value in trouble.items():
        setattr(place.node, name, value)
    assert reason in place.waits()
    for name, value in fine.items():
        setattr(place.node, name, value)
    assert len(place.challenger.step().did) == 1


def test_node_on_another_l1__is_not_believed(place) -> None:
    place.node.lost = place.chain.head.header
    place.chain.reorg(1, keeps=lambda _: True)
    place.propose()
    assert "the node to read this L1" in place.waits()


def test_node_whose_safe_head_is_of_another_l1__is_not_believed(place) -> None:
    stale = place.chain.head.header
    place.chain.reorg(1, keeps=lambda _: True)
    place.propose()
    place.node.safe_head_at_l1_block = lambda number: SimpleNamespace(l1_block=stale.id)
    assert "it says what was safe as of" in place.waits()


def test_node_down__what_depends_on_no_truth_is_settled_and_a_lie_at_the_bottom_is_not(place) -> None:
    other = place.propose(LIE, START + 3)
    place.rest()
    place.to_the_bottom(block=START + 5)
    place.node.down = True
    place.chain.mine(3 * CLOCK)
    place.rest()
    assert [claim.settled for claim in place.game(other).model.claims] == [False, True]
    assert not any(claim.settled for claim in place.game(1).model.claims), "the deepest may be a lie"
    place.node.down = False
    place.rest()
    assert [game.model.status for game in place.chain.head.games] == [1, 1]


def test_node_lacks_an_answer__a_lie_at_the_bottom_is_not_settled_before_it_comes(place) -> None:
    place.to_the_bottom()
    place.node.missing = {START + 5}
    place.chain.mine(3 * CLOCK)
    place.rest()
    assert not any(claim.settled for claim in place.game().model.claims)
    place.node.missing = set()
    place.rest()
    assert place.game().model.status == 1


@pytest.mark.parametrize(("behind", "is_known"), [(2, False), (1, True)])
def test_node_at_the_games_l1_head__is_asked_only_once_it_is_beyond(
    place, behind: int, is_known: bool
) -> None:
    """What it says of a block may still change while it reads that block."""
    place.propose()
    head = place.chain.header(place.game().l1_head)
    place.node.behind = behind
    assert place.node.sync_status().current_l1.number - head.number == 2 - behind
    assert place.challenger.step().progress == is_known


def test_other_program__not_played_and_said_why(place) -> None:
    place.trace.absolute_prestate = b"\x03" + b"\x55" * 31
    place.propose()
    assert "it is about the program 0x0303" in place.waits()


def test_game_that_begins_from_a_wrong_root__not_played_and_said_why(place, monkeypatch) -> None:
    monkeypatch.setattr(GameContract, "starting_root", lambda self, *, block: LIE)
    place.propose()
    assert "it begins from 0x6666" in place.waits()


def test_node_of_another_chain__refused(place) -> None:
    place.node.rollup_config = lambda: SimpleNamespace(l2_chain_id=5, genesis_l2=CONFIG.genesis_l2)
    with pytest.raises(UserError, match="the node follows L2 chain 5"):
        place.challenger.step()


# --- what it leaves alone ---


@pytest.mark.parametrize(
    ("options", "is_played"),
    [
        ({}, True),
        ({"traces": {7: AlphabetTrace()}}, False),
        ({"allowlist": frozenset({b"\x09" * 20})}, False),
        ({"window": 1}, False),
        ({"window": 2}, True),
    ],
    ids=["default", "another type", "not on the list", "too old", "just young enough"],
)
def test_games_that_are_played(place, options, is_played: bool) -> None:
    place.challenger = place.new_challenger(**options)
    place.propose()
    place.chain.mine(1)
    assert place.challenger.step().progress == is_played
