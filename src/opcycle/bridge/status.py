"""How far a withdrawal has come, in either settlement mode: what it waits for, and what can be done."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from opcycle.protocol.types import Address, Hash
from opcycle.protocol.withdrawals import Withdrawal


@dataclass(frozen=True, slots=True)
class Basis:
    """What a withdrawal can be proven against: an output at the oracle, or the root claim of a game.

    `index` is that at the oracle or the factory. `name` is for the reader.
    """

    name: str
    index: int
    l2_block: int
    output_root: Hash


class Reason(StrEnum):
    """What a proven withdrawal waits for."""

    PERIOD = "the finalization period"
    MATURITY = "its proof to mature"
    DECISION = "the game to be decided"
    FINALITY = "the finality delay"


class Flaw(StrEnum):
    """Why a proof is worth nothing: what was wrong with what it was made against."""

    DELETED = "was deleted"
    LOST = "was lost"
    BLACKLISTED = "was blacklisted"
    RETIRED = "was retired"
    DISRESPECTED = "is of a type that does not count"
    WRONG = "claims an output that this L2 does not have"


@dataclass(frozen=True, slots=True)
class Wait:
    """`seconds` of L1 time until this can be over, at the earliest."""

    reason: Reason
    seconds: int

    def __str__(self) -> str:
        return f"{self.reason} ({self.seconds} s)"


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
class WaitingForGame:
    """L2 has it in block `l2_block`; no game that may count covers it. `refused`: games that do, and will not
    count: wrong, lost, blacklisted or retired."""

    l2_block: int
    game_type: int
    refused: int = 0

    def __str__(self) -> str:
        text = f"in L2 block {self.l2_block}, waiting for a game of type {self.game_type} that covers it"
        return f"{text} ({self.refused} are wrong or void)" if self.refused else text


@dataclass(frozen=True, slots=True)
class Provable:
    basis: Basis

    def __str__(self) -> str:
        return f"can be proven against {self.basis.name} of L2 block {self.basis.l2_block}"


@dataclass(frozen=True, slots=True)
class Proven:
    """Proven `against` an output or a game; each of `waits` must be over.

    `alternative`: only others have proven it, and whoever asks can do so too, against this.
    """

    against: str
    waits: tuple[Wait, ...]
    alternative: Basis | None = None

    @property
    def seconds(self) -> int:
        """Until it is finalizable, at the earliest."""
        return max(wait.seconds for wait in self.waits)

    def __str__(self) -> str:
        reasons = " and ".join(str(wait) for wait in self.waits)
        return f"proven against {self.against}, waits {self.seconds} seconds for {reasons}"


@dataclass(frozen=True, slots=True)
class Finalizable:
    """`submitter`: whose proof it is; None where a withdrawal has but one."""

    against: str
    submitter: Address | None = None

    def __str__(self) -> str:
        return f"proven against {self.against}, can be finalized"


@dataclass(frozen=True, slots=True)
class Finalized:
    """L1 has made its call; if that failed, it stays so."""

    def __str__(self) -> str:
        return "finalized"


@dataclass(frozen=True, slots=True)
class MustBeProvenAgain:
    """What it was proven against is worth nothing."""

    against: str
    flaw: Flaw
    then: Provable | WaitingForOutput | WaitingForGame

    def __str__(self) -> str:
        return f"must be proven again, because {self.against} {self.flaw}: {self.then}"


@dataclass(frozen=True, slots=True)
class Paused:
    """The guardian has stopped withdrawals; without that it would be at `stage`."""

    stage: "Unpaused"

    def __str__(self) -> str:
        return f"withdrawals are paused by the guardian; once they go on: {self.stage}"


Unpaused: TypeAlias = (
    WaitingForOutput | WaitingForGame | Provable | Proven | Finalizable | Finalized | MustBeProvenAgain
)
Stage: TypeAlias = WaitingForInclusion | Unpaused | Paused


@dataclass(frozen=True, slots=True)
class WithdrawalStatus:
    """`withdrawal` is None until an L2 block has it."""

    withdrawal: Withdrawal | None
    stage: Stage

    @property
    def basis(self) -> Basis | None:
        """What to prove it against; None if it cannot be proven now, or need not be."""
        stage = self.stage.then if isinstance(self.stage, MustBeProvenAgain) else self.stage
        match stage:
            case Provable(basis):
                return basis
            case Proven(alternative=basis):
                return basis
            case _:
                return None

    @property
    def is_provable(self) -> bool:
        return self.basis is not None

    @property
    def is_proven(self) -> bool:
        """Proven, and the proof still holds."""
        stage = self.stage.stage if isinstance(self.stage, Paused) else self.stage
        return isinstance(stage, Proven | Finalizable)

    @property
    def is_finalizable(self) -> bool:
        return isinstance(self.stage, Finalizable)

    @property
    def is_finalized(self) -> bool:
        return isinstance(self.stage, Finalized)

    def __str__(self) -> str:
        return str(self.stage)
