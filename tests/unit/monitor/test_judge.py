"""What a monitor warns of, each beside what it must not warn of."""

from dataclasses import replace

import pytest
from tests.unit.monitor.games import (
    CHALLENGER,
    CLOCK,
    COUNTS,
    CREATED,
    ETH,
    FINALITY_DELAY,
    GRIEFER,
    LIAR,
    PAYOUT_DELAY,
    RIGHT,
    RIGHT_ROOT,
    WETH,
    WRONG,
    GameBuilder,
    accounts_of,
    says,
    snapshot,
    watched,
)

from opcycle.l1.anchor_state_registry import Anchor
from opcycle.l1.dispute_games import ListedGame
from opcycle.l1.game_accounts import BondMode, Withdrawal
from opcycle.monitor.judge import AlertKind, Limits, judge
from opcycle.monitor.snapshot import Answer, Opinion, Snapshot, UnreadGame, WatchedAnchor
from opcycle.protocol.dispute_game import GameStatus


def kinds(seen: Snapshot, limits: Limits | None = None) -> list[AlertKind]:
    return [alert.kind for alert in judge(seen, limits).alerts]


def answered(times: int = 1) -> GameBuilder:
    made = GameBuilder()
    made.line(0, times)
    return made


def decided(status: GameStatus = GameStatus.DEFENDER_WINS) -> GameBuilder:
    """With a root claim that nobody has answered, or that the challenger has."""
    made = GameBuilder()
    if status is GameStatus.CHALLENGER_WINS:
        made.answer(0, CHALLENGER)
        made.counter(0, CHALLENGER)
    made.settle(*range(len(made.game.claims)))
    made.decide(status)
    return made


LATE = CREATED + CLOCK + PAYOUT_DELAY
"""When bonds may have been paid out."""


# --- results ---


def test_wrong_root__is_ahead_until_it_is_answered() -> None:
    assert kinds(snapshot(watched(answered(0), WRONG))) == [AlertKind.WRONG_ROOT_AHEAD]
    assert kinds(snapshot(watched(answered(1), WRONG))) == []
    assert kinds(snapshot(watched(answered(2), WRONG))) == [AlertKind.WRONG_ROOT_AHEAD]


def test_right_root__is_behind_while_its_answer_stands() -> None:
    assert kinds(snapshot(watched(answered(0), RIGHT))) == []
    assert kinds(snapshot(watched(answered(1), RIGHT))) == [AlertKind.RIGHT_ROOT_BEHIND]


def test_wrong_result__is_near_in_the_last_quarter_of_the_clock() -> None:
    alone, last = watched(GameBuilder(), WRONG), CREATED + CLOCK - CLOCK // 4
    assert kinds(snapshot(alone, now=last - 1)) == [AlertKind.WRONG_ROOT_AHEAD]
    near = [AlertKind.WRONG_ROOT_AHEAD, AlertKind.WRONG_RESULT_NEAR]
    assert kinds(snapshot(alone, now=last)) == near
    assert kinds(snapshot(alone, now=CREATED + 2 * CLOCK)) == near
    texts = [judge(snapshot(alone, now=CREATED + CLOCK - left)).alerts[1].text for left in (1, 0)]
    assert "and in 1 s nobody can change that" in texts[0]
    assert "and nobody can change that" in texts[1]


@pytest.mark.parametrize(
    ("opinion", "status", "is_wrong"),
    [
        (RIGHT, GameStatus.DEFENDER_WINS, False),
        (RIGHT, GameStatus.CHALLENGER_WINS, True),
        (WRONG, GameStatus.DEFENDER_WINS, True),
        (WRONG, GameStatus.CHALLENGER_WINS, False),
        (Opinion(Answer.BEHIND), GameStatus.DEFENDER_WINS, False),
    ],
)
def test_wrong_result(opinion: Opinion, status: GameStatus, is_wrong: bool) -> None:
    made = decided(status)
    paid = replace(accounts_of(made), mode=BondMode.NORMAL, escrow=0)
    found = kinds(snapshot(watched(made, opinion, accounts=paid), now=LATE))
    assert (AlertKind.WRONG_RESULT in found) is is_wrong


