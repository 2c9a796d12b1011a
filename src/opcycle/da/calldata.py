"""Batches as calldata to the batch inbox: the whole `data` of the transaction is the payload.

Source: OP Stack specs, "Batcher Transaction Format".
"""

from typing import Protocol

from opcycle.protocol.types import Address, Hash


class Sender(Protocol):
    """The batcher's account; `opcycle.l1.transactions.TransactionManager` is one."""

    def send_call(self, *, to: Address, data: bytes, what: str) -> Hash: ...


class CalldataPublisher:
    """Posts payloads to `inbox`."""

    def __init__(self, sender: Sender, inbox: Address):
        self._sender = sender
        self._inbox = inbox

    def publish(self, payload: bytes) -> Hash:
        return self._sender.send_call(to=self._inbox, data=payload, what="batch")
