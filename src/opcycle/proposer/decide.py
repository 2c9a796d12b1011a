"""Whether the next output can be proposed, from one snapshot. Pure."""

from dataclasses import dataclass
from typing import TypeAlias

from opcycle.protocol.sync_status import SyncStatus
from opcycle.protocol.types import BlockId, Hash, L1BlockRef, L2BlockRef

MAX_L1_AGE = 200
"""L1 blocks between what the node has read and L1's head. The contract can look back 256; the difference is
what a proposal may take until it is mined."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a decision depends on: the oracle at the end of `l1`, and what the node says.

    The oracle's next output is for L2 block `number`, and due after `due` (seconds of L1 time). `status` was
    read before `output_root`, the root of that block; None: `status` does not vouch for the block yet.
    `reads_this_l1`: up to `l1`, L1 has the last block that the node has read.
    """

    l1: L1BlockRef
    number: int
    due: int
    status: SyncStatus
    output_root: Hash | None
    reads_this_l1: bool


@dataclass(frozen=True, slots=True)
class Propose:
    """Propose the root. The oracle refuses it if L1 has replaced `l1_block`, from which the root follows."""

    output_root: Hash
    number: int
    l1_block: BlockId


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `reason` has gone away."""

    reason: str


Action: TypeAlias = Propose | Wait


def decide(snapshot: Snapshot, *, allow_non_finalized: bool) -> list[Action]:
    """One action: the next output, or what it waits for."""
    number, status = snapshot.number, snapshot.status
    if snapshot.output_root is None or proposable(status, allow_non_finalized).number < number:
        kind = "safe" if allow_non_finalized else "finalized"
        head = proposable(status, allow_non_finalized)
        return [Wait(f"the node's {kind} L2 head to reach block {number} (it is {head})")]
    if snapshot.l1.timestamp <= snapshot.due:
        return [Wait(f"L1 time to pass {snapshot.due}, when L2 block {number} is due")]
    read = status.current_l1
    if not snapshot.reads_this_l1:
        return [Wait(f"the node to read this L1; it is at {read}, L1 at {snapshot.l1}")]
    if read.number + MAX_L1_AGE < snapshot.l1.number:
        return [Wait(f"the node to come near L1 block {snapshot.l1} (it has read up to {read})")]
    return [Propose(snapshot.output_root, number, read.id)]


def proposable(status: SyncStatus, allow_non_finalized: bool) -> L2BlockRef:
    """The last L2 block whose output may be proposed."""
    return status.safe_l2 if allow_non_finalized else status.finalized_l2
