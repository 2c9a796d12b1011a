"""What the sequencer does next, from one snapshot. Pure.

A block is started when it is due and sealed right away, not started early: op-geth rebuilds a started block
ten times a second, and what it finds last depends on the machine. The price is the fill, some 50 ms.
"""

from dataclasses import dataclass
from typing import TypeAlias

from opcycle.protocol.l1_chain import L1ChainConfig
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.payload import PayloadAttributes
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import L1Block, L2BlockRef
from opcycle.sequencer.attributes import sequencer_attributes
from opcycle.sequencer.origin import choose_origin

FILL_BASE = 0.05
"""Seconds in which op-geth starts to build and takes the first transactions from its pool."""

FILL_PER_TRANSACTION = 0.0002
"""Seconds that it takes over each (measured: 2,100 to 4,200 transactions per second, half of it our wait)."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a decision depends on. `now` is chain time in seconds.

    `origin` is the head's L1 origin, `following` the L1 block after it if it is known and confirmed,
    `l1_head` the number of L1's newest block; `pending` counts executable transactions in the engine's pool.
    """

    head: L2Block
    origin: L1Block
    following: L1Block | None
    l1_head: int
    pending: int
    now: int


@dataclass(frozen=True, slots=True)
class BuildBlock:
    """Build on the head; give the engine `fill` seconds to take transactions from its pool."""

    attributes: PayloadAttributes
    fill: float


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `reason` has gone away."""

    reason: str


Action: TypeAlias = BuildBlock | Wait


def decide(config: RollupConfig, l1_chain: L1ChainConfig, snapshot: Snapshot) -> list[Action]:
    """One action: the next block if it is due and has an L1 origin. Raises ResetError after an L1 reorg."""
    head = snapshot.head.ref
    if not is_due(config, head, snapshot.now):
        return [Wait(waits_until(config, head, snapshot.now))]
    following = snapshot.following
    chosen = choose_origin(
        config,
        head,
        current=snapshot.origin.header,
        following=None if following is None else following.header,
    )
    if chosen is None:
        number = head.l1_origin.number + 1
        return [Wait(f"L1 block {number}: L2 is as far ahead of L1 as the sequencer drift allows")]
    epoch = snapshot.origin if following is None or chosen is snapshot.origin.header else following
    attributes = sequencer_attributes(config, l1_chain, snapshot.head, epoch=epoch, l1_head=snapshot.l1_head)
    pending = 0 if attributes.no_tx_pool else snapshot.pending
    return [BuildBlock(attributes, fill_time(pending, config.block_time))]


def is_due(config: RollupConfig, head: L2BlockRef, now: int) -> bool:
    """Whether chain time has reached the timestamp of the block after `head`."""
    return now >= head.timestamp + config.block_time


def waits_until(config: RollupConfig, head: L2BlockRef, now: int) -> str:
    """What the block after `head` waits for while it is not due."""
    return f"chain time {head.timestamp + config.block_time} for L2 block {head.number + 1} (it is {now})"


def fill_time(pending: int, block_time: int) -> float:
    """Seconds for `pending` transactions; at most half the block time, the other half is for sealing."""
    if pending == 0:
        return 0.0
    return min(FILL_BASE + pending * FILL_PER_TRANSACTION, block_time / 2)
