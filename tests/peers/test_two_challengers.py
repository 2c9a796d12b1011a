"""The real op-challenger and ours at the same games: two honest parties that never get in each other's way.

AlphabetVM says of every output root that it is wrong, so that nobody takes a right root below the split here.
"""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from tests.e2e.games import CLOCK, FINALITY_DELAY, MAX_DEPTH, SPLIT_DEPTH, WETH_DELAY
from tests.peers.dispute_games import (
    LIE,
    OURS,
    THEIRS,
    Table,
    check_honest_never_countered,
    earned,
    newest_honest,
    table,
)

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.protocol.dispute_game import GameStatus

LIAR, FREELOADER, FLOODER = "third user", "fourth user", "user"


@pytest.fixture
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    with table(tmp_path_factory.mktemp("two-challengers")) as at:
        yield at


def finish(at: Table, games: dict[FaultDisputeGame, GameStatus]) -> None:
    """All clocks run out, everything is settled, both collect what they are due."""
    place = at.place
    place.devnet.travel(CLOCK)
    place.devnet.advance(2)

    def is_decided() -> bool:
        at.ours.step()
        return all(place.look(game).status is not GameStatus.IN_PROGRESS for game in games)

    at.until("the decisions", is_decided)
    for game, expected in games.items():
        assert place.look(game).status is expected
        check_honest_never_countered(place.look(game))
    before = {role: _balance(at, role) for role in (OURS, THEIRS)}
    due = {role: sum(earned(place.look(game), role) for game in games) for role in (OURS, THEIRS)}
    for delay in (FINALITY_DELAY, WETH_DELAY):
        place.devnet.travel(delay + 1)
        place.devnet.advance(2)
        at.play()

    def is_paid() -> bool:
        at.ours.step()
        accounts = [ACCOUNTS[role].address for role in (OURS, THEIRS)]
        return all(game.earnings(a, block="latest").amount == 0 for game in games for a in accounts)

    at.until("the bonds", is_paid)
    for role, amount in due.items():
        gained = _balance(at, role) - before[role]
        assert amount - 10**16 < gained <= amount, f"{role} is due {amount} wei, less some gas; got {gained}"


def test_both_argue_one_game_down_to_the_step_and_both_are_paid(at: Table) -> None:
    """They answer in turns: while ours does, op-challenger stands still."""
    place = at.place
    with at.op_challenger() as theirs:
        game = place.propose(LIAR, LIE, place.anchor + 16)
        at.until("the first answer", lambda: at.is_answered(game))
        for turn, index in enumerate(range(1, MAX_DEPTH, 2)):
            is_ours = turn % 2 == 0
            with theirs.held() if is_ours else nullcontext():
                place.lie(LIAR, game, index, LIE)
                if is_ours:
                    at.play()
                at.until(f"the answer to claim {index + 1}", lambda: at.is_answered(game))
        claimants = {claim.claimant for claim in place.look(game).claims}
        assert claimants == {ACCOUNTS[role].address for role in (LIAR, OURS, THEIRS)}
        finish(at, {game: GameStatus.CHALLENGER_WINS})


def test_many_games_with_several_liars_resolve_rightly_though_op_challenger_restarts(at: Table) -> None:
    """First op-challenger answers alone, then it is killed and ours does, at last both at once."""
    place = at.place
    roots = {block: place.devnet.node.output_at_block(block).output_root for block in (10, 14)}
    games = {
        place.propose(LIAR, LIE, 12): GameStatus.CHALLENGER_WINS,
        place.propose(FLOODER, roots[10], 14): GameStatus.CHALLENGER_WINS,
        place.propose(OURS, roots[10], 10): GameStatus.DEFENDER_WINS,
        place.propose(FREELOADER, roots[14], 14): GameStatus.DEFENDER_WINS,
    }

    def are_answered() -> bool:
        return all(map(at.is_answered, games))

    with at.op_challenger() as theirs:
        for turn in (0, 1):
            _lie(at, games, turn)
            at.until(f"op-challenger's answers in turn {turn}", are_answered)
        theirs.kill()
    for turn in (2, 3):
        _lie(at, games, turn)
        at.play()
        assert are_answered()
    with at.op_challenger():
        _lie(at, games, 4)
        at.play()
        at.until("the answers of both", are_answered)
        finish(at, games)


def _lie(at: Table, games: dict[FaultDisputeGame, GameStatus], turn: int) -> None:
    """Each liar in its way, in each game."""
    for game, expected in games.items():
        seen = at.place.look(game)
        deepest = MAX_DEPTH if expected is GameStatus.CHALLENGER_WINS else SPLIT_DEPTH - 1
        target = newest_honest(seen) or seen.root
        if target.position.depth >= deepest:
            continue
        at.attack(LIAR, game, target.index, LIE)
        at.attack(FREELOADER, game, seen.claims[-1].index, _truth(at, game, seen.claims[-1].index))
        for salt in range(2):
            at.attack(FLOODER, game, target.index, b"\x01" + bytes([turn, salt]) * 15 + b"\x01")


def _truth(at: Table, game: FaultDisputeGame, index: int) -> bytes:
    """The output root that an honest attack on a claim names, if it is one."""
    seen = at.place.look(game)
    position = seen.claims[index].position.move(is_attack=True)
    if position.depth > SPLIT_DEPTH:
        return LIE
    return at.place.devnet.node.output_at_block(seen.block_of(position)).output_root


def _balance(at: Table, role: str) -> int:
    reply = at.place.devnet.l1.rpc.call("eth_getBalance", "0x" + ACCOUNTS[role].address.hex(), "latest")
    return int(reply, 16)
