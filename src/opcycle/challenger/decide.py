"""Which outputs stand, from one snapshot. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from opcycle.l1.oracle import OutputProposal
from opcycle.protocol.types import Hash, L1BlockRef, L2BlockRef

MARGIN = 300
"""Seconds that a deletion may take until it is mined: 25 blocks of Ethereum."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a decision depends on. `outputs` are those that can still be deleted after `l1`, by index.

    `period` is the finalization period in seconds. `roots` holds what the node computes, by L2 block, for as
    many of the outputs as its safe head covers.
    """

    l1: L1BlockRef
    period: int
    outputs: Sequence[OutputProposal]
    roots: Mapping[int, Hash]
    safe_l2: L2BlockRef


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete `output` and all after it: `expected` is the root that the node computes."""

    output: OutputProposal
    expected: Hash


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `reason` has gone away."""

    reason: str


Action: TypeAlias = Delete | Wait


def decide(snapshot: Snapshot) -> list[Action]:
    """Delete from the first wrong output on, or what that waits for. Never a guess.

    If the first one might be final before its deletion is mined, that deletion would revert and save the ones
    after it too; so the next wrong one gets a deletion of its own, and so on to one with time left.
    """
    deletions: list[Action] = []
    waiting_for = "the next output"
    for output in snapshot.outputs:
        expected = snapshot.roots.get(output.l2_block_number)
        if expected is None:
            waiting_for = (
                f"the node to derive L2 block {output.l2_block_number} of output {output.index} "
                f"(its safe head is {snapshot.safe_l2})"
            )
            break
        if output.output_root != expected:
            deletions.append(Delete(output, expected))
            if seconds_left(output, period=snapshot.period, l1=snapshot.l1) > MARGIN:
                break
    return deletions or [Wait(waiting_for)]


def seconds_left(output: OutputProposal, *, period: int, l1: L1BlockRef) -> int:
    """How many seconds after `l1` the last L1 block may come that can still delete it."""
    return output.timestamp + period - 1 - l1.timestamp
