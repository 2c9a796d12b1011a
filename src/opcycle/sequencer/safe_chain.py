"""Going on from the node's safe chain, where that is not what the sequencer has made.

L1 has the last word: when batches are not on L1 in time, derivation fills the gap with blocks of its own, and
nothing that is built on the others will ever be safe. So the sequencer leaves its branch and takes the node's
blocks from the RPC of the node's engine. Their hashes are computed here, and its own engine executes them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from opcycle.engine.client import EngineClient, InvalidPayloadError
from opcycle.engine.journal import PayloadJournal
from opcycle.errors import CriticalError, TemporaryError, UserError
from opcycle.protocol.l2_block import L2Block, l2_block_of_payload
from opcycle.protocol.payload import ExecutionEnvelope, ForkchoiceState
from opcycle.protocol.types import ZERO_HASH, BlockId, Hash, L2BlockRef
from opcycle.sequencer.labels import CanonicalHashes

BATCH = 64
"""Blocks taken in one step."""


class BlockSource(Protocol):
    """The chain of the node's engine; `opcycle.engine.l2.L2Client` is one."""

    def hash_of(self, number: int) -> Hash | None: ...

    def envelopes(self, first: int, last: int) -> list[ExecutionEnvelope]: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """The sequencer's new head, and in words what that means."""

    head: L2Block
    summary: str


class SafeChain:
    """`source` may be None: then a safe chain that is not the sequencer's stops it."""

    def __init__(
        self,
        own: CanonicalHashes,
        source: BlockSource | None,
        *,
        engine: EngineClient,
        journal: PayloadJournal,
        genesis: int,
        is_on_l1: Callable[[BlockId], bool],
    ):
        self._own = own
        self._source = source
        self._engine = engine
        self._journal = journal
        self._genesis = genesis
        self._is_on_l1 = is_on_l1

    def follow(self, head: L2BlockRef, safe: L2BlockRef | None) -> Taken | None:
        """Take the node's blocks up to `safe`, at most `BATCH`; it is neither `head` nor an ancestor of it,
        or None if all is well.

        A safe head whose L1 origin has left L1 is one of which the node does not know that yet: ignored.
        Raises UserError without a source, TemporaryError if the node's chain changes meanwhile, CriticalError
        if the engine rejects a block of it.
        """
        if safe is None or not self._is_on_l1(safe.l1_origin):
            return None
        if self._source is None:
            raise UserError(
                f"L1 gave the L2 block {safe}, which is not of this sequencer's chain: it would build a "
                "second chain; name the L2 RPC of the node's engine (--node-l2), and it goes on from there"
            )
        fork = self._newest_common(self._source, min(head.number, safe.number))
        last = min(safe.number, fork.number + BATCH)
        envelopes = self._source.envelopes(fork.number + 1, last)
        _require_chain(fork, envelopes, safe)
        new_head = self._execute(envelopes)
        return Taken(new_head, _summary(fork, head, new_head.ref, envelopes))

    def _newest_common(self, source: BlockSource, most: int) -> BlockId:
        """The newest block up to number `most` that both chains have; they have the genesis in common."""
        low, high = self._genesis, most
        while low < high:
            middle = (low + high + 1) // 2
            if self._own.hash_of(middle) == source.hash_of(middle):
                low = middle
            else:
                high = middle - 1
        found = self._own.hash_of(low)
        if found is None:
            raise TemporaryError(f"the sequencer's engine has lost block {low}")
        return BlockId(found, low)

    def _execute(self, envelopes: list[ExecutionEnvelope]) -> L2Block:
        """Store the blocks, and make the last one the engine's head."""
        try:
            for envelope in envelopes:
                self._engine.new_payload(envelope)
                self._journal.record(envelope)
        except InvalidPayloadError as error:
            raise CriticalError(
                f"the sequencer's engine rejects L2 block {envelope.payload.id}, which the node's engine "
                f"has: {error}; the two do not fit together"
            ) from error
        head = l2_block_of_payload(envelopes[-1].payload)
        self._engine.forkchoice_updated(ForkchoiceState(head.ref.hash, ZERO_HASH, ZERO_HASH))
        return head


def _require_chain(fork: BlockId, envelopes: list[ExecutionEnvelope], safe: L2BlockRef) -> None:
    """Between two requests the node may have left its branch, too."""
    payloads = [envelope.payload for envelope in envelopes]
    is_chain = payloads[0].parent_hash == fork.hash and all(
        child.parent_hash == parent.block_hash for parent, child in pairwise(payloads)
    )
    if not is_chain or (payloads[-1].number == safe.number and payloads[-1].block_hash != safe.hash):
        raise TemporaryError(f"the node's chain changed while its blocks after {fork} were read")


def _summary(fork: BlockId, head: L2BlockRef, new: L2BlockRef, envelopes: list[ExecutionEnvelope]) -> str:
    first = envelopes[0].payload.id
    taken = f"took L2 blocks {first} to {new.id} from the node"
    if fork.number == head.number:
        return taken
    return (
        f"L2 REORG: L1 gives other blocks than this sequencer made; its own {fork.number + 1} to {head.id} "
        f"are LOST, their transactions return to the pool; {taken}"
    )
