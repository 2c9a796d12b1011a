"""An honest party that was away while its clock ran out below a lie at the greatest depth, and comes back.

A step needs no time on the clock: until somebody settles the lie, it can still be countered.
"""

from collections.abc import Callable, Iterator

import pytest
from tests.e2e.games import CLOCK, MAX_DEPTH
from tests.peers.dispute_games import LIE, Table, table

from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.protocol.dispute_game import GameStatus

LIAR = "third user"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    with table(tmp_path_factory.mktemp("outage")) as at:
        yield at


def argued(at: Table, block: int, answer: Callable[[FaultDisputeGame], None]) -> FaultDisputeGame:
    """A wrong root, argued down to where only the last lie is left to be told."""
    game = at.place.propose(LIAR, LIE, block)
    answer(game)
    for index in range(1, MAX_DEPTH - 1, 2):
        at.place.lie(LIAR, game, index, LIE)
        answer(game)
    return game


def is_decided(at: Table, game: FaultDisputeGame) -> bool:
    return at.place.look(game).status is not GameStatus.IN_PROGRESS


def test_ours_counters_the_lie_before_it_settles_anything(at: Table) -> None:
    game = argued(at, 12, lambda _: at.play())
    at.place.lie(LIAR, game, MAX_DEPTH - 1, LIE)
    at.place.devnet.travel(CLOCK)
    at.place.devnet.advance(2)
    at.play()
    assert at.place.look(game).status is GameStatus.CHALLENGER_WINS


def test_op_challenger_settles_the_lie_and_loses_the_game(at: Table) -> None:
    """See docs/findings/op-challenger-settles-first.md."""
    with at.op_challenger() as theirs:
        game = argued(at, 14, lambda game: at.until("its answer", lambda: at.is_answered(game)))
        with theirs.held():
            at.place.lie(LIAR, game, MAX_DEPTH - 1, LIE)
            at.place.devnet.travel(CLOCK)
            at.place.devnet.advance(2)
        at.until("the decision", lambda: is_decided(at, game))
    assert at.place.look(game).status is GameStatus.DEFENDER_WINS
