"""What a node waits for, as it tells it: `opcycle_waitingFor`, the metric, and its log."""

from dataclasses import dataclass
from typing import Any

from opcycle.derivation.waiting import WaitingFor, WaitReason
from opcycle.errors import OpcycleError, ResetError, TemporaryError
from opcycle.protocol.sync_status import block_id_to_json
from opcycle.rpc.hexjson import to_hex


@dataclass(frozen=True, slots=True)
class Waiting:
    """`text` says it in words; `details` are derivation's, None if it is not derivation that waits."""

    reason: WaitReason
    text: str
    details: WaitingFor | None = None

    @classmethod
    def of_error(cls, error: OpcycleError) -> "Waiting":
        """An error that ended a step."""
        match error:
            case TemporaryError():
                reason = WaitReason.RETRY
            case ResetError():
                reason = WaitReason.RESET
            case _:
                reason = WaitReason.STOPPED
        return cls(reason, str(error))

    @classmethod
    def of_derivation(cls, details: WaitingFor, *, is_behind: bool) -> "Waiting":
        """After a step. `is_behind`: L1 has blocks that are not derived yet, so nothing else lacks."""
        is_reading = is_behind and details.missing is None
        return cls(WaitReason.UNREAD_L1 if is_reading else details.reason, str(details), details)

    @property
    def verdict(self) -> str:
        """The name of the verdict's reason that left something out, "" if there is none."""
        details = self.details
        return "" if details is None or details.obstacle is None else details.obstacle.reason.name

    def to_json(self) -> dict[str, Any]:
        """Everything but `reason`, `meaning` and `text` is null where it says nothing."""
        details = self.details
        channel = None if details is None else details.channel
        obstacle = None if details is None else details.obstacle
        return {
            "reason": self.reason.name,
            "meaning": self.reason.value,
            "text": self.text,
            "l1Block": None if details is None else details.l1_number,
            "windowEnds": None if details is None else details.window_ends,
            "blocksToWindowEnd": None if details is None else details.blocks_to_window_end,
            "channel": None
            if channel is None
            else {
                "id": to_hex(channel.channel_id),
                "nextFrame": channel.next_frame,
                "opened": channel.opened,
                "lastChance": channel.last_chance,
            },
            "verdict": None
            if obstacle is None
            else {
                "subject": obstacle.subject.value,
                "identity": str(obstacle.identity),
                "decision": obstacle.decision.value,
                "reason": obstacle.reason.name,
                "meaning": obstacle.reason.value,
                "detail": obstacle.detail,
                "l1Block": block_id_to_json(obstacle.inclusion),
            },
        }


FIRST_LOOK = Waiting(WaitReason.FIRST_LOOK, "its first look at L1")
