"""The table of `opcycle games`."""

from dataclasses import replace

from tests.unit.monitor.games import (
    CHALLENGER,
    CLOCK,
    COUNTS,
    CREATED,
    ETH,
    FINALITY_DELAY,
    LIAR,
    RIGHT,
    WRONG,
    GameBuilder,
    accounts_of,
    snapshot,
    watched,
)

from opcycle.cli.games import table
from opcycle.l1.dispute_games import ListedGame
from opcycle.l1.game_accounts import BondMode, GameAccounts, Withdrawal
from opcycle.monitor.judge import judge
from opcycle.monitor.snapshot import Snapshot, UnreadGame
from opcycle.protocol.dispute_game import GameStatus


def rows(seen: Snapshot) -> list[list[str]]:
    """The cells of each line, the titles' left out; cells are two blanks apart."""
    lines = list(table(seen, judge(seen).verdicts))[1:]
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines]


def last_cells(made: GameBuilder, accounts: GameAccounts, now: int) -> list[str]:
    (row,) = rows(snapshot(watched(made, WRONG, accounts=accounts), now=now))
    return row[-2:]


def test_table__newest_first_with_what_our_node_thinks() -> None:
    old, new = GameBuilder(), GameBuilder()
    new.answer(0, CHALLENGER)
    seen = snapshot(watched(old, RIGHT, index=3), watched(new, WRONG, index=4), now=CREATED + 60)
    address = "0x" + "11" * 20
    assert rows(seen) == [
        [
            "4",
            "alphabet",
            address,
            "1 min ago",
            "16",
            "wrong",
            "2",
            "2",
            "challengers ahead",
            "decided in 15 min 40 s",
        ],
        [
            "3",
            "alphabet",
            address,
            "1 min ago",
            "16",
            "right",
            "1",
            "1",
            "defenders ahead",
            "decided in 15 min 40 s",
        ],
    ]


def test_table__without_a_node_nothing_is_said_of_roots() -> None:
    (row,) = rows(snapshot(replace(watched(GameBuilder()), opinions=())))
    assert row[5] == "-"


def test_table__what_comes_next() -> None:
    made = GameBuilder()
    accounts = accounts_of(made)
    assert last_cells(made, accounts, CREATED + CLOCK) == ["defenders ahead", "can be decided"]
    made.settle(0)
    made.decide(GameStatus.DEFENDER_WINS)
    accounts = replace(accounts, resolved_at=CREATED + CLOCK, credits={LIAR: ETH})
    closes = CREATED + CLOCK + FINALITY_DELAY + 1
    assert last_cells(made, accounts, closes - 1)[1] == "closed in 1 s"
    assert last_cells(made, accounts, closes)[1] == "can be closed"
    for mode, words in ((BondMode.NORMAL, "bonds to their winners"), (BondMode.REFUND, "bonds refunded")):
        assert last_cells(made, replace(accounts, mode=mode), closes)[1] == words
    paid = replace(accounts, mode=BondMode.NORMAL, credits={LIAR: 0}, withdrawals={LIAR: Withdrawal(0, 1)})
    assert last_cells(made, paid, closes)[1] == "over"


def test_table__what_the_registry_holds_against_it() -> None:
    judgement = replace(COUNTS, is_respected=False, is_blacklisted=True, is_retired=True)
    (row,) = rows(snapshot(watched(GameBuilder(), judgement=judgement)))
    assert row[8] == "defenders ahead, blacklisted, retired, not respected"


def test_table__games_that_cannot_be_read_have_their_place() -> None:
    unread = UnreadGame(ListedGame(5, 1337, CREATED - 90, b"\x55" * 20), "it burns")
    seen = snapshot(watched(GameBuilder(), index=4), unread=[unread])
    assert [row[:2] for row in rows(seen)] == [["5", "kailua"], ["4", "alphabet"]]
    assert rows(seen)[0][-2] == "cannot be read: it burns"


def test_table__of_nothing_is_nothing() -> None:
    seen = snapshot(collateral=0)
    assert list(table(seen, judge(seen).verdicts)) == []
