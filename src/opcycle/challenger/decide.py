"""Which outputs stand, from one snapshot. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from opcycle.l1.oracle import OutputProposal
from opcycle.protocol.types import Hash, L1BlockRef, L2BlockRef


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a decision depends on. `outputs` are those that can still be deleted, by index.

    `roots` holds what the node computes, by L2 block, for as many of them as its safe head covers.
    """

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
    """One action: delete from the first wrong output on, or what it waits for. Never a guess."""
    for output in snapshot.outputs:
        expected = snapshot.roots.get(output.l2_block_number)
        if expected is None:
            return [
                Wait(
                    f"the node to derive L2 block {output.l2_block_number} of output {output.index} "
                    f"(its safe head is {snapshot.safe_l2})"
                )
            ]
        if output.output_root != expected:
            return [Delete(output, expected)]
    return [Wait("the next output")]


def is_deletable(output: OutputProposal, *, period: int, l1: L1BlockRef) -> bool:
    """Whether the L1 block after `l1` can still delete it; `period` is the finalization period in seconds."""
    return l1.timestamp + 1 < output.timestamp + period
