"""How far a withdrawal has come, from one snapshot of L1. Pure.

A withdrawal that was proven must wait the finalization period twice at once: since its proof, and since the
output that it was proven against. The challenger may delete that output meanwhile; if the same root is
proposed again at the same index, the proof holds, but the wait begins anew.
"""

from dataclasses import dataclass
from typing import TypeAlias

from opcycle.l1.oracle import OutputProposal
from opcycle.l1.portal import ProvenWithdrawal
from opcycle.protocol.withdrawals import Withdrawal


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
    is_finalized: bool = False
    proven: ProvenWithdrawal | None = None
    proven_output: OutputProposal | None = None


@dataclass(frozen=True, slots=True)
class WaitingForInclusion:
    def __str__(self) -> str:
        return "waiting for an L2 block"


@dataclass(frozen=True, slots=True)
class WaitingForOutput:
    """L2 has it in block `l2_block`; the output of block `covered_by` is due in `seconds` of L1 time."""

    l2_block: int
    covered_by: int
    seconds: int

    def __str__(self) -> str:
        when = f"in about {self.seconds} seconds" if self.seconds else "any time now"
        return (
            f"in L2 block {self.l2_block}, waiting for the output of L2 block {self.covered_by}, due {when}"
        )


@dataclass(frozen=True, slots=True)
class Provable:
    output: OutputProposal

    def __str__(self) -> str:
        return f"can be proven against output {self.output.index} of L2 block {self.output.l2_block_number}"


@dataclass(frozen=True, slots=True)
class Proven:
    """Finalizable in `seconds` of L1 time."""

    output_index: int
    seconds: int

    def __str__(self) -> str:
        return f"proven against output {self.output_index}, waits {self.seconds} seconds"


@dataclass(frozen=True, slots=True)
class Finalizable:
    output_index: int

    def __str__(self) -> str:
        return f"proven against output {self.output_index}, can be finalized"


@dataclass(frozen=True, slots=True)
class Finalized:
    """L1 has made its call; if that failed, it stays so."""

    def __str__(self) -> str:
        return "finalized"


@dataclass(frozen=True, slots=True)
class MustBeProvenAgain:
    """The output that it was proven against was deleted."""

    output_index: int
    then: Provable | WaitingForOutput

    def __str__(self) -> str:
        return f"must be proven again, because output {self.output_index} was deleted: {self.then}"


Stage: TypeAlias = (
    WaitingForInclusion | WaitingForOutput | Provable | Proven | Finalizable | Finalized | MustBeProvenAgain
)


@dataclass(frozen=True, slots=True)
class WithdrawalStatus:
    """`withdrawal` is None until an L2 block has it."""

    withdrawal: Withdrawal | None
    stage: Stage

    @property
    def provable_output(self) -> OutputProposal | None:
        """The output to prove it against; None if it cannot be proven now, or need not be."""
        stage = self.stage.then if isinstance(self.stage, MustBeProvenAgain) else self.stage
        return stage.output if isinstance(stage, Provable) else None

    @property
    def is_provable(self) -> bool:
        return self.provable_output is not None

    @property
    def is_proven(self) -> bool:
        """Proven, and the proof still holds."""
        return isinstance(self.stage, Proven | Finalizable)

    @property
    def is_finalizable(self) -> bool:
        return isinstance(self.stage, Finalizable)

    @property
    def is_finalized(self) -> bool:
        return isinstance(self.stage, Finalized)

    def __str__(self) -> str:
        return str(self.stage)


def stage_of(snapshot: Snapshot) -> Stage:
    """The stage of a withdrawal that L2 has in a block.

    It counts as finalizable from the L1 block on whose own time allows it. A transaction in the next block
    might come in time one second earlier, but its gas is estimated in this block.
    """
    proven, output = snapshot.proven, snapshot.proven_output
    if snapshot.is_finalized:
        return Finalized()
    if proven is None:
        return _unproven(snapshot)
    if output is None or output.output_root != proven.output_root:
        return MustBeProvenAgain(proven.l2_output_index, _unproven(snapshot))
    matures = max(proven.timestamp, output.timestamp) + snapshot.period
    if snapshot.l1_time > matures:
        return Finalizable(output.index)
    return Proven(output.index, matures + 1 - snapshot.l1_time)


def _unproven(snapshot: Snapshot) -> Provable | WaitingForOutput:
    match snapshot.covering:
        case OutputProposal() as output:
            return Provable(output)
        case ScheduledOutput(l2_block, due):
            return WaitingForOutput(snapshot.l2_block, l2_block, max(0, due + 1 - snapshot.l1_time))
