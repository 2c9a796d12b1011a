"""What `opcycle game` says beside the tree."""

from dataclasses import replace

import click
from tests.unit.monitor.games import (
    CHALLENGER,
    CLOCK,
    CREATED,
    ETH,
    FINALITY_DELAY,
    LIAR,
    NAMES,
    PAYOUT_DELAY,
    RIGHT,
    WRONG,
    GameBuilder,
    accounts_of,
    snapshot,
    watched,
)

from opcycle.cli.game import lines
from opcycle.l1.game_accounts import BondMode, Withdrawal
from opcycle.monitor.judge import judge
from opcycle.monitor.snapshot import WatchedGame
from opcycle.protocol.dispute_game import GameStatus


def below_the_tree(seen: WatchedGame, now: int = CREATED) -> list[str]:
    (verdict,) = judge(snapshot(seen, now=now)).verdicts
    found = [click.unstyle(line) for line in lines(verdict, now=now, names=NAMES)]
    start = next(at for at, line in enumerate(found) if line.startswith(("if nobody", "decided")))
    return found[start:]


def test_open_game__who_would_get_what_and_what_is_wrong() -> None:
    made = GameBuilder()
    made.line(0, 2)
    made.answer(2, CHALLENGER, after=100)
    assert below_the_tree(watched(made, RIGHT)) == [
        "if nobody moves: the challengers win, in 18 min 20 s (1970-01-01 03:05:00 UTC)",
        "the defenders have 18 min 20 s left to change that",
        "root claim: right",
        "challenger would get 4 ETH",
        "ALERT right_root_behind: the root claim of L2 block 16 is right, "
        "yet the challengers win if nobody moves",
    ]


def test_wrong_root__the_right_one_is_told() -> None:
    made = GameBuilder()
    made.answer(0, CHALLENGER)
    assert f"root claim: wrong; 0x{'77' * 32} is right" in below_the_tree(watched(made, WRONG))


def test_without_a_node__the_root_claim_is_not_spoken_of() -> None:
    assert not any(
        "root claim" in line for line in below_the_tree(replace(watched(GameBuilder()), opinions=()))
    )


def test_decided_game__from_the_decision_to_the_last_bond() -> None:
    made = GameBuilder()
    made.answer(0, CHALLENGER)
    made.counter(0, CHALLENGER)
    made.settle(0, 1)
    made.decide(GameStatus.CHALLENGER_WINS)
    end = CREATED + CLOCK
    decided = replace(accounts_of(made), resolved_at=end, credits={LIAR: 0, CHALLENGER: 2 * ETH})

    def said(now: int, **changes: object) -> list[str]:
        return below_the_tree(watched(made, WRONG, accounts=replace(decided, **changes)), now)[2:]

    assert said(end) == [
        "challenger gets 2 ETH",
        "bonds can be claimed in 8 min 21 s (1970-01-01 03:11:41 UTC)",
    ]
    closed = end + FINALITY_DELAY + 1
    assert said(closed)[1] == "bonds can be claimed now"
    normal = {"mode": BondMode.NORMAL}
    assert said(closed, **normal) == [
        "closed: bonds go to those who won them",
        "challenger: 2 ETH, not asked for yet",
    ]
    requests = {LIAR: Withdrawal(0, 0), CHALLENGER: Withdrawal(2 * ETH, closed)}
    assert said(closed, withdrawals=requests, **normal)[1].startswith(
        "challenger: 2 ETH, can be paid in 5 min ("
    )
    late = closed + PAYOUT_DELAY
    assert said(late, withdrawals=requests, **normal)[1] == "challenger: 2 ETH, can be paid now"
    paid = said(late, credits={LIAR: 0, CHALLENGER: 0}, **normal)
    assert paid == ["closed: bonds go to those who won them", "all bonds are paid out"]
    refund = said(closed, mode=BondMode.REFUND, credits={LIAR: ETH, CHALLENGER: ETH})
    assert refund == [
        "closed: bonds go to those who paid them",
        "liar: 1 ETH, not asked for yet",
        "challenger: 1 ETH, not asked for yet",
    ]
