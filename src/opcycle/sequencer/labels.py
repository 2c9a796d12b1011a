"""The safe and finalized heads that the sequencer tells its engine, so that users may ask for them.

The sequencer derives nothing; a verifier does, and its RPC says how far. What it says counts only where it
is the sequencer's own chain.
"""

from typing import Protocol

from opcycle.errors import TemporaryError
from opcycle.protocol.payload import ForkchoiceState
from opcycle.protocol.sync_status import SyncStatus
from opcycle.protocol.types import ZERO_HASH, Hash, L2BlockRef


class RollupNode(Protocol):
    """A node's RPC; `opcycle.engine.rollup_client.RollupClient` is one."""

    def sync_status(self) -> SyncStatus: ...


class CanonicalHashes(Protocol):
    """The sequencer's chain; `opcycle.engine.l2.L2Client` is one."""

    def hash_of(self, number: int) -> Hash | None: ...


class Labels:
    """The last heads seen that are ours; zero hashes, which change nothing in the engine, before that.

    `overruled_by` is the safe head that the node stated at the last `refresh`, if that is not ours.
    """

    def __init__(self, node: RollupNode | None, chain: CanonicalHashes):
        self._node = node
        self._chain = chain
        self._safe: Hash = ZERO_HASH
        self._finalized: Hash = ZERO_HASH
        self.overruled_by: L2BlockRef | None = None

    def refresh(self, head: L2BlockRef) -> None:
        """Ask the node what is safe up to `head`; one that does not answer holds up nobody."""
        self.overruled_by = None
        if self._node is None:
            return
        try:
            status = self._node.sync_status()
        except TemporaryError:
            return
        self._safe = self._follow(self._safe, status.safe_l2, head)
        self.overruled_by = None if self._safe == status.safe_l2.hash else status.safe_l2
        self._finalized = self._follow(self._finalized, status.finalized_l2, head)

    def forkchoice(self, head: Hash) -> ForkchoiceState:
        return ForkchoiceState(head=head, safe=self._safe, finalized=self._finalized)

    def clear(self) -> None:
        self._safe = self._finalized = ZERO_HASH

    def _follow(self, known: Hash, stated: L2BlockRef, head: L2BlockRef) -> Hash:
        if stated.hash == known or stated.number > head.number:
            return known
        return stated.hash if self._chain.hash_of(stated.number) == stated.hash else known
