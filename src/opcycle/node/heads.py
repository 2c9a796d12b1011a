"""The L2 heads of a verifier, and how finality on L1 becomes finality on L2.

safe: derived from L1 as it is now. finalized: the safe head as of the finalized L1 block; it never goes back.
unsafe: what a sequencer has announced; this node listens to L1 only, so it is the safe head.
Source: OP Stack specs, "Rollup Node"; op-node `finality/finalizer.go`.
"""

from dataclasses import dataclass, replace

from opcycle.errors import CriticalError
from opcycle.protocol.payload import ForkchoiceState
from opcycle.protocol.types import L2BlockRef


@dataclass(frozen=True, slots=True)
class Heads:
    """Immutable; each change gives new heads."""

    safe: L2BlockRef
    finalized: L2BlockRef

    def __post_init__(self) -> None:
        if self.safe.number < self.finalized.number:
            raise CriticalError(
                f"the safe head would fall back to {self.safe}, before the finalized block {self.finalized}; "
                "L1 has undone what it had finalized, or the node reads another L1 now"
            )

    @property
    def unsafe(self) -> L2BlockRef:
        return self.safe

    @property
    def forkchoice(self) -> ForkchoiceState:
        return ForkchoiceState(head=self.unsafe.hash, safe=self.safe.hash, finalized=self.finalized.hash)

    def advance(self, safe: L2BlockRef) -> "Heads":
        """With the next derived block as the safe head."""
        return replace(self, safe=safe)

    def finalize(self, finalized: L2BlockRef) -> "Heads":
        """With a later finalized block. Raises CriticalError for an earlier one or another at its height."""
        if finalized.number < self.finalized.number or (
            finalized.number == self.finalized.number and finalized != self.finalized
        ):
            raise CriticalError(f"L2 block {finalized} cannot be finalized after {self.finalized}")
        return replace(self, finalized=finalized)
