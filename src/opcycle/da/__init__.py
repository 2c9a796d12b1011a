"""Where batch bytes go: `BatchPublisher` is the whole interface, each module one place that satisfies it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from opcycle.protocol.types import Hash


@dataclass(frozen=True, slots=True)
class Published:
    """An L1 transaction that carries the first `count` payloads of those that were offered."""

    transaction: Hash
    count: int


class BatchPublisher(Protocol):
    """Takes batcher payloads (version byte and frames), in order."""

    def publish(self, payloads: Sequence[bytes]) -> Published:
        """Hand as many of the first as one transaction takes to L1, without waiting for a block.

        `payloads` are at most as many as one transaction may have blobs.

        Raises TemporaryError if they may not have been sent: call again with the same payloads first.
        """
        ...
