"""The real op-challenger plays our contracts' games, with our node as its rollup RPC."""

from collections.abc import Callable, Iterator

import pytest
from benchmarks.op_challenger import op_challenger
from tests.e2e.games import CLOCK, FINALITY_DELAY, MAX_DEPTH, WETH_DELAY, Arena, arena, arena_config

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.runner import Runner
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.protocol.dispute_game import GameStatus
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import to_hex

PATIENCE = 120
HONEST, LIAR = "challenger", "third user"
LIE = b"\x01" + b"\x66" * 31


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    directory = tmp_path_factory.mktemp("op-challenger")
    with Devnet.stepped(arena_config(directory / "devnet")) as devnet:
        for agent in ("proposer", "challenger"):
            devnet.pace.pause(agent)
        devnet.advance(60)
        place = arena(devnet)
        with op_challenger(devnet, directory, factory=place.factory.contract.address):
            yield place


def until(place: Arena, what: str, condition: Callable[[], bool]) -> None:
    """L1 goes on while op-challenger works, a block each time that it is looked at."""

    def look() -> bool:
        if condition():
            return True
        place.devnet.advance(2)
        return False

    assert Runner().until(look, seconds=PATIENCE), f"op-challenger never came to: {what}"


def wei(place: Arena, account: Address) -> int:
    return int(place.devnet.l1.rpc.call("eth_getBalance", to_hex(account), "latest"), 16)


def claims(place: Arena, game: FaultDisputeGame) -> int:
    return len(place.look(game).claims)


def test_op_challenger_argues_a_wrong_root_down_to_the_step_and_collects_the_bonds(place: Arena) -> None:
    honest = ACCOUNTS[HONEST].address
    game = place.propose(LIAR, LIE, place.anchor + 16)
    for index in range(1, MAX_DEPTH, 2):
        until(place, f"claim {index}", lambda index=index: claims(place, game) > index)  # type: ignore[misc]
        place.lie(LIAR, game, index, LIE)
    until(place, "the step", lambda: place.look(game).claims[-1].countered_by == honest)
    place.devnet.travel(CLOCK)
    until(place, "the decision", lambda: place.look(game).status is GameStatus.CHALLENGER_WINS)
    before, staked = wei(place, honest), sum(claim.bond for claim in place.look(game).claims)
    for delay in (FINALITY_DELAY, WETH_DELAY):
        place.devnet.travel(delay + 1)
        place.devnet.advance(2)
    until(place, "the bonds", lambda: game.earnings(honest, block="latest").amount == 0)
    assert wei(place, honest) > before + 0.99 * staked  # all the bonds, less gas
