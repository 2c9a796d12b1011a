"""Why the safe head stands where it is: what the next L2 block depends on, typed and in words."""

from dataclasses import dataclass
from enum import StrEnum

from opcycle.derivation.channel_assembler import OpenChannel
from opcycle.derivation.da_inputs import LookAhead
from opcycle.derivation.verdicts import Decision, Verdict
from opcycle.protocol.types import L2BlockRef


class WaitReason(StrEnum):
    """One member per situation. Those below the blank line are a node's: it has an L1 to read, and errors."""

    SAFE_ORIGIN = "L1 is read again up to the safe head's own L1 origin"
    MISSING_DATA = "the DA server does not have what a commitment is of"
    NEXT_ORIGIN = "a batch can be judged once the next L1 block is known"
    EARLIER_BATCH = "a batch is there, but not those before it"
    MISSING_FRAME = "a channel lacks a frame"
    DROPPED = "what the batcher sent last was dropped"
    NO_BATCH = "no batch for the next L2 block is on L1 yet"

    FIRST_LOOK = "the node has not looked at L1 yet"
    UNREAD_L1 = "L1 has blocks that the node has not derived yet"
    RETRY = "an error that may pass"
    RESET = "L1 or L2 was replaced, and the node goes back"
    STOPPED = "an error that stops the node"


@dataclass(frozen=True, slots=True)
class WaitingFor:
    """What the block after `safe_head` depends on.

    `l1_number` is the L1 block to read next; `window_ends` the one with which the batches for that block are
    due, after which empty blocks are forced; `channel` the channel that lacks frames; `obstacle` the last
    verdict since a batch was accepted that left something out, or left it for later; `missing` the data that
    the DA server lacks.
    """

    safe_head: L2BlockRef
    l1_number: int
    window_ends: int
    channel: OpenChannel | None
    obstacle: Verdict | None
    missing: LookAhead | None = None

    @property
    def reason(self) -> WaitReason:
        """What is nearest to giving the next block comes first."""
        if self.missing is not None:
            return WaitReason.MISSING_DATA
        if self.l1_number <= self.safe_head.l1_origin.number:
            return WaitReason.SAFE_ORIGIN
        decision = None if self.obstacle is None else self.obstacle.decision
        if decision is Decision.UNDECIDED:
            return WaitReason.NEXT_ORIGIN
        if decision is Decision.FUTURE:
            return WaitReason.EARLIER_BATCH
        if self.channel is not None:
            return WaitReason.MISSING_FRAME
        return WaitReason.NO_BATCH if decision is None else WaitReason.DROPPED

    @property
    def blocks_to_window_end(self) -> int:
        """How many L1 blocks are still to be read before empty blocks are forced."""
        return max(0, self.window_ends - self.l1_number + 1)

    def __str__(self) -> str:
        text = f"L1 block {self.l1_number}"
        if self.missing is not None:
            return (
                f"the data of {self.missing.commitment}, which the DA server does not have; {text} may tell "
                f"(challenges until block {self.missing.last_chance})"
            )
        if self.channel is not None:
            text += (
                f" with frame {self.channel.next_frame} of channel {self.channel.channel_id.hex()}"
                f" (open since block {self.channel.opened}, until block {self.channel.last_chance})"
            )
        if self.obstacle is not None:
            text += f"; the last verdict was {self.obstacle}"
        return f"{text}; empty blocks from L1 block {self.window_ends}, in {self.blocks_to_window_end} blocks"
