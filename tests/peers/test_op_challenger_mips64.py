"""op-challenger in the honest seat of games about op-program: its own runs of cannon, our contracts.

It needs minutes for a game. The second one is played with OPCYCLE_PROFILE=nightly.
"""

from collections.abc import Callable, Iterator

import pytest
from benchmarks.op_challenger import cannon, op_challenger
from tests.e2e.games import CLOCK, FINALITY_DELAY, WETH_DELAY, Arena
from tests.peers.proof_games import (
    AGREED,
    HONEST,
    LIAR,
    LIE,
    MAINNET,
    SHALLOW,
    argue,
    deepen,
    is_something_to_mine,
    program_of,
    proof_arena,
)
from tests.profiles import PROFILE

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.runner import Runner
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.protocol.dispute_game import GameStatus
from opcycle.rpc.hexjson import from_quantity, to_hex

pytestmark = pytest.mark.timeout(2400)

PATIENCE = 1200
"""Seconds that op-challenger may take for a move: its first one needs the whole run of the program."""

IDLE_LOOKS = 20
"""Looks, a second or so, between two L1 blocks that nobody needs: while cannon runs, clocks stand still."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    directory = tmp_path_factory.mktemp("op-challenger-mips64")
    with proof_arena(directory / "devnet", SHALLOW) as place:
        machine = cannon(program_of(place), place.devnet, snapshots=AGREED)
        factory = place.factory.contract.address
        with op_challenger(place.devnet, directory, factory=factory, games=machine):
            yield place


def a_wrong_root_is_argued_down_to_one_instruction(place: Arena) -> None:
    game = place.propose(LIAR, LIE, place.anchor + 16)
    seen = argue(place, game, patience(place), first=0)
    assert seen.claims[-1].position.depth == SHALLOW[0]
    finish(place, game, GameStatus.CHALLENGER_WINS)


def a_right_root_is_defended_at_the_depth_of_mainnet(place: Arena) -> None:
    deepen(place, MAINNET)
    block = place.anchor + 20
    game = place.propose("proposer", place.devnet.node.output_at_block(block).output_root, block)
    place.lie(LIAR, game, 0, LIE)
    seen = argue(place, game, patience(place), first=1)
    assert seen.claims[-1].position.depth == MAINNET[0]
    finish(place, game, GameStatus.DEFENDER_WINS)


GAMES = [
    a_wrong_root_is_argued_down_to_one_instruction,
    *([a_right_root_is_defended_at_the_depth_of_mainnet] if PROFILE == "nightly" else []),
]


@pytest.mark.parametrize("play", GAMES, ids=lambda play: play.__name__)
def test_op_challenger_wins_by_a_step_of_our_mips64(place: Arena, play: Callable[[Arena], None]) -> None:
    play(place)


def finish(place: Arena, game: FaultDisputeGame, winner: GameStatus) -> None:
    """The clocks run out; the game is decided, and the liar's bonds go to op-challenger."""
    wait, honest = patience(place), ACCOUNTS[HONEST].address
    place.devnet.travel(CLOCK)
    wait("the decision", lambda: place.look(game).status is winner)
    sides = {honest, ACCOUNTS[LIAR].address}
    won = sum(claim.bond for claim in place.look(game).claims if claim.claimant in sides)
    before = balance(place)
    for delay in (FINALITY_DELAY, WETH_DELAY):
        place.devnet.travel(delay + 1)
        place.devnet.advance(2)
    wait("the bonds", lambda: game.earnings(honest, block="latest").amount == 0)
    assert before + won * 99 // 100 < balance(place) <= before + won


def patience(place: Arena) -> Callable[[str, Callable[[], bool]], None]:
    """Waits for op-challenger while L1 goes on."""

    def wait(what: str, condition: Callable[[], bool]) -> None:
        looks = 0

        def look() -> bool:
            nonlocal looks
            if condition():
                return True
            looks += 1
            if looks % IDLE_LOOKS == 0 or is_something_to_mine(place):
                place.devnet.advance(2)
            return False

        assert Runner().until(look, seconds=PATIENCE), f"op-challenger never came to: {what}"

    return wait


def balance(place: Arena) -> int:
    account = to_hex(ACCOUNTS[HONEST].address)
    return from_quantity(place.devnet.l1.rpc.call("eth_getBalance", account, "latest"))
