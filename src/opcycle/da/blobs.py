"""Batches as EIP-4844 blobs: one payload in one blob of one transaction to the batch inbox, without calldata.

Source: OP Stack specs, "Ecotone: Blob Retrieval".
"""

from typing import Protocol

from opcycle.protocol.blobs import encode_blob
from opcycle.protocol.types import Address, Hash


class BlobSender(Protocol):
    """The batcher's account; `opcycle.l1.transactions.TransactionManager` is one."""

    def send_blob(self, *, to: Address, blob: bytes, what: str) -> Hash: ...


class BlobPublisher:
    """Posts payloads of at most `protocol.blobs.MAX_BLOB_PAYLOAD` bytes to `inbox`."""

    def __init__(self, sender: BlobSender, inbox: Address):
        self._sender = sender
        self._inbox = inbox

    def publish(self, payload: bytes) -> Hash:
        return self._sender.send_blob(to=self._inbox, blob=encode_blob(payload), what="batch")
