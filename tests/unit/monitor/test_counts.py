"""What is counted, by op-dispute-mon's labels."""

from dataclasses import replace

import pytest
from tests.unit.monitor.games import (
    CHALLENGER,
    CLOCK,
    CREATED,
    ETH,
    GRIEFER,
    LIAR,
    PAYOUT_DELAY,
    RIGHT,
    WETH,
    WRONG,
    GameBuilder,
    accounts_of,
    says,
    snapshot,
    watched,
)

from opcycle.l1.dispute_games import ListedGame
from opcycle.l1.game_accounts import BondMode, Withdrawal
from opcycle.monitor.counts import Counts, Labels, count, game_type_name
from opcycle.monitor.judge import judge
from opcycle.monitor.snapshot import Answer, Opinion, Snapshot, UnreadGame
from opcycle.protocol.dispute_game import GameStatus
from opcycle.rpc.hexjson import checksum


def counted(seen: Snapshot) -> Counts:
    return count(seen, judge(seen).verdicts)


def only(values: dict[Labels, int]) -> dict[Labels, int]:
    """Without what is 0."""
    return {labels: value for labels, value in values.items() if value}


def answered(times: int) -> GameBuilder:
    made = GameBuilder()
    made.line(0, times)
    return made


def settled(status: GameStatus = GameStatus.CHALLENGER_WINS) -> GameBuilder:
    made = answered(1)
    made.counter(0, CHALLENGER)
    made.settle(0, 1)
    made.decide(status)
    return made


@pytest.mark.parametrize(
    ("made", "opinion", "labels"),
    [
        (answered(0), RIGHT, ("agree_defender_ahead", "in_progress", "correct", "agree")),
        (answered(1), RIGHT, ("agree_challenger_ahead", "in_progress", "incorrect", "agree")),
        (answered(0), WRONG, ("disagree_defender_ahead", "in_progress", "incorrect", "disagree")),
        (answered(1), WRONG, ("disagree_challenger_ahead", "in_progress", "correct", "disagree")),
        (settled(), RIGHT, ("agree_challenger_wins", "complete", "incorrect", "agree")),
        (settled(), WRONG, ("disagree_challenger_wins", "complete", "correct", "disagree")),
        (
            settled(GameStatus.DEFENDER_WINS),
            RIGHT,
            ("agree_defender_wins", "complete", "correct", "agree"),
        ),
        (
            settled(GameStatus.DEFENDER_WINS),
            WRONG,
            ("disagree_defender_wins", "complete", "incorrect", "disagree"),
        ),
    ],
)
def test_agreement(made: GameBuilder, opinion: Opinion, labels: Labels) -> None:
    found = counted(snapshot(watched(made, opinion)))
    assert only(dict(found.agreement)) == {labels: 1}
    assert len(found.agreement) == 8


def test_latest__of_right_and_of_wrong_games() -> None:
    old, new = answered(0), answered(0)
    old.game = replace(old.game, created_at=CREATED - 7, claimed_block=99)
    seen = snapshot(watched(new, RIGHT), watched(old, RIGHT), watched(old, WRONG))
    found = counted(seen)
    assert found.latest == {("agree",): CREATED, ("disagree",): CREATED - 7}
    assert found.latest_valid_block == 99


def test_failed_and_ignored__are_counted_and_not_judged() -> None:
    unread = UnreadGame(ListedGame(3, 255, CREATED, b"\x55" * 20), "")
    found = counted(
        snapshot(
            watched(answered(0), Opinion(Answer.BEHIND)),
            watched(answered(0), RIGHT),
            unread=[unread],
            ignored=4,
        )
    )
    assert (found.failed, found.ignored) == (2, 4)
    assert sum(found.agreement.values()) == 1
    assert sum(found.claims.values()) == 2, "what needs no judgement is counted of all that can be read"


