"""What the batcher does next, from one snapshot. Pure.

A frame that is due goes before anything else, so that no other can come between those of one channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from opcycle.batcher.channel import PendingBlock
from opcycle.batcher.options import BatcherOptions
from opcycle.protocol.rollup import RollupConfig

FULL = "full"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a decision depends on. `pending` are consecutive L2 blocks in no channel yet.

    `is_full` says that they fill one; `unsent` counts frames of the newest channel that are not sent,
    `in_flight` transactions that L1 has not mined; `l1_number` is L1's height.
    L2 blocks up to `flush_to` are due, however young.
    """

    pending: Sequence[PendingBlock]
    is_full: bool
    unsent: int
    in_flight: int
    l1_number: int
    flush_to: int = 0


@dataclass(frozen=True, slots=True)
class SendFrames:
    """Send the next frames of the newest channel, as many as go into one transaction."""


@dataclass(frozen=True, slots=True)
class CloseChannel:
    """Make a channel of the pending blocks, or as many of the first as it takes; `reason` says why now."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `reason` has gone away."""

    reason: str


Action: TypeAlias = SendFrames | CloseChannel | Wait


def decide(config: RollupConfig, options: BatcherOptions, snapshot: Snapshot) -> list[Action]:
    """One action: a frame that is due, a channel that is, or what to wait for."""
    if snapshot.in_flight >= options.max_in_flight:
        return [Wait(f"L1 to mine one of {snapshot.in_flight} transactions")]
    if snapshot.unsent:
        return [SendFrames()]
    if not snapshot.pending:
        return [Wait("L2 blocks")]
    if snapshot.is_full:
        return [CloseChannel(FULL)]
    oldest = snapshot.pending[0]
    if oldest.ref.number <= snapshot.flush_to:
        return [CloseChannel("flushed")]
    window_ends = oldest.ref.l1_origin.number + config.seq_window_size - options.window_margin
    if snapshot.l1_number >= window_ends:
        return [CloseChannel("window ends soon")]
    has_waited = oldest.read_at + options.max_channel_duration
    if snapshot.l1_number >= has_waited:
        return [CloseChannel("has waited")]
    return [Wait(f"L1 block {min(window_ends, has_waited)}, or more L2 blocks")]
