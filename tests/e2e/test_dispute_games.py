"""The games challenger on real chains: outputs of a real L2, contracts on a real L1, a liar against it."""

from collections.abc import Iterator

import pytest
from tests.e2e.games import CLOCK, FINALITY_DELAY, MAX_DEPTH, WETH_DELAY, Arena, arena, arena_config

from opcycle.challenger.games import GamesChallenger
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.protocol.dispute_game import GameStatus

HONEST, LIAR = "challenger", "third user"
LIE = b"\x01" + b"\x66" * 31


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    config = arena_config(tmp_path_factory.mktemp("games") / "devnet")
    with Devnet.stepped(config) as devnet:
        for agent in ("proposer", "challenger"):
            devnet.pace.pause(agent)
        devnet.advance(60)
        yield arena(devnet)


def test_a_root_of_another_block_than_it_names_is_shown_to_be(place: Arena) -> None:
    """The root is of the last block that is safe by the game's L1 head, but said to be of a later one."""
    challenger = place.challenger(HONEST)
    place.devnet.pace.pause("batcher")
    place.devnet.advance(5)
    safe = place.devnet.node.sync_status().safe_l2.number
    root = place.devnet.node.output_at_block(safe).output_root
    game = place.propose(LIAR, root, safe + 100)
    place.devnet.pace.resume("batcher")
    place.play(challenger)
    assert place.look(game).block_number_challenged


def test_a_wrong_root_is_argued_down_to_the_step_and_the_bonds_are_collected(place: Arena) -> None:
    challenger, honest = place.challenger(HONEST), ACCOUNTS[HONEST].address
    game = place.propose(LIAR, LIE, place.anchor + 16)
    place.play(challenger)
    for index in range(1, MAX_DEPTH, 2):  # the liar insists, down to the bottom
        place.lie(LIAR, game, index, LIE)
        place.play(challenger)
    seen = place.look(game)
    assert [claim.position.depth for claim in seen.claims] == list(range(MAX_DEPTH + 1))
    assert seen.claims[-1].countered_by == honest, "the last lie is countered by a step"

    place.devnet.travel(CLOCK)
    place.devnet.advance(3)
    place.play(challenger)
    assert place.look(game).status is GameStatus.CHALLENGER_WINS
    staked = sum(claim.bond for claim in seen.claims)
    _collect(place, challenger, staked)


def test_a_right_root_that_is_attacked_stands_and_becomes_the_anchor(place: Arena) -> None:
    challenger = place.challenger(HONEST)
    block = place.anchor + 12
    root = place.devnet.node.output_at_block(block).output_root
    game = place.propose(HONEST, root, block)
    place.lie(LIAR, game, 0, LIE)
    place.play(challenger)
    assert [claim.claimant for claim in place.look(game).claims] == [
        ACCOUNTS[role].address for role in (HONEST, LIAR, HONEST)
    ]
    place.devnet.travel(CLOCK)
    place.devnet.advance(3)
    place.play(challenger)
    assert place.look(game).status is GameStatus.DEFENDER_WINS
    staked = sum(claim.bond for claim in place.look(game).claims)
    _collect(place, challenger, staked)
    assert place.registry.read("getAnchorRoot", block="latest") == (root, block)


def test_without_a_budget_no_bond_is_paid_but_what_is_staked_is_still_settled(place: Arena) -> None:
    challenger = place.challenger(HONEST, bond_budget=0)
    block = place.anchor + 20
    root = place.devnet.node.output_at_block(block).output_root
    wrong = place.propose(LIAR, LIE, block)
    right = place.propose(HONEST, root, block)
    place.play(challenger)
    assert len(place.look(wrong).claims) == 1
    assert "bonds to come back" in challenger.step().waiting_for
    place.devnet.travel(CLOCK)
    place.devnet.advance(3)
    place.play(challenger)
    assert place.look(right).status is GameStatus.DEFENDER_WINS


def _collect(place: Arena, challenger: GamesChallenger, staked: int) -> None:
    """In two calls, each after its delay."""
    for delay in (FINALITY_DELAY, WETH_DELAY):
        place.devnet.travel(delay + 1)
        place.devnet.advance(2)
        did = place.play(challenger)
        assert any(f"claimed {staked} wei" in line for line in did), did