def test_wrong_result__says_whether_withdrawals_rely_on_it() -> None:
    texts = [
        judge(snapshot(watched(decided(), WRONG, judgement=judgement), now=LATE)).alerts[0].text
        for judgement in (COUNTS, replace(COUNTS, is_respected=False))
    ]
    assert texts[0].endswith("; withdrawals rely on it")
    assert texts[1].endswith("; no withdrawal relies on it")


def test_block_number_of_a_right_root__that_is_shown_to_be_another() -> None:
    made = GameBuilder()
    made.game = replace(made.game, block_number_challenger=GRIEFER)
    found = kinds(snapshot(watched(made, RIGHT)))
    assert found[0] is AlertKind.RIGHT_BLOCK_CHALLENGED
    assert AlertKind.WRONG_RESULT_NEAR in found
    assert kinds(snapshot(watched(made, WRONG))) == []


# --- times ---


def test_unresolved__some_time_after_all_clocks() -> None:
    seen, limits = watched(answered(1), WRONG), Limits(unresolved_after=60)
    end = CREATED + CLOCK
    assert kinds(snapshot(seen, now=end + 60), limits) == []
    assert kinds(snapshot(seen, now=end + 61), limits) == [AlertKind.UNRESOLVED]
    half = answered(1)
    half.settle(1)
    accounts = replace(accounts_of(half), credits={LIAR: 0, CHALLENGER: ETH})
    (alert,) = judge(snapshot(watched(half, WRONG, accounts=accounts), now=end + 61), limits).alerts
    assert alert.text == "1 claim is not settled, and nobody has decided it since 1 min 1 s"
    made = decided(GameStatus.CHALLENGER_WINS)
    paid = replace(accounts_of(made), mode=BondMode.NORMAL, escrow=0)
    assert kinds(snapshot(watched(made, WRONG, accounts=paid), now=end + 10**6), limits) == []


def test_resolved_early__before_any_clock_can_be_over() -> None:
    made = answered(2)
    made.settle(2)
    accounts = replace(accounts_of(made), credits={LIAR: ETH, CHALLENGER: 0})
    seen = watched(made, RIGHT, accounts=accounts)
    assert kinds(snapshot(seen, now=CREATED + CLOCK - 1)) == [AlertKind.RESOLVED_EARLY]
    assert kinds(snapshot(seen, now=CREATED + CLOCK)) == []


# --- bonds ---


@pytest.mark.parametrize(
    ("mode", "credit", "now", "is_wrong"),
    [
        (BondMode.UNDECIDED, 2 * ETH, LATE - 1, False),
        (BondMode.UNDECIDED, 2 * ETH + 1, LATE, True),
        (BondMode.UNDECIDED, 2 * ETH - 1, LATE, True),
        (BondMode.UNDECIDED, 0, LATE, True),
        (BondMode.NORMAL, 2 * ETH, LATE, False),
        (BondMode.NORMAL, 0, LATE - 1, True),
        (BondMode.NORMAL, 0, LATE, False),  # paid out
        (BondMode.NORMAL, 1, LATE, True),
    ],
)
def test_credit_mismatch(mode: BondMode, credit: int, now: int, is_wrong: bool) -> None:
    made = decided(GameStatus.CHALLENGER_WINS)
    accounts = replace(
        accounts_of(made), mode=mode, credits={LIAR: 0, CHALLENGER: credit}, escrow=max(credit, 2 * ETH)
    )
    found = kinds(snapshot(watched(made, WRONG, accounts=accounts), now=now))
    assert found == [AlertKind.CREDIT_MISMATCH] * is_wrong


def test_credit_mismatch__of_somebody_who_is_due_nothing() -> None:
    made = decided(GameStatus.CHALLENGER_WINS)
    accounts = replace(accounts_of(made), credits={LIAR: 1, CHALLENGER: 2 * ETH}, escrow=3 * ETH)
    assert kinds(snapshot(watched(made, WRONG, accounts=accounts), now=LATE)) == [AlertKind.CREDIT_MISMATCH]


