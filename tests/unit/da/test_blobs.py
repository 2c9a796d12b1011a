"""Batches as blobs: the payload is all that the blob encodes, and goes to the inbox."""

import pytest

from opcycle.da import Published
from opcycle.da.blobs import BlobPublisher
from opcycle.errors import TemporaryError
from opcycle.protocol.blobs import MAX_BLOB_PAYLOAD, decode_blob

INBOX = b"\xff" * 20


class Sender:
    def __init__(self):
        self.sent = []
        self.error = None

    def send_blobs(self, *, to, blobs, what):
        if self.error is not None:
            raise self.error
        self.sent.append((to, [decode_blob(blob) for blob in blobs]))
        return b"\x0a" * 32


@pytest.mark.parametrize("payloads", [[b"\x00frames"], [bytes(MAX_BLOB_PAYLOAD), b"\x00more", b"\x00last"]])
def test_publish__payloads__are_what_the_blobs_of_one_transaction_to_the_inbox_encode(payloads):
    sender = Sender()
    assert BlobPublisher(sender, INBOX).publish(payloads) == Published(b"\x0a" * 32, len(payloads))
    assert sender.sent == [(INBOX, payloads)]


def test_publish__more_than_a_blob_holds__sends_nothing():
    sender = Sender()
    with pytest.raises(ValueError, match="130045 bytes do not fit"):
        BlobPublisher(sender, INBOX).publish([bytes(MAX_BLOB_PAYLOAD + 1)])
    assert not sender.sent


def test_publish__what_may_not_have_been_sent__reaches_the_caller():
    sender = Sender()
    sender.error = TemporaryError("the connection broke off")
    with pytest.raises(TemporaryError, match="broke off"):
        BlobPublisher(sender, INBOX).publish([b"\x00frames"])
