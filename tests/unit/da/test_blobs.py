"""Batches as blobs: the payload is all that the blob encodes, and goes to the inbox."""

import pytest

from opcycle.da.blobs import BlobPublisher
from opcycle.errors import TemporaryError
from opcycle.protocol.blobs import MAX_BLOB_PAYLOAD, decode_blob

INBOX = b"\xff" * 20


class Sender:
    def __init__(self):
        self.sent = []
        self.error = None

    def send_blob(self, *, to, blob, what):
        if self.error is not None:
            raise self.error
        self.sent.append((to, decode_blob(blob)))
        return b"\x0a" * 32


@pytest.mark.parametrize("payload", [b"\x00frames", bytes(MAX_BLOB_PAYLOAD)])
def test_publish__payload__is_what_the_blob_to_the_inbox_encodes(payload):
    sender = Sender()
    assert BlobPublisher(sender, INBOX).publish(payload) == b"\x0a" * 32
    assert sender.sent == [(INBOX, payload)]


def test_publish__more_than_a_blob_holds__sends_nothing():
    sender = Sender()
    with pytest.raises(ValueError, match="130045 bytes do not fit"):
        BlobPublisher(sender, INBOX).publish(bytes(MAX_BLOB_PAYLOAD + 1))
    assert not sender.sent


def test_publish__what_may_not_have_been_sent__reaches_the_caller():
    sender = Sender()
    sender.error = TemporaryError("the connection broke off")
    with pytest.raises(TemporaryError, match="broke off"):
        BlobPublisher(sender, INBOX).publish(b"\x00frames")
