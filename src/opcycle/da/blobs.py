"""Batches as EIP-4844 blobs: a payload in each blob of a transaction to the batch inbox, without calldata.

Source: OP Stack specs, "Ecotone: Blob Retrieval".
"""

from collections.abc import Sequence
from typing import Protocol

from opcycle.da import Published
from opcycle.protocol.blobs import encode_blob
from opcycle.protocol.types import Address, Hash


class BlobSender(Protocol):
    """The batcher's account; `opcycle.l1.transactions.TransactionManager` is one."""

    def send_blobs(self, *, to: Address, blobs: Sequence[bytes], what: str) -> Hash: ...


class BlobPublisher:
    """Posts payloads of at most `protocol.blobs.MAX_BLOB_PAYLOAD` bytes to `inbox`, all offered at once."""

    def __init__(self, sender: BlobSender, inbox: Address):
        self._sender = sender
        self._inbox = inbox

    def publish(self, payloads: Sequence[bytes]) -> Published:
        blobs = [encode_blob(payload) for payload in payloads]
        transaction = self._sender.send_blobs(to=self._inbox, blobs=blobs, what="batch")
        return Published(transaction, len(blobs))
