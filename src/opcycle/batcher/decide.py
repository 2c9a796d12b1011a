"""When a channel is closed and posted, from one snapshot. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from opcycle.batcher.channel import PendingBlock
from opcycle.batcher.options import BatcherOptions
from opcycle.protocol.rollup import RollupConfig


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a decision depends on. `pending` are consecutive L2 blocks, the oldest first.

    `l1_number` is L1's head, `waiting_since` what it was when the oldest pending block was first seen;
    `in_flight` counts transactions that L1 has not mined, or that are not sent yet.
    """

    pending: Sequence[PendingBlock]
    l1_number: int
    waiting_since: int
    in_flight: int


@dataclass(frozen=True, slots=True)
class PostChannel:
    """Close a channel with the first `count` pending blocks, and post it."""

    count: int
    why: str


def decide(config: RollupConfig, options: BatcherOptions, snapshot: Snapshot) -> PostChannel | str:
    """The next channel, or what it waits for."""
    if not snapshot.pending:
        return "L2 blocks"
    if snapshot.in_flight >= options.max_in_flight:
        return f"L1 to take {snapshot.in_flight} transactions"
    size = 0
    for count, block in enumerate(snapshot.pending, 1):
        size += len(block.batch)
        if size >= options.max_channel_size:
            return PostChannel(count, "full")
    everything = len(snapshot.pending)
    if snapshot.l1_number >= snapshot.waiting_since + options.max_channel_duration:
        return PostChannel(everything, "it has waited long enough")
    deadline = snapshot.pending[0].ref.l1_origin.number + config.seq_window_size - options.window_margin
    if snapshot.l1_number >= deadline:
        return PostChannel(everything, "the sequence window ends soon")
    return (
        f"L1 block {min(deadline, snapshot.waiting_since + options.max_channel_duration)}, or more L2 blocks"
    )
