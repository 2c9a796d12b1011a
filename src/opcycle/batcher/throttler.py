"""The throttler: keeps the sequencer's blocks small while too much of L2 waits for L1.

One step looks at the blocks after the node's safe head and tells op-geth how much data the next ones may
have. op-geth forgets that when it starts anew, so it is told again with every block. An agent of its own, so
that a batcher which waits, has been stopped or fails is when the limits hold, not when they are forgotten.
"""

import zlib
from collections import deque
from dataclasses import dataclass, replace
from math import ceil
from typing import Protocol

from opcycle.agent import Outcome
from opcycle.batcher.channel import PendingBlock
from opcycle.batcher.throttling import Curve, Limits, ThrottleOptions, limits_at
from opcycle.errors import OpcycleError
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.sync_status import SyncStatus
from opcycle.protocol.types import BlockId, Hash

READ_AT_ONCE = 100
"""L2 blocks read in one step, at most."""


class RollupNode(Protocol):
    """`opcycle.engine.rollup_client.RollupClient` is one."""

    def sync_status(self) -> SyncStatus: ...


class BlockBuilder(Protocol):
    """The sequencer's chain, and who builds it; `opcycle.engine.l2.L2Client` is one."""

    def blocks(self, first: int, last: int) -> list[L2Block]: ...

    def hash_of(self, number: int) -> Hash | None: ...

    def number(self, label: str = "latest") -> int | None: ...

    def set_max_da_size(self, max_tx_size: int, max_block_size: int) -> None: ...


@dataclass(frozen=True, slots=True)
class _Unsafe:
    """A block after the safe head, and what it takes on L1, in bytes."""

    id: BlockId
    size: int


class Throttler:
    """`limits` and `unsafe_bytes` are as of the last step, for any thread to read."""

    name = "throttler"

    def __init__(self, *, l2: BlockBuilder, node: RollupNode, options: ThrottleOptions):
        self.options = options
        self.unsafe_bytes = 0
        self.limits = limits_at(0, options)
        self._l2 = l2
        self._node = node
        self.reset()

    def reset(self) -> None:
        """Forget what was read, and what op-geth was told."""
        self._unsafe: deque[_Unsafe] = deque()
        self._told: tuple[Limits, int] | None = None

    def follow(self, curve: Curve) -> None:
        """Let intensity rise that way from the next step on; from any thread."""
        self.options = replace(self.options, curve=curve)

    def step(self) -> Outcome:
        """Count what is unsafe, and set the limits that this asks for.

        Raises UserError if whoever builds the blocks takes no limits.
        """
        try:
            return self._step()
        except OpcycleError:
            self._told = None  # op-geth may be starting, which takes it back to no limits
            raise

    def _step(self) -> Outcome:
        safe_head = self._node.sync_status().safe_l2.number
        l2_head = self._l2.number() or 0
        self._forget(safe_head)
        has_more = self._read(safe_head + 1, l2_head)
        self.unsafe_bytes = sum(block.size for block in self._unsafe)
        did = self._tell(limits_at(self.unsafe_bytes, self.options), l2_head)
        return Outcome(progress=has_more or bool(did), did=tuple(did), waiting_for="L2 blocks")

    def _forget(self, safe_head: int) -> None:
        """Blocks that have become safe; all of them if L2 or the safe head has gone back."""
        unsafe = self._unsafe
        while unsafe and unsafe[0].id.number <= safe_head:
            unsafe.popleft()
        if not unsafe:
            return
        newest = unsafe[-1].id
        if unsafe[0].id.number > safe_head + 1 or self._l2.hash_of(newest.number) != newest.hash:
            unsafe.clear()

    def _read(self, first: int, l2_head: int) -> bool:
        """Take in blocks that are new; whether there are more of them than one step reads."""
        if self._unsafe:
            first = self._unsafe[-1].id.number + 1
        last = min(l2_head, first + READ_AT_ONCE - 1)
        if first <= last:
            self._unsafe.extend(
                _Unsafe(block.ref.id, da_size(block)) for block in self._l2.blocks(first, last)
            )
        return last < l2_head

    def _tell(self, limits: Limits, l2_head: int) -> list[str]:
        """Set the limits for the next block. In words, whenever they are another tenth of the way down."""
        if self._told == (limits, l2_head):
            return []
        self._l2.set_max_da_size(limits.max_tx_size, limits.max_block_size)
        self._told = limits, l2_head
        before, self.limits = self.limits, limits
        if _tenths(before) == _tenths(limits):
            return []
        if limits.intensity == 0:
            return [f"{self.unsafe_bytes} bytes of L2 are not safe yet: L2 blocks are no longer throttled"]
        return [
            f"{self.unsafe_bytes} bytes of L2 are not safe yet: an L2 block may have {limits.max_block_size} "
            f"bytes now, a transaction {limits.max_tx_size}"
        ]


def da_size(block: L2Block) -> int:
    """About as many bytes as the block will take on L1.

    Compressed quickly and by itself: nearer to what a channel makes of it than op-batcher's sum over its
    transactions, each of which counts 100 bytes at least.
    """
    return len(zlib.compress(PendingBlock.of(block, l1_number=0).batch, 1))


def _tenths(limits: Limits) -> int:
    """Of intensity, begun ones."""
    return ceil(limits.intensity * 10)
