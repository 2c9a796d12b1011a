"""Batches as blobs or as calldata, each payload as what costs less when it is sent."""

from collections.abc import Callable

from opcycle.da import BatchPublisher
from opcycle.protocol.types import Hash


class CheaperPublisher:
    """`blob_is_cheaper` compares for one payload at the prices of the moment.

    The choice for a payload stands until it is sent: of a send that broke off only the same one can tell
    what became of it. L1's pools take one kind of an account at a time: at a change the first payload waits
    (TemporaryError) until L1 has mined the others.
    """

    def __init__(
        self, *, calldata: BatchPublisher, blobs: BatchPublisher, blob_is_cheaper: Callable[[bytes], bool]
    ):
        self._calldata = calldata
        self._blobs = blobs
        self._blob_is_cheaper = blob_is_cheaper
        self._chosen: tuple[bytes, BatchPublisher] | None = None

    def publish(self, payload: bytes) -> Hash:
        if self._chosen is None or self._chosen[0] != payload:
            self._chosen = payload, self._blobs if self._blob_is_cheaper(payload) else self._calldata
        transaction = self._chosen[1].publish(payload)
        self._chosen = None
        return transaction