def test_refund__owes_everybody_their_own_bonds() -> None:
    made = decided(GameStatus.CHALLENGER_WINS)
    accounts = replace(accounts_of(made), mode=BondMode.REFUND, credits={LIAR: ETH, CHALLENGER: ETH})
    assert kinds(snapshot(watched(made, WRONG, accounts=accounts), now=LATE - 1)) == []
    as_won = replace(accounts, credits={LIAR: 0, CHALLENGER: 2 * ETH})
    found = kinds(snapshot(watched(made, WRONG, accounts=as_won), now=LATE - 1))
    assert found == [AlertKind.CREDIT_MISMATCH] * 2


@pytest.mark.parametrize(
    ("mode", "unlocked", "is_wrong"),
    [
        (BondMode.UNDECIDED, 0, False),
        (BondMode.UNDECIDED, 2 * ETH, True),
        (BondMode.NORMAL, 0, False),
        (BondMode.NORMAL, 2 * ETH, False),
        (BondMode.NORMAL, 2 * ETH + 1, True),
        (BondMode.REFUND, ETH, True),
    ],
)
def test_withdrawal_mismatch(mode: BondMode, unlocked: int, is_wrong: bool) -> None:
    made = decided(GameStatus.CHALLENGER_WINS)
    accounts = replace(
        accounts_of(made),
        mode=mode,
        credits={LIAR: 0, CHALLENGER: 2 * ETH},
        withdrawals={CHALLENGER: Withdrawal(unlocked, LATE)},
    )
    found = kinds(snapshot(watched(made, WRONG, accounts=accounts), now=LATE))
    assert (AlertKind.WITHDRAWAL_MISMATCH in found) is is_wrong


def test_collateral_short__of_all_games_or_of_one() -> None:
    games = [watched(answered(0), RIGHT), watched(answered(2), RIGHT, index=1)]
    assert kinds(snapshot(*games, collateral=4 * ETH)) == []
    (alert,) = judge(snapshot(*games, collateral=4 * ETH - 1)).alerts
    assert (alert.kind, alert.subject) == (AlertKind.COLLATERAL_SHORT, WETH)
    made = answered(0)
    held = watched(made, RIGHT, accounts=replace(accounts_of(made), escrow=ETH - 1))
    (alert,) = judge(snapshot(held, collateral=4 * ETH)).alerts
    assert (alert.kind, alert.subject) == (AlertKind.COLLATERAL_SHORT, made.game.address)


def test_collateral__counts_open_bonds_and_credits_once() -> None:
    made = answered(2)
    made.settle(2)
    accounts = replace(accounts_of(made), credits={LIAR: ETH, CHALLENGER: 0})
    seen = watched(made, RIGHT, accounts=accounts)
    assert kinds(snapshot(seen, now=LATE, collateral=3 * ETH)) == []
    assert kinds(snapshot(seen, now=LATE, collateral=3 * ETH - 1)) == [AlertKind.COLLATERAL_SHORT]


def test_bond_lost__by_an_honest_account_once_it_is_settled() -> None:
    made = answered(2)
    made.counter(1, LIAR)
    honest = frozenset({CHALLENGER})
    assert kinds(snapshot(watched(made), now=LATE, honest=honest)) == []
    made.settle(2, 1)
    accounts = replace(accounts_of(made), credits={LIAR: 2 * ETH, CHALLENGER: 0})
    seen = watched(made, accounts=accounts)
    assert kinds(snapshot(seen, now=LATE, honest=honest)) == [AlertKind.BOND_LOST]
    assert kinds(snapshot(seen, now=LATE, honest=frozenset({LIAR}))) == []


def test_bond_lost__is_paid_back_where_all_bonds_are() -> None:
    made = decided(GameStatus.CHALLENGER_WINS)
    honest = frozenset({LIAR})
    won = replace(accounts_of(made), mode=BondMode.NORMAL, credits={LIAR: 0, CHALLENGER: 2 * ETH})
    assert kinds(snapshot(watched(made, WRONG, accounts=won), now=LATE, honest=honest)) == [
        AlertKind.BOND_LOST
    ]
    refunded = replace(won, mode=BondMode.REFUND, credits={LIAR: ETH, CHALLENGER: ETH})
    assert kinds(snapshot(watched(made, WRONG, accounts=refunded), now=LATE, honest=honest)) == []


