"""Where batch bytes go: `BatchPublisher` is the whole interface, each module one place that satisfies it."""

from typing import Protocol

from opcycle.protocol.types import Hash


class BatchPublisher(Protocol):
    """Takes one batcher payload (version byte and frames) at a time, in order."""

    def publish(self, payload: bytes) -> Hash:
        """Hand it to L1; the hash of the transaction that carries it, without waiting for a block.

        Raises TemporaryError if it may not have been sent: call again with the same payload first.
        """
        ...
