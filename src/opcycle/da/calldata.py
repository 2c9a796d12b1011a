"""Batches as calldata to the batch inbox: the whole `data` of a transaction is one payload.

Source: OP Stack specs, "Batcher Transaction Format".
"""

from collections.abc import Sequence
from typing import Protocol

from opcycle.da import Published
from opcycle.protocol.types import Address, Hash


class Sender(Protocol):
    """The batcher's account; `opcycle.l1.transactions.TransactionManager` is one."""

    def send_call(self, *, to: Address, data: bytes, what: str) -> Hash: ...


class CalldataPublisher:
    """Posts payloads to `inbox`, one in each transaction."""

    def __init__(self, sender: Sender, inbox: Address):
        self._sender = sender
        self._inbox = inbox

    def publish(self, payloads: Sequence[bytes]) -> Published:
        return Published(self._sender.send_call(to=self._inbox, data=payloads[0], what="batch"), 1)