@pytest.mark.parametrize(
    ("made", "now", "labels"),
    [
        (answered(1), CREATED, ("in_progress", "before_max_duration")),
        (answered(1), CREATED + 2 * CLOCK - 1, ("in_progress", "before_max_duration")),
        (answered(1), CREATED + 2 * CLOCK, ("in_progress", "max_duration")),
        (settled(GameStatus.IN_PROGRESS), CREATED + CLOCK, ("resolvable", "before_max_duration")),
        (settled(), CREATED + CLOCK, ("complete", "before_max_duration")),
        (settled(), CREATED + 2 * CLOCK, ("complete", "max_duration")),
    ],
)
def test_resolution(made: GameBuilder, now: int, labels: Labels) -> None:
    found = counted(snapshot(watched(made), now=now))
    assert only(dict(found.resolution)) == {labels: 1}
    assert len(found.resolution) == 6


def test_claims__can_be_settled_once_nothing_below_can_be_answered() -> None:
    made = GameBuilder()
    made.answer(0, CHALLENGER, after=600)  # its clock is over 1000 s later
    seen = watched(made)
    over, half = ("expired", "not_expired"), ("first_half", "second_half")
    assert only(dict(counted(snapshot(seen, now=CREATED + CLOCK)).claims)) == {
        ("unresolved", over[0], half[0], "unresolvable"): 1,
        ("unresolved", over[1], half[0], "unresolvable"): 1,
    }
    assert only(dict(counted(snapshot(seen, now=CREATED + 600 + CLOCK)).claims)) == {
        ("unresolved", over[0], half[1], "resolvable"): 2,
    }
    made.settle(1)
    found = counted(snapshot(watched(made), now=CREATED + 600 + CLOCK)).claims
    assert found["resolved", "expired", "second_half", "resolvable"] == 1
    assert len(found) == 16


def test_credits__of_whoever_gets_something_as_it_stands() -> None:
    open_game = counted(snapshot(watched(answered(1)))).credit
    assert only(dict(open_game)) == {("expected", "non_withdrawable"): 2}
    made = settled()
    late = CREATED + CLOCK + PAYOUT_DELAY
    for credit, now, labels in (
        (2 * ETH, late - 1, ("expected", "non_withdrawable")),
        (2 * ETH, late, ("expected", "withdrawable")),
        (2 * ETH + 1, late, ("above", "withdrawable")),
        (0, late - 1, ("below", "non_withdrawable")),
        (0, late, ("below", "withdrawable")),
    ):
        accounts = replace(accounts_of(made), credits={LIAR: 0, CHALLENGER: credit})
        found = counted(snapshot(watched(made, accounts=accounts), now=now)).credit
        assert only(dict(found)) == {labels: 1}
        assert len(found) == 6


def test_collateral__has_both_labels_and_one_of_them_zero() -> None:
    name = checksum(WETH)
    enough = counted(snapshot(watched(answered(1)), collateral=3 * ETH))
    assert enough.required == {(name, "sufficient"): 2 * ETH, (name, "insufficient"): 0}
    assert enough.available == {(name, "sufficient"): 3 * ETH, (name, "insufficient"): 0}
    just = counted(snapshot(watched(answered(1)), collateral=2 * ETH))
    assert just.required == just.available == {(name, "sufficient"): 2 * ETH, (name, "insufficient"): 0}
    short = counted(snapshot(watched(answered(1)), collateral=ETH))
    assert short.required == {(name, "sufficient"): 0, (name, "insufficient"): 2 * ETH}
    assert short.available == {(name, "sufficient"): 0, (name, "insufficient"): ETH}


