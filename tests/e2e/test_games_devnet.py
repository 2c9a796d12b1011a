"""A devnet that settles by dispute games, left alone: its games, its bonds, and how it starts again."""

from pathlib import Path

import pytest
from tests.e2e.games import CLOCK, FINALITY_DELAY, WETH_DELAY, Arena, arena, arena_config

from opcycle.deploy.config import Settlement
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.errors import UserError
from opcycle.l1.dispute_games import FaultDisputeGame, ListedGame
from opcycle.protocol.dispute_game import GameStatus

LIAR = "third user"
LIE = b"\x01" + b"\x66" * 31
BLOCKS = 40


@pytest.fixture
def config(tmp_path: Path) -> DevnetConfig:
    return arena_config(tmp_path / "devnet")


def games(devnet: Devnet) -> list[ListedGame]:
    factory = devnet.assembly.factory()
    return factory.games(range(factory.game_count(block="latest")), block="latest")


def look(devnet: Devnet, listed: ListedGame) -> GameStatus:
    return FaultDisputeGame(devnet.l1.rpc, listed.address).read(block=devnet.l1.head.hash).status


def test_games_are_about_what_l2_has_are_won_and_their_bonds_come_back(config: DevnetConfig) -> None:
    with Devnet.stepped(config) as devnet:
        devnet.advance(BLOCKS)
        devnet.pace.pause("proposer")
        devnet.advance(2)  # L1 takes what it sent last
        made = games(devnet)
        assert len(made) >= 2
        for listed in made:
            game = FaultDisputeGame(devnet.l1.rpc, listed.address).read(block=devnet.l1.head.hash)
            assert game.root.value == devnet.l2.block(game.claimed_block).output.root
            assert game.root.claimant == ACCOUNTS["proposer"].address
        before = devnet.l1.rpc.call("eth_getBalance", "0x" + ACCOUNTS["proposer"].address.hex(), "latest")
        for delay in (CLOCK, FINALITY_DELAY, WETH_DELAY):
            devnet.travel(delay + 1)
            devnet.advance(10)
        assert {look(devnet, listed) for listed in made} == {GameStatus.DEFENDER_WINS}
        after = devnet.l1.rpc.call("eth_getBalance", "0x" + ACCOUNTS["proposer"].address.hex(), "latest")
        assert int(after, 16) - int(before, 16) == len(made) * config.games.init_bond
        anchor = arena(devnet).registry.read("getAnchorRoot", block="latest")
        assert anchor == (devnet.l2.block(anchor[1]).output.root, anchor[1])
        assert anchor[1] > 0


def test_started_again_it_goes_on_with_the_games_that_are_open(config: DevnetConfig) -> None:
    with Devnet.stepped(config) as devnet:
        devnet.advance(BLOCKS)
        devnet.pace.pause("challenger")
        wrong = arena(devnet).propose(LIAR, LIE, 16)
        before = games(devnet)
        assert len(arena(devnet).look(wrong).claims) == 1

    with Devnet.stepped(config) as devnet:
        assert games(devnet) == before, "nothing is made anew"
        devnet.advance(10)
        place = arena(devnet)
        (root, answer) = place.look(FaultDisputeGame(devnet.l1.rpc, wrong.contract.address)).claims
        assert (root.claimant, answer.claimant) == (
            ACCOUNTS[LIAR].address,
            ACCOUNTS["challenger"].address,
        )
        devnet.advance(BLOCKS)
        roots = _roots(place)
        assert len(roots) > len(before)
        assert len(set(roots)) == len(roots), "no output root is claimed twice"


def test_a_devnet_of_one_mode_does_not_go_on_in_the_other(config: DevnetConfig) -> None:
    no_oracle = pytest.raises(UserError, match="settles by dispute games: it has no L2OutputOracle")
    with Devnet.stepped(config) as devnet, no_oracle:
        devnet.assembly.oracle()
    other = DevnetConfig(config.directory, settlement=Settlement.ORACLE, ports=config.ports)
    with pytest.raises(UserError, match="was made with settlement games, not oracle"), Devnet.stepped(other):
        pass


def _roots(place: Arena) -> list[tuple[int, bytes]]:
    looked = [
        place.look(FaultDisputeGame(place.devnet.l1.rpc, listed.address)) for listed in games(place.devnet)
    ]
    return [(game.claimed_block, game.root.value) for game in looked]
