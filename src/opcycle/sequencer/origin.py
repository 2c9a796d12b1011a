"""Which L1 block the next L2 block has as its L1 origin: its parent's, or the one after it; and what users
may have put into the block then.

Source: OP Stack specs, "L2 Chain Derivation" (epochs, sequencer drift); op-node
`sequencing/origin_selector.go` (`findL1OriginOfNextL2Block`) and `sequencer.go` (`NoTxPool`).
"""

from opcycle.derivation.chain_spec import max_sequencer_drift
from opcycle.errors import ResetError
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import L1Header, L2BlockRef

WINDOW_MARGIN = 10
"""L1 blocks before the end of a sequencing window in which a batch may well come too late."""


def choose_origin(
    config: RollupConfig, head: L2BlockRef, *, current: L1Header, following: L1Header | None
) -> L1Header | None:
    """The L1 origin of the block after `head`; None when the L1 block after `current` must be known first.

    `current` is the head's own origin; `following` the next L1 block, None while it is unknown or lacks
    confirmations. It is adopted as soon as it is not later than the L2 block, so that deposits do not wait.
    Without it L2 goes on in the current epoch up to the drift and then stops: beyond, even an empty block is
    valid only if the next L1 block is later than it, which nobody can tell yet. Raises ResetError if
    `current` or `following` is of another L1 chain than the head.
    """
    if current.id != head.l1_origin:
        raise ResetError(
            f"the L2 head {head} has the L1 origin {head.l1_origin}, L1 now has {current.id} there"
        )
    if following is not None and following.parent_hash != current.hash:
        raise ResetError(f"L1 block {following.id} does not follow {current.id}, the L1 origin of {head}")
    timestamp = head.timestamp + config.block_time
    if following is not None:
        return following if timestamp >= following.timestamp else current
    return None if is_beyond_drift(config, timestamp, current) else current


def is_beyond_drift(config: RollupConfig, timestamp: int, origin: L1Header) -> bool:
    """Whether an L2 block at `timestamp` is so far ahead of its L1 origin that it may hold only deposits."""
    return timestamp > origin.timestamp + max_sequencer_drift(config, origin.timestamp)


def is_window_closing(config: RollupConfig, origin: L1Header, l1_head: int) -> bool:
    """Whether a batch with this L1 origin may be on L1 too late, so that derivation forces an empty block.

    That has the same L1 origin as a sequencer's: if ours is empty, too, then it is the same block. With
    transactions in it, a sequencer that is as far behind would lose them, and all blocks after it, again and
    again. `l1_head` is the number of L1's newest block.
    """
    margin = min(WINDOW_MARGIN, config.seq_window_size // 2)
    return origin.number + config.seq_window_size <= l1_head + margin
