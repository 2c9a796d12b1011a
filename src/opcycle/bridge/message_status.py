"""How far a message between the messengers has come: what it waits for, and what can be done."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from opcycle.bridge.deposits import DepositStatus
from opcycle.bridge.status import WithdrawalStatus
from opcycle.protocol.messages import Message


class Layer(StrEnum):
    """One of the two chains."""

    L1 = "L1"
    L2 = "L2"

    @property
    def other(self) -> "Layer":
        return Layer.L2 if self is Layer.L1 else Layer.L1


@dataclass(frozen=True, slots=True)
class NotSentYet:
    """The transaction is in no block of the chain that it is for."""

    on: Layer

    def __str__(self) -> str:
        return f"waiting for an {self.on} block"


@dataclass(frozen=True, slots=True)
class UnderWay:
    """To L2 as a deposit, to L1 as a withdrawal. `index` is that of the withdrawal in its transaction."""

    by: DepositStatus | WithdrawalStatus
    index: int = 0

    def __str__(self) -> str:
        return str(self.by)

    @property
    def next(self) -> str:
        if isinstance(self.by, DepositStatus):
            return "wait: L2 takes it up by itself"
        if self.by.is_finalizable:
            return f"finalize withdrawal {self.index} of its transaction: that relays it"
        if self.by.is_provable:
            return f"prove withdrawal {self.index} of its transaction, then finalize it: that relays it"
        return "wait"


@dataclass(frozen=True, slots=True)
class Relayed:
    """The target was called, and did not revert."""

    on: Layer

    def __str__(self) -> str:
        return f"relayed on {self.on}"

    @property
    def next(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Failed:
    """It was received, but the target reverted, or there was too little gas to call it; its ETH waits."""

    on: Layer

    def __str__(self) -> str:
        return f"failed on {self.on}: its target reverted, or there was too little gas; its ETH waits there"

    @property
    def next(self) -> str:
        return "relay it again, as anybody can, once its target takes it"


@dataclass(frozen=True, slots=True)
class Refused:
    """It arrived, and the messenger refused it, for good."""

    on: Layer

    def __str__(self) -> str:
        return f"refused by the messenger on {self.on}: messages may not call this target"

    @property
    def next(self) -> str:
        return ""


MessageStage: TypeAlias = NotSentYet | UnderWay | Relayed | Failed | Refused


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """`message` is None while no block has it. `to` is the chain that it is for."""

    message: Message | None
    to: Layer
    stage: MessageStage

    @property
    def is_relayed(self) -> bool:
        return isinstance(self.stage, Relayed)

    @property
    def has_failed(self) -> bool:
        """It can be relayed again."""
        return isinstance(self.stage, Failed)

    @property
    def next(self) -> str:
        """What to do, in words; nothing at the end."""
        return "wait" if isinstance(self.stage, NotSentYet) else self.stage.next

    def __str__(self) -> str:
        return str(self.stage)
