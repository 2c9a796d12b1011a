"""Challenges of alt-DA data on L1, as the events of a `DataAvailabilityChallenge` contract tell them.

    ChallengeStatusChanged(uint256 indexed challengedBlockNumber, bytes challengedCommitment, uint8 status)
    resolve(uint256 challengedBlockNumber, bytes challengedCommitment, bytes resolveData)

The data that resolves a challenge is in no event: it is read from the calldata of the transaction that has
emitted one, which must be a call of `resolve` itself. That a challenge expires is no event: time tells.
Source: OP Stack specs, "Alt-DA Mode" ("Data Availability Challenge Contract"); op-alt-da `damgr.go`.
"""

from dataclasses import dataclass
from enum import IntEnum

from opcycle.keccak import keccak
from opcycle.protocol.alt_da import Commitment, CommitmentError
from opcycle.protocol.types import Log

CHALLENGE_STATUS_CHANGED_TOPIC = keccak(b"ChallengeStatusChanged(uint256,bytes,uint8)")

_MAX_U64 = 2**64 - 1


class ChallengeStatus(IntEnum):
    """As in the contract; EXPIRED is in no event."""

    ACTIVE = 1
    RESOLVED = 2
    EXPIRED = 3


@dataclass(frozen=True, slots=True)
class ChallengeEvent:
    """A challenge of `commitment`, as included in L1 block `inclusion`, begins or is resolved."""

    commitment: Commitment
    inclusion: int
    status: ChallengeStatus


def challenge_event(log: Log) -> ChallengeEvent | None:
    """What a log of the contract says; None for what is no well-formed event of a challenge."""
    if len(log.topics) != 2 or log.topics[0] != CHALLENGE_STATUS_CHANGED_TOPIC:
        return None
    inclusion = int.from_bytes(log.topics[1], "big")
    status = int.from_bytes(log.data[32:64], "big")
    encoded = _bytes_argument(log.data, 0)
    if encoded is None or inclusion > _MAX_U64:
        return None
    if status not in (ChallengeStatus.ACTIVE, ChallengeStatus.RESOLVED):
        return None
    try:
        return ChallengeEvent(Commitment.decode(encoded), inclusion, ChallengeStatus(status))
    except CommitmentError:
        return None


def resolving_input(calldata: bytes) -> bytes | None:
    """The `resolveData` in a call of `resolve`; None if there is none. The selector is not looked at."""
    arguments = calldata[4:]
    if len(arguments) < 96 or _bytes_argument(arguments, 1) is None:
        return None
    return _bytes_argument(arguments, 2) or None


def _bytes_argument(data: bytes, place: int) -> bytes | None:
    """Argument `place` of ABI-encoded `data`, a `bytes`; padding may be missing."""
    if len(data) < 32 * place + 32:
        return None
    start = int.from_bytes(data[32 * place : 32 * place + 32], "big") + 32
    if start > len(data):
        return None
    end = start + int.from_bytes(data[start - 32 : start], "big")
    return data[start:end] if end <= len(data) else None