def test_withdrawals__match_the_credit_or_diverge() -> None:
    name, made = checksum(WETH), settled()
    credit = {LIAR: 0, CHALLENGER: 2 * ETH}

    def found(mode: BondMode, unlocked: int) -> dict[Labels, int]:
        requests = {LIAR: Withdrawal(0, 0), CHALLENGER: Withdrawal(unlocked, CREATED)}
        accounts = replace(accounts_of(made), mode=mode, credits=credit, withdrawals=requests)
        return only(dict(counted(snapshot(watched(made, accounts=accounts))).withdrawals))

    assert found(BondMode.UNDECIDED, 0) == {}
    assert found(BondMode.UNDECIDED, 1) == {(name, "divergent"): 1}
    assert found(BondMode.NORMAL, 0) == {(name, "matching"): 1}
    assert found(BondMode.NORMAL, 2 * ETH) == {(name, "matching"): 1}
    assert found(BondMode.NORMAL, ETH) == {(name, "divergent"): 1}


def test_actors__by_what_became_of_their_claims() -> None:
    made = answered(2)
    made.answer(1, GRIEFER)
    made.counter(1, LIAR)
    made.settle(2, 3, 1)
    honest = frozenset({LIAR, CHALLENGER})
    found = counted(snapshot(watched(made), honest=honest))
    liar, challenger = checksum(LIAR), checksum(CHALLENGER)
    assert found.actors == {
        (liar, "pending"): 1,
        (liar, "valid"): 1,
        (liar, "invalid"): 0,
        (challenger, "pending"): 0,
        (challenger, "valid"): 0,
        (challenger, "invalid"): 1,
    }
    assert found.actor_bonds == {
        (liar, "pending"): ETH,
        (liar, "won"): ETH,
        (liar, "lost"): 0,
        (challenger, "pending"): 0,
        (challenger, "won"): 0,
        (challenger, "lost"): ETH,
    }


def test_withdrawable__is_what_an_honest_account_could_ask_for_now() -> None:
    made = settled()
    credit = {LIAR: 0, CHALLENGER: 2 * ETH}

    def found(mode: BondMode, unlocked: int, now: int) -> int:
        requests = {CHALLENGER: Withdrawal(unlocked, CREATED)}
        accounts = replace(accounts_of(made), mode=mode, credits=credit, withdrawals=requests)
        seen = snapshot(watched(made, accounts=accounts), now=now, honest=frozenset({CHALLENGER}))
        return counted(seen).actor_withdrawable[checksum(CHALLENGER),]

    assert found(BondMode.UNDECIDED, 0, CREATED) == 0
    assert found(BondMode.NORMAL, 0, CREATED) == 2 * ETH
    assert found(BondMode.NORMAL, 2 * ETH, CREATED + PAYOUT_DELAY) == 0
    assert found(BondMode.NORMAL, 2 * ETH, CREATED + PAYOUT_DELAY + 1) == 2 * ETH


def test_block_challenges__by_agreement() -> None:
    made = answered(0)
    made.game = replace(made.game, block_number_challenger=GRIEFER)
    seen = snapshot(watched(made, RIGHT), watched(made, WRONG), watched(answered(0), WRONG))
    assert counted(seen).block_challenges == {("agree",): 1, ("disagree",): 1}


def test_nodes__that_fail_are_behind_or_contradict_each_other() -> None:
    error, behind, missing = (Opinion(a) for a in (Answer.ERROR, Answer.BEHIND, Answer.NO_SUCH_BLOCK))
    seen = snapshot(
        watched(answered(0), error, RIGHT, error),
        watched(answered(0), error, behind, RIGHT),
        watched(answered(0), RIGHT, missing),
        watched(answered(0), RIGHT, WRONG),
        watched(answered(0), RIGHT, says(is_safe=False)),
    )
    found = counted(seen)
    assert (found.nodes_with_errors, found.node_errors, found.node_out_of_sync) == (2, 3, 1)
    assert (found.mixed_availability, found.different_roots, found.mixed_safety) == (1, 1, 1)


def test_types__by_op_challengers_names() -> None:
    seen = snapshot(
        watched(answered(0)), watched(answered(0), game_type=0), watched(answered(0), game_type=77)
    )
    assert counted(seen).types == {("alphabet",): 1, ("cannon",): 1, ("<invalid: 77>",): 1}
    assert game_type_name(8) == "cannon-kona"
