"""How far a withdrawal has come where outputs are proposed to an oracle, from one snapshot of L1. Pure.

A withdrawal that was proven must wait the finalization period twice at once: since its proof, and since the
output that it was proven against. The challenger may delete that output meanwhile; if the same root is
proposed again at the same index, the proof holds, but the wait begins anew.
"""

from dataclasses import dataclass

from opcycle.bridge.status import (
    Basis,
    Finalizable,
    Finalized,
    Flaw,
    MustBeProvenAgain,
    Paused,
    Provable,
    Proven,
    Reason,
    Stage,
    Unpaused,
    Wait,
    WaitingForOutput,
)
from opcycle.l1.oracle import OutputProposal
from opcycle.l1.portal import ProvenWithdrawal


@dataclass(frozen=True, slots=True)
class ScheduledOutput:
    """An output that is not proposed yet: its L2 block, and the L1 time after which it can be, in seconds."""

    l2_block: int
    due: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the end of one L1 block says about a withdrawal that L2 has in block `l2_block`.

    `covering` is the first output whose state includes it, or when there will be one; `proven_output` is what
    stands at the index that `proven` names. `l1_time` and `period` (the finalization period) in seconds.
    """

    l1_time: int
    l2_block: int
    covering: OutputProposal | ScheduledOutput
    period: int
    is_paused: bool = False
    is_finalized: bool = False
    proven: ProvenWithdrawal | None = None
    proven_output: OutputProposal | None = None


def stage_of(snapshot: Snapshot) -> Stage:
    """The stage of a withdrawal that L2 has in a block.

    It counts as finalizable from the L1 block on whose own time allows it. A transaction in the next block
    might come in time one second earlier, but its gas is estimated in this block.
    """
    if snapshot.is_finalized:
        return Finalized()
    stage = _unpaused(snapshot)
    return Paused(stage) if snapshot.is_paused else stage


def _unpaused(snapshot: Snapshot) -> Unpaused:
    proven, output = snapshot.proven, snapshot.proven_output
    if proven is None:
        return _unproven(snapshot)
    name = _name(proven.l2_output_index)
    if output is None or output.output_root != proven.output_root:
        return MustBeProvenAgain(name, Flaw.DELETED, _unproven(snapshot))
    matures = max(proven.timestamp, output.timestamp) + snapshot.period
    if snapshot.l1_time > matures:
        return Finalizable(name)
    return Proven(name, (Wait(Reason.PERIOD, matures + 1 - snapshot.l1_time),))


def _unproven(snapshot: Snapshot) -> Provable | WaitingForOutput:
    match snapshot.covering:
        case OutputProposal(index, root, _, l2_block):
            return Provable(Basis(_name(index), index, l2_block, root))
        case ScheduledOutput(l2_block, due):
            return WaitingForOutput(snapshot.l2_block, l2_block, max(0, due + 1 - snapshot.l1_time))


def _name(index: int) -> str:
    return f"output {index}"
