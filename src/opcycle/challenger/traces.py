"""Where the states of a game's machine come from. `Trace` is the whole interface."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from opcycle.keccak import keccak
from opcycle.protocol.dispute_game import Dispute, VMStatus
from opcycle.protocol.preimages import DISPUTED_BLOCK_NUMBER, LocalWord, PreimageRead
from opcycle.protocol.types import Hash


@dataclass(frozen=True, slots=True)
class StepProof:
    """What `step` on the contract needs: the state before it, and the machine's proof.

    `read`: the part of a preimage that the step reads, if it reads one.
    """

    state: bytes
    proof: bytes
    read: PreimageRead | None = None


class Trace(Protocol):
    """A machine's states for any dispute. Raises TemporaryError for what is not known yet.

    `absolute_prestate`: the hash of its first state, which names the program that it runs.
    """

    @property
    def absolute_prestate(self) -> Hash: ...

    def state(self, dispute: Dispute, instant: int) -> Hash:
        """The hash of the state after step `instant`, status byte first; after the end the last one."""
        ...

    def proof(self, dispute: Dispute, instant: int) -> StepProof:
        """For step `instant`."""
        ...

    def keep(self, l1_heads: Collection[Hash]) -> None:
        """Forget what is known of disputes that read L1 up to other blocks: their games are over."""
        ...


class AlphabetTrace:
    """The machine of `contracts/vm/AlphabetVM.sol`, which counts; of game types 254 and 255, for tests."""

    FIRST = 0x60
    PRESTATE = FIRST.to_bytes(32, "big")

    absolute_prestate = bytes([VMStatus.UNFINISHED]) + keccak(PRESTATE)[1:]

    def state(self, dispute: Dispute, instant: int) -> Hash:
        return bytes([VMStatus.INVALID]) + keccak(self._state(dispute, instant + 1))[1:]

    def proof(self, dispute: Dispute, instant: int) -> StepProof:
        if instant == 0:
            return StepProof(self.PRESTATE, b"", LocalWord(DISPUTED_BLOCK_NUMBER, 0))
        return StepProof(self._state(dispute, instant), b"")

    def keep(self, l1_heads: Collection[Hash]) -> None:
        """Nothing was kept."""

    def _state(self, dispute: Dispute, steps: int) -> bytes:
        """Sixteen instants a block, so that traces of neighbouring blocks share no state."""
        instant = (dispute.agreed_block << 4) + steps
        return instant.to_bytes(32, "big") + (self.FIRST + instant).to_bytes(32, "big")


CANNON, FAST, ALPHABET = 0, 254, 255
GAME_TYPES: Mapping[str, int] = {"cannon": CANNON, "alphabet": ALPHABET, "fast": FAST}
"""The types of games that we have a machine for, by op-challenger's names for them."""

TRACES: Mapping[int, Trace] = dict.fromkeys((FAST, ALPHABET), AlphabetTrace())
"""The machines that need nothing to be built. That of cannon is `opcycle.challenger.cannon.trace`."""
