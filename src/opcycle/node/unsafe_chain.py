"""The unsafe chain: what a sequencer has announced and the engine executed, ahead of L1.

Blocks come from an L2 RPC that the node follows, or are posted to its own (`admin_postUnsafePayload`). Nobody
vouches for them but the engine, which executes them, and in the end L1: derived attributes that differ from
such a block replace it and everything after it.
Source: op-node `engine/payloads_queue.go` and `sync/start.go` (`FindL2Heads`).
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

from opcycle.engine.client import EngineClient, InvalidPayloadError
from opcycle.errors import TemporaryError
from opcycle.node.heads import Heads
from opcycle.protocol.l2_block import L2Block, l2_block_of_payload
from opcycle.protocol.payload import ExecutionEnvelope
from opcycle.protocol.types import BlockId, Hash, L2BlockRef

BATCH = 64
"""Blocks read in one request, and executed in one step."""

MAX_POSTED = 1_024
"""Posted payloads that wait for those before them."""


class L2Reader(Protocol):
    """`opcycle.engine.l2.L2Client` is one."""

    def block(self, label: int | bytes | str) -> L2Block: ...

    def envelopes(self, first: int, last: int) -> list[ExecutionEnvelope]: ...


class BlockSource(Protocol):
    """A sequencer's L2 RPC; `opcycle.engine.l2.L2Client` is one."""

    def number(self) -> int | None: ...

    def envelopes(self, first: int, last: int) -> list[ExecutionEnvelope]: ...


class PostedPayloads:
    """Payloads on their way from the threads of the RPC server to the node's, in whatever order they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_parent: dict[Hash, ExecutionEnvelope] = {}

    def add(self, envelope: ExecutionEnvelope) -> None:
        """Raises TemporaryError when too many wait."""
        with self._lock:
            if len(self._by_parent) >= MAX_POSTED:
                raise TemporaryError(
                    f"{MAX_POSTED} posted payloads wait for earlier ones; post the one after the unsafe head"
                )
            self._by_parent[envelope.payload.parent_hash] = envelope

    def take_after(self, head: L2BlockRef) -> ExecutionEnvelope | None:
        """The one that follows `head`; those that are no later than it are dropped."""
        with self._lock:
            for parent, envelope in list(self._by_parent.items()):
                if envelope.payload.number <= head.number:
                    del self._by_parent[parent]
            return self._by_parent.pop(head.hash, None)


class UnsafeChain:
    """`source` may be None. Used by the node's thread; `posted` by any."""

    def __init__(self, engine: EngineClient, l2: L2Reader, source: BlockSource | None):
        self.posted = PostedPayloads()
        self._engine = engine
        self._l2 = l2
        self._source = source
        self._read_ahead: deque[ExecutionEnvelope] = deque()
        self._complaint = ""

    def restart(self, safe: L2BlockRef, is_plausible: Callable[[BlockId], bool]) -> L2BlockRef:
        """The newest of the engine's blocks after `safe` whose L1 origin is plausible: part of L1 or ahead
        of it. Goes back epoch by epoch; `safe` itself if there is none."""
        self._read_ahead.clear()
        ref = self._l2.block("latest").ref
        while ref.number > safe.number and not is_plausible(ref.l1_origin):
            ref = self._l2.block(max(safe.number, ref.number - ref.sequence_number - 1)).ref
        return ref if ref.number > safe.number else safe

    def next(self, heads: Heads) -> ExecutionEnvelope | None:
        """The block after the safe head, if the unsafe chain has one."""
        number = heads.safe.number + 1
        if number > heads.unsafe.number:
            return None
        while self._read_ahead and self._read_ahead[0].payload.number != number:
            self._read_ahead.popleft()
        if not self._read_ahead:
            last = min(heads.unsafe.number, number + BATCH - 1)
            self._read_ahead.extend(self._l2.envelopes(number, last))
        return self._read_ahead[0]

    def forget(self) -> None:
        """What was read ahead is no part of the chain any more."""
        self._read_ahead.clear()

    def extend(self, heads: Heads) -> tuple[Heads, list[str]]:
        """The heads with what has been announced since, executed but not yet told to the engine as its head,
        and what there is to say. Raises EngineSyncingError if the engine has lost blocks."""
        posted, said = self._insert_posted(heads)
        followed, more = self._follow(posted)
        return followed, said + more

    def _insert_posted(self, heads: Heads) -> tuple[Heads, list[str]]:
        said = []
        for _ in range(BATCH):
            envelope = self.posted.take_after(heads.unsafe)
            if envelope is None:
                break
            heads, rejection = self._insert(heads, envelope)
            said += rejection
        return heads, said

    def _follow(self, heads: Heads) -> tuple[Heads, list[str]]:
        """Take what the source has after the unsafe head; where it went another way, after the safe head."""
        try:
            found = self._blocks_after(heads.unsafe)
            if found and found[0].payload.parent_hash != heads.unsafe.hash and heads.unsafe != heads.safe:
                heads = heads.without_unsafe()
                self.forget()
                found = self._blocks_after(heads.safe)
        except TemporaryError:
            return heads, []  # a source that does not answer holds up nobody
        except (KeyError, TypeError, ValueError) as error:
            return heads, self._once(f"the unsafe source serves something else than L2 blocks ({error!r})")
        for envelope in found:
            if envelope.payload.parent_hash != heads.unsafe.hash:
                break
            heads, rejection = self._insert(heads, envelope)
            if rejection:
                return heads, self._once(*rejection)
        return heads, []

    def _once(self, complaint: str) -> list[str]:
        """What there is to say if it is not the same as last time: the source is asked again at each step."""
        is_news, self._complaint = complaint != self._complaint, complaint
        return [complaint] if is_news else []

    def _blocks_after(self, head: L2BlockRef) -> list[ExecutionEnvelope]:
        newest = None if self._source is None else self._source.number()
        if self._source is None or newest is None or newest <= head.number:
            return []
        return self._source.envelopes(head.number + 1, min(newest, head.number + BATCH))

    def _insert(self, heads: Heads, envelope: ExecutionEnvelope) -> tuple[Heads, list[str]]:
        try:
            ref = l2_block_of_payload(envelope.payload).ref
            self._engine.new_payload(envelope)
        except (ValueError, InvalidPayloadError) as error:
            return heads, [f"refused the announced block {envelope.payload.id}: {error}"]
        return heads.extend(ref), []
