"""Sends what is due in all games together: what has least time left first, within the budget for bonds.

One thing that fails holds up nothing but what relies on it: the next step reads the chain again and decides
anew. L1 being unreachable holds up the rest of the step.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from opcycle.challenger.due import Due
from opcycle.challenger.waits import Waits
from opcycle.errors import OpcycleError, TemporaryError
from opcycle.l1.pool_answers import TransactionRejectedError, UnaffordableError
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.client import RpcUnreachableError
from opcycle.rpc.hexjson import to_hex

SENDS_AT_ONCE = 50
"""Transactions of one step: go-ethereum's pool queues 64 of an account, and we remember as many."""


class Sender(Protocol):
    """`opcycle.l1.transactions.TransactionManager` is one."""

    def send(self, request: TransactionRequest) -> Hash: ...


@dataclass(slots=True)
class Sent:
    """What was sent, what was not and why, in words; and what of it failed."""

    done: list[Due] = field(default_factory=list)
    did: list[str] = field(default_factory=list)
    waits: Waits = field(default_factory=Waits)
    failed: list[Due] = field(default_factory=list)


def in_order(due: Iterable[Due]) -> list[Due]:
    """By the time that is left; what has the same stays in order."""
    return sorted(due, key=lambda item: item.left)


def send_all(sender: Sender, due: Sequence[Due], *, budget: int | None, at_stake: int) -> Sent:
    """`budget`: wei in bonds that may be at stake at once, None for no limit; `at_stake`: that are already.

    Raises RpcUnreachableError if L1 is gone before anything was sent.
    """
    sending = _Sending(sender, None if budget is None else budget - at_stake)
    sent, for_l1 = sending.sent, sending.sent.waits.for_l1
    for place, item in enumerate(in_order(due)):
        if len(sent.done) == SENDS_AT_ONCE:
            for_l1.append(f"L1 to take {SENDS_AT_ONCE} transactions, {len(due) - place} more are due")
            break
        try:
            sending.offer(item)
        except RpcUnreachableError as error:
            if not sent.done:
                raise
            sent.waits.for_others.append(str(error))
            break
    if sending.held_up:
        staked = at_stake + sum(item.stake for item in sent.done)
        more = sum(item.stake for item in sending.held_up)
        for_l1.append(f"bonds to come back: {staked} wei at stake, {len(sending.held_up)} of {more} more due")
    return sent


class _Sending:
    """`purse`: wei that may still be paid for bonds, None for no limit. `held_up`: for want of it."""

    def __init__(self, sender: Sender, purse: int | None):
        self._sender, self._purse = sender, purse
        self._broken: set[Address] = set()  # games of which something was not sent
        self.held_up: list[Due] = []
        self.sent = Sent()

    def offer(self, item: Due) -> None:
        """Send it, unless it relies on what failed or costs too much. Raises RpcUnreachableError."""
        if item.follows and item.game in self._broken:
            return
        if item.stake and self._purse is not None and item.stake > self._purse:
            self.held_up.append(item)
            return
        try:
            transaction = self._sender.send(item.request)
        except RpcUnreachableError:
            raise
        except (TemporaryError, TransactionRejectedError, UnaffordableError) as error:
            self._fail(item, error)
            return
        if self._purse is not None:
            self._purse -= item.stake
        self.sent.done.append(item)
        self.sent.did.append(f"{item.why}, in {to_hex(transaction)}")

    def _fail(self, item: Due, error: OpcycleError) -> None:
        self._broken.add(item.game)
        self.sent.failed.append(item)
        self.sent.waits.for_others.append(f"{item.why}: not done, {error}")
        if isinstance(error, UnaffordableError) and item.stake:
            self._purse = item.stake - 1  # a smaller bond may still be affordable
