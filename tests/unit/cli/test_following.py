"""A game followed from its root claim to its last bond."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.unit.monitor.games import (
    CHALLENGER,
    CREATED,
    ETH,
    LIAR,
    NAMES,
    WRONG,
    GameBuilder,
    accounts_of,
    snapshot,
    watched,
)

from opcycle.cli.following import Redrawn, Told, follow
from opcycle.errors import CriticalError, TemporaryError
from opcycle.l1.game_accounts import BondMode, GameAccounts
from opcycle.monitor.judge import Verdict, judge
from opcycle.protocol.dispute_game import GameStatus

Seen = tuple[Verdict, int]


def seen(made: GameBuilder, accounts: GameAccounts | None = None) -> Seen:
    (verdict,) = judge(snapshot(watched(made, WRONG, accounts=accounts))).verdicts
    return verdict, CREATED


def life() -> Iterator[Seen]:
    """Look by look."""
    made = GameBuilder()
    yield seen(made)
    made.answer(0, CHALLENGER)
    yield seen(made)
    yield seen(made)
    made.counter(0, CHALLENGER)
    made.settle(0, 1)
    made.decide(GameStatus.CHALLENGER_WINS)
    yield seen(made)
    closed = replace(accounts_of(made), mode=BondMode.NORMAL, credits={LIAR: 0, CHALLENGER: 2 * ETH})
    yield seen(made, closed)
    yield seen(made, closed)
    yield seen(made, replace(closed, credits={LIAR: 0, CHALLENGER: 0}))


def test_told__each_thing_once_and_to_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    looks, pauses = life(), []
    follow(lambda: next(looks), Told(NAMES), pause=lambda: pauses.append(1))
    assert capsys.readouterr().out.splitlines() == [
        "0: liar claims 0x66666666… (block 16, depth 0, 1 ETH)",
        "1: challenger attacks claim 0 with 0x01000000… (block 8, depth 1, 1 ETH)",
        "claim 1 is settled: stood",
        "claim 0 is settled: lost to 1",
        "decided: the challengers win",
        "closed: bonds go to those who won them",
        "all bonds are paid out",
    ]
    assert len(pauses) == 6
    assert list(looks) == []


def test_follow__looks_again_where_l1_does_not_answer_and_ends_where_something_is_wrong() -> None:
    errors = iter([TemporaryError("down"), TemporaryError("down"), CriticalError("gone")])
    pauses: list[int] = []

    def look() -> Seen:
        raise next(errors)

    with pytest.raises(CriticalError, match="gone"):
        follow(look, Told(NAMES), pause=lambda: pauses.append(1))
    assert len(pauses) == 2


def test_redrawn__shows_the_last_look(capsys: pytest.CaptureFixture[str]) -> None:
    looks = life()
    with Redrawn(lambda verdict, now: f"{len(verdict.seen.game.claims)} claims at {now}") as show:
        follow(lambda: next(looks), show, pause=lambda: None)
    assert capsys.readouterr().out.strip().splitlines()[-1] == f"2 claims at {CREATED}"
