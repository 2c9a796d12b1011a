"""What is sent when more is due than can be, or than works."""

from dataclasses import replace

import pytest

from opcycle.challenger.due import NO_HURRY, Due, Kind
from opcycle.challenger.responder import SENDS_AT_ONCE, send_all
from opcycle.challenger.waits import Waits
from opcycle.errors import UserError
from opcycle.l1.pool_answers import TransactionRejectedError, UnaffordableError
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.l1.transactions import TransactionRequest
from opcycle.rpc.client import RpcUnreachableError

GAME, OTHER = b"\x01" * 20, b"\x02" * 20


class Sender:
    """`errors`: what it raises, by the request's name."""

    def __init__(self, **errors):
        self.errors, self.sent = errors, []

    def send(self, request: TransactionRequest) -> bytes:
        if request.what in self.errors:
            raise self.errors[request.what]
        self.sent.append(request.what)
        return b"\x07" * 32


def due(name: str, *, game: bytes = GAME, **more) -> Due:
    return Due(game, Kind.MOVE, TransactionRequest(to=game, what=name), f"did {name}", **more)


def send(sender: Sender, *items: Due, budget: int | None = None, at_stake: int = 0):
    return send_all(sender, items, budget=budget, at_stake=at_stake)


def test_least_time_left__sent_first_and_what_has_time_in_its_own_order() -> None:
    sender = Sender()
    send(sender, due("settle"), due("decide"), due("slow", left=900), due("urgent", left=3, game=OTHER))
    assert sender.sent == ["urgent", "slow", "settle", "decide"]


def test_each_thing_sent__said_with_its_reason_and_transaction() -> None:
    assert send(Sender(), due("a")).did == ["did a, in 0x" + "07" * 32]


def test_more_than_one_step_may_send__the_rest_is_left_for_the_next() -> None:
    sender = Sender()
    sent = send(sender, *[due(str(n), left=n) for n in range(SENDS_AT_ONCE + 7)])
    assert sender.sent == [str(n) for n in range(SENDS_AT_ONCE)]
    assert sent.waits.for_l1 == [f"L1 to take {SENDS_AT_ONCE} transactions, 7 more are due"]


def test_exactly_as_many_as_one_step_may_send__nothing_is_left() -> None:
    assert send(Sender(), *[due(str(n)) for n in range(SENDS_AT_ONCE)]).waits == Waits()


@pytest.mark.parametrize(("budget", "sent"), [(30, ["a", "b"]), (29, ["a"]), (10, ["a"]), (9, [])])
def test_bonds_of_several_games__stay_within_the_budget_together(budget: int, sent: list[str]) -> None:
    sender = Sender()
    items = [due("a", stake=4), due("b", stake=20, game=OTHER)]
    found = send(sender, *items, budget=budget, at_stake=6)
    assert sender.sent == sent
    assert bool(found.waits.for_l1) == (len(sent) < 2)


def test_budget_spent__what_needs_no_bond_is_sent_and_smaller_bonds_too() -> None:
    sender = Sender()
    items = [due("large", stake=9, left=1), due("small", stake=2, left=2), due("settle")]
    found = send(sender, *items, budget=5)
    assert sender.sent == ["small", "settle"]
    assert found.waits.for_l1 == ["bonds to come back: 2 wei at stake, 1 of 9 more due"]


def test_no_budget__any_bond_is_paid() -> None:
    sender = Sender()
    send(sender, due("a", stake=10**30), at_stake=10**30)
    assert sender.sent == ["a"]


@pytest.mark.parametrize(
    "error", [TransactionRevertedError("b", "ClockExpired()"), TransactionRejectedError("too much gas")]
)
def test_one_thing_fails__others_are_sent_and_it_is_said_why(error: Exception) -> None:
    sender = Sender(b=error)
    found = send(sender, due("a"), due("b"), due("c"))
    assert sender.sent == ["a", "c"]
    assert found.waits.for_others == [f"did b: not done, {error}"]
    assert [item.request.what for item in found.failed] == ["b"]


def test_one_thing_fails__what_follows_from_it_is_not_sent_but_in_other_games_it_is() -> None:
    sender = Sender(a=TransactionRevertedError("a", "AlreadyResolved()"))
    send(sender, due("a"), due("b", follows=True), due("c", follows=True, game=OTHER), due("d"))
    assert sender.sent == ["c", "d"]


def test_account_without_ether_for_a_bond__no_more_bonds_are_tried_but_the_rest_is_done() -> None:
    sender = Sender(a=UnaffordableError("too little"))
    items = [due("a", stake=5, left=1), due("b", stake=5, left=2), due("c", stake=4, left=3), due("settle")]
    found = send(sender, *items)
    assert sender.sent == ["c", "settle"]
    assert (len(found.waits.for_l1), len(found.waits.for_others)) == (1, 1)


def test_wrong_chain__is_nothing_to_go_on_with() -> None:
    with pytest.raises(UserError, match="serves chain 5"):
        send(Sender(a=UserError("it serves chain 5")), due("a"), due("b"))


def test_l1_gone_halfway__what_was_sent_is_said() -> None:
    gone = RpcUnreachableError("http://l1", "refused")
    found = send(Sender(b=gone), due("a"), due("b"), due("c"))
    assert (len(found.did), found.waits.for_others) == (1, [str(gone)])


def test_l1_gone_from_the_beginning__raised() -> None:
    with pytest.raises(RpcUnreachableError):
        send(Sender(a=RpcUnreachableError("http://l1", "refused")), due("a"))


def test_no_hurry__is_more_time_than_any_clock_leaves() -> None:
    assert replace(due("a"), left=2**63).left < NO_HURRY
