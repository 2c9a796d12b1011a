"""Batches as calldata: the payload is all of the transaction, and goes to the inbox."""

import pytest

from opcycle.da import Published
from opcycle.da.calldata import CalldataPublisher
from opcycle.errors import TemporaryError

INBOX = b"\xff" * 20
PAYLOAD = b"\x00frames"


class Sender:
    def __init__(self):
        self.sent = []
        self.error = None

    def send_call(self, *, to, data, what):
        if self.error is not None:
            raise self.error
        self.sent.append((to, data))
        return b"\x0a" * 32


def test_publish__payloads__the_first_is_the_whole_calldata_to_the_inbox():
    sender = Sender()
    assert CalldataPublisher(sender, INBOX).publish([PAYLOAD, b"another"]) == Published(b"\x0a" * 32, 1)
    assert sender.sent == [(INBOX, PAYLOAD)]


def test_publish__what_may_not_have_been_sent__reaches_the_caller():
    sender = Sender()
    sender.error = TemporaryError("the connection broke off")
    with pytest.raises(TemporaryError, match="broke off"):
        CalldataPublisher(sender, INBOX).publish([PAYLOAD])
