"""The L2 heads of a verifier, and how finality on L1 becomes finality on L2.

unsafe: the newest block that a sequencer has announced and the engine executed; L1 may still say otherwise.
safe: derived from L1 as it is now. finalized: the safe head as of the finalized L1 block; it never goes back.
Source: OP Stack specs, "Rollup Node"; op-node `finality/finalizer.go`.
"""

from dataclasses import dataclass, replace

from opcycle.errors import CriticalError
from opcycle.protocol.payload import ForkchoiceState
from opcycle.protocol.types import L2BlockRef


@dataclass(frozen=True, slots=True)
class Heads:
    """One chain, newest block first. Immutable; each change gives new heads."""

    unsafe: L2BlockRef
    safe: L2BlockRef
    finalized: L2BlockRef

    def __post_init__(self) -> None:
        if self.safe.number < self.finalized.number:
            raise CriticalError(
                f"the safe head would fall back to {self.safe}, before the finalized block {self.finalized}; "
                "L1 has undone what it had finalized, or the node reads another L1 now"
            )

    @property
    def forkchoice(self) -> ForkchoiceState:
        return ForkchoiceState(head=self.unsafe.hash, safe=self.safe.hash, finalized=self.finalized.hash)

    def extend(self, unsafe: L2BlockRef) -> "Heads":
        """With an announced block that follows the unsafe head."""
        return replace(self, unsafe=unsafe)

    def consolidate(self, safe: L2BlockRef) -> "Heads":
        """With the next block of the unsafe chain as the safe head: L1 gives the same."""
        return replace(self, safe=safe)

    def advance(self, safe: L2BlockRef) -> "Heads":
        """With the next derived block as the safe head; the unsafe chain ends there."""
        return replace(self, unsafe=safe, safe=safe)

    def without_unsafe(self) -> "Heads":
        """With nothing beyond the safe head."""
        return replace(self, unsafe=self.safe)

    def finalize(self, finalized: L2BlockRef) -> "Heads":
        """With a later finalized block. Raises CriticalError for an earlier one or another at its height."""
        if finalized.number < self.finalized.number or (
            finalized.number == self.finalized.number and finalized != self.finalized
        ):
            raise CriticalError(f"L2 block {finalized} cannot be finalized after {self.finalized}")
        return replace(self, finalized=finalized)
