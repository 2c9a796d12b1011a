"""Batches as blobs or as calldata, whatever costs less when they are sent."""

from collections.abc import Callable, Sequence

from opcycle.da import BatchPublisher, Published


class CheaperPublisher:
    """`blobs_are_cheaper` compares for the payloads of one transaction at the prices of the moment.

    A choice stands until what it is for is sent: of a send that broke off only the same publisher can tell
    what became of it. L1's pools take one kind of an account at a time: at a change the first payload waits
    (TemporaryError) until L1 has mined the others.
    """

    def __init__(
        self,
        *,
        calldata: BatchPublisher,
        blobs: BatchPublisher,
        blobs_are_cheaper: Callable[[Sequence[bytes]], bool],
    ):
        self._calldata = calldata
        self._blobs = blobs
        self._blobs_are_cheaper = blobs_are_cheaper
        self._chosen: tuple[bytes, BatchPublisher] | None = None

    def publish(self, payloads: Sequence[bytes]) -> Published:
        if self._chosen is None or self._chosen[0] != payloads[0]:
            self._chosen = payloads[0], self._blobs if self._blobs_are_cheaper(payloads) else self._calldata
        published = self._chosen[1].publish(payloads)
        self._chosen = None
        return published
