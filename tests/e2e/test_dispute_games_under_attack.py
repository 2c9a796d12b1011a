"""The games challenger on real chains against floods, L1 reorgs, its own restarts, and a guardian's veto."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.games import CLOCK, FINALITY_DELAY, WETH_DELAY, Arena, arena, arena_config
from tests.e2e.programs import OPCYCLE, PATIENCE

from opcycle.challenger.responder import SENDS_AT_ONCE
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.runner import Runner
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.protocol.dispute_game import GameStatus

HONEST, LIAR, GUARDIAN = "challenger", "third user", "guardian"
LIE = b"\x01" + b"\x66" * 31


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    config = arena_config(tmp_path_factory.mktemp("games") / "devnet")
    with Devnet.stepped(config) as devnet:
        for agent in ("proposer", "challenger"):
            devnet.pace.pause(agent)
        devnet.advance(60)
        yield arena(devnet)


def wait_for_the_end(place: Arena) -> None:
    place.devnet.travel(CLOCK)
    place.devnet.advance(3)
    place.play(place.challenger(HONEST))


def test_a_flood_of_answers_is_countered_in_steps_and_settled(place: Arena) -> None:
    """More than one step may send; all of them in time, and all of their bonds are ours."""
    count = SENDS_AT_ONCE + 5
    root = place.devnet.node.output_at_block(8).output_root
    game = place.propose(HONEST, root, 8)
    _flood(place, game, count)
    challenger = place.challenger(HONEST)
    outcome = challenger.step()
    assert len(outcome.did) == SENDS_AT_ONCE
    assert f"L1 to take {SENDS_AT_ONCE} transactions, 5 more are due" in outcome.waiting_for
    place.devnet.advance(2)
    place.play(challenger)
    claims = place.look(game).claims
    assert len(claims) == 1 + 2 * count
    assert {claim.parent for claim in claims[1 + count :]} == set(range(1, 1 + count))
    wait_for_the_end(place)
    assert place.look(game).status is GameStatus.DEFENDER_WINS
    assert game.earnings(ACCOUNTS[LIAR].address, block="latest").amount == 0


def test_what_an_l1_reorg_takes_back_is_played_again_by_a_challenger_that_knows_nothing(place: Arena) -> None:
    game = place.propose(LIAR, LIE, 20)
    place.play(place.challenger(HONEST))
    for index in (1, 3):
        place.lie(LIAR, game, index, LIE)
        place.devnet.l1.reorg(1)
        place.devnet.advance(4)
        place.play(place.challenger(HONEST))
    seen = place.look(game)
    assert [claim.claimant for claim in seen.claims] == [
        ACCOUNTS[role].address for role in (LIAR, HONEST, LIAR, HONEST, LIAR, HONEST)
    ]
    wait_for_the_end(place)
    assert place.look(game).status is GameStatus.CHALLENGER_WINS


def test_of_a_game_that_the_guardian_refuses_our_own_bonds_come_back(place: Arena) -> None:
    game, honest = place.propose(LIAR, LIE, 24), ACCOUNTS[HONEST].address
    place.play(place.challenger(HONEST))
    wait_for_the_end(place)
    assert place.look(game).status is GameStatus.CHALLENGER_WINS
    place.send(GUARDIAN, place.registry.request("blacklistDisputeGame", game.contract.address))
    own = sum(claim.bond for claim in place.look(game).claims if claim.claimant == honest)
    earnings = game.earnings(honest, block="latest")
    assert (earnings.amount, earnings.is_closed) == (own, False)
    challenger = place.challenger(HONEST)
    for delay, what in ((FINALITY_DELAY, "unlocks"), (WETH_DELAY, "pays")):
        place.devnet.travel(delay + 1)
        place.devnet.advance(2)
        did = place.play(challenger)
        assert any(f"claimed {own} wei, which {what} it" in line for line in did), did
    assert game.earnings(honest, block="latest").at_most == 0


def test_opcycle_challenger_answers_as_an_operator_runs_it_and_ends_cleanly(
    place: Arena, tmp_path: Path
) -> None:
    devnet, game = place.devnet, place.propose(LIAR, LIE, 28)
    where = ["--deployment", str(devnet.deployment.directory), "--l1", devnet.l1_url]
    node = ["--node", devnet.assembly.node, "--l2-eth-rpc", devnet.verifier.engine.l2.rpc.url]
    with (tmp_path / "challenger.log").open("w") as log:
        process = subprocess.Popen(
            [OPCYCLE, "challenger", *where, *node, "--game-types", "alphabet"],
            env=os.environ | {"OPCYCLE_PRIVATE_KEY": ACCOUNTS[HONEST].key.hex()},
            stderr=log,
        )
    try:

        def is_answered() -> bool:
            devnet.advance(2)
            return len(place.look(game).claims) == 2

        assert Runner().until(is_answered, seconds=PATIENCE), (tmp_path / "challenger.log").read_text()
    finally:
        process.terminate()
        status = process.wait(PATIENCE)
    assert status == 0
    assert "attacked claim 0 with 0x" in (tmp_path / "challenger.log").read_text()


def _flood(place: Arena, game: FaultDisputeGame, count: int) -> None:
    """So many wrong answers to the root claim, in as few blocks as L1 takes."""
    sender, root = place.sender(LIAR), place.look(game).root
    (bond,) = game.bonds([root.position.move(is_attack=True)], block="latest")
    for salt in range(count):
        value = b"\x01" + b"\x77" * 30 + bytes([salt])
        sender.send(game.move(root, value, is_attack=True, bond=bond))
    place.devnet.advance(4)
    assert len(place.look(game).claims) == 1 + count
