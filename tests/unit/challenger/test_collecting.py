"""What is due once a game is decided, by whose money it is and by what stands in the way."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from opcycle.challenger.collecting import collect
from opcycle.challenger.due import Kind
from opcycle.challenger.waits import SHOWN, Waits
from opcycle.l1.dispute_games import Earnings
from opcycle.protocol.types import L1BlockRef

US, FRIEND = b"\x01" * 20, b"\x02" * 20
NOW = 1_000
L1 = L1BlockRef(bytes(32), 7, bytes(32), NOW)
WON = Earnings(50, 50, NOW, is_unlocked=False, is_closed=False, is_paused=False)
NOTHING = replace(WON, amount=0, at_most=0)


class Game:
    """A decided game in which accounts have earned something."""

    contract = SimpleNamespace(address=b"\x09" * 20)

    def __init__(self, *earned: Earnings):
        self.earned = dict(zip((US, FRIEND), earned, strict=False))

    def earnings(self, account: bytes, *, block: bytes) -> Earnings:
        return self.earned[account]

    def claim_credit(self, recipient: bytes):
        return "claim", recipient

    def close(self):
        return "close"


def found(*earned: Earnings, closes: bool = True):
    game = Game(*earned)
    return collect(game, "game 3", tuple(game.earned), l1=L1, closes=closes)


@pytest.mark.parametrize(("since", "is_due"), [(NOW, True), (NOW + 1, False)])
def test_earned__claimed_from_that_moment_on(since: int, is_due: bool) -> None:
    collection = found(replace(WON, claimable_from=since))
    assert [due.request for due in collection.due] == [("claim", US)] * is_due
    assert bool(collection.waits.for_l1) == (not is_due)
    assert not collection.is_over


def test_first_call__unlocks_and_the_second_pays() -> None:
    (first,) = found(WON).due
    (second,) = found(replace(WON, is_unlocked=True, is_closed=True)).due
    assert (first.why, first.paid) == ("game 3: claimed 50 wei, which unlocks it", 0)
    assert (second.why, second.paid) == ("game 3: claimed 50 wei, which pays it", 50)


def test_pause__nothing_is_claimed_and_it_is_said_whose_turn_it_is() -> None:
    collection = found(replace(WON, is_paused=True))
    assert collection.due == []
    assert collection.waits.for_l1 == ["game 3: the guardian to end the pause, to claim 50 wei"]


def test_another_claimants_money__claimed_for_it() -> None:
    (due,) = found(NOTHING, WON).due
    assert due.request == ("claim", FRIEND)
    assert "for 0x0202" in due.why


def test_both_have_earned__two_claims() -> None:
    assert [due.kind for due in found(WON, WON).due] == [Kind.COLLECTING] * 2


@pytest.mark.parametrize(
    ("earned", "requests", "is_over"),
    [
        (NOTHING, ["close"], False),
        (replace(NOTHING, claimable_from=NOW + 1), [], False),
        (replace(NOTHING, is_paused=True), [], False),
        (replace(NOTHING, is_closed=True), [], True),
    ],
    ids=["open", "not final", "paused", "closed"],
)
def test_nothing_for_us__closed_once_it_may_be_and_then_over(earned, requests, is_over: bool) -> None:
    collection = found(earned)
    assert ([due.request for due in collection.due], collection.is_over) == (requests, is_over)
    assert collection.waits == Waits()


@pytest.mark.parametrize(("at_most", "is_over"), [(0, True), (50, False)])
def test_nothing_for_us_and_others_close__over_unless_a_refund_may_come(at_most: int, is_over: bool) -> None:
    collection = found(replace(NOTHING, at_most=at_most), closes=False)
    assert (collection.due, collection.is_over) == ([], is_over)


@pytest.mark.parametrize(("count", "last"), [(SHOWN, "19"), (SHOWN + 3, "and 3 more")])
def test_very_many_reasons__the_first_are_said(count: int, last: str) -> None:
    said = str(Waits(for_l1=[str(n) for n in range(count)]))
    assert said.split("; ")[-1] == last