# --- the guardian, nodes, and what cannot be read ---


def test_blacklisted() -> None:
    assert kinds(snapshot(watched(answered(0), judgement=replace(COUNTS, is_blacklisted=True)))) == [
        AlertKind.BLACKLISTED
    ]


def test_retired__as_long_as_the_bonds_are_not_decided() -> None:
    retired = replace(COUNTS, is_retired=True)
    assert kinds(snapshot(watched(answered(0), judgement=retired))) == [AlertKind.RETIRED]
    made = decided()
    closed = replace(accounts_of(made), mode=BondMode.REFUND, credits={LIAR: ETH})
    assert kinds(snapshot(watched(made, accounts=closed, judgement=retired), now=LATE)) == []


def test_nodes__that_cannot_tell_for_long_or_contradict_each_other() -> None:
    made, behind = answered(0), Opinion(Answer.BEHIND)
    now = CREATED + Limits().unjudged_after
    assert kinds(snapshot(watched(made, behind), now=now)) == []
    assert kinds(snapshot(watched(made, behind), now=now + 1)) == [AlertKind.UNJUDGED]
    assert kinds(snapshot(watched(made, behind, RIGHT), now=now + 1)) == []
    for other in (WRONG, Opinion(Answer.NO_SUCH_BLOCK), says(is_safe=False)):
        assert AlertKind.NODES_DIFFER in kinds(snapshot(watched(made, RIGHT, other)))
    assert AlertKind.NODES_DIFFER not in kinds(snapshot(watched(made, RIGHT, RIGHT)))


def test_without_a_node__nothing_is_said_about_roots() -> None:
    seen = replace(watched(answered(1)), opinions=())
    assert kinds(snapshot(seen)) == []


def test_unread() -> None:
    listed = ListedGame(3, 255, CREATED, b"\x55" * 20)
    (alert,) = judge(snapshot(unread=[UnreadGame(listed, "it burns")], collateral=0)).alerts
    assert (alert.kind, alert.subject, alert.text) == (
        AlertKind.UNREAD,
        listed.address,
        "cannot be read: it burns",
    )


# --- the anchor ---


def anchor_kinds(age: int, *opinions: Opinion, limits: Limits | None = None) -> list[AlertKind]:
    now = CREATED + 500
    anchor = WatchedAnchor(Anchor(RIGHT_ROOT, 7), now - age, opinions)
    return kinds(snapshot(watched(answered(0)), now=now, anchor=anchor), limits)


def test_anchor_wrong() -> None:
    assert anchor_kinds(0, RIGHT) == []
    assert anchor_kinds(0, WRONG) == [AlertKind.ANCHOR_WRONG]
    assert anchor_kinds(0, Opinion(Answer.BEHIND)) == []


def test_anchor_behind__after_twice_the_time_of_an_undisputed_game() -> None:
    longest = 2 * (CLOCK + FINALITY_DELAY)
    assert anchor_kinds(longest, RIGHT) == []
    assert anchor_kinds(longest + 1, RIGHT) == [AlertKind.ANCHOR_BEHIND]
    slow = replace(accounts_of(answered(0)), finality_delay=FINALITY_DELAY + 1)  # of any game it may be
    games = [watched(answered(0), accounts=accounts) for accounts in (accounts_of(answered(0)), slow)]
    anchor = WatchedAnchor(Anchor(RIGHT_ROOT, 7), CREATED - longest - 1, [RIGHT])
    assert kinds(snapshot(*games, anchor=anchor)) == []
    assert anchor_kinds(11, RIGHT, limits=Limits(anchor_age=10)) == [AlertKind.ANCHOR_BEHIND]
    assert anchor_kinds(longest + 1, RIGHT, limits=Limits(anchor_age=longest + 1)) == []
