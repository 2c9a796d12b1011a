"""Between the second and the third stage, on chains with alt-DA: commitments in, the data behind them out.

Whoever drives the pipeline gives the data, all of an L1 block's before anything of it is derived. Data that
the DA server does not have is waited for, while L1 is read on: a challenge may publish it or, expiring, take
it off the chain. Frames on L1 itself pass. Source: OP Stack specs, "Alt-DA Mode" ("Derivation"); op-node
`derive/altda_data_source.go`, op-alt-da `damgr.go` (`GetInput`).
"""

from collections import deque
from dataclasses import dataclass, replace

from opcycle.derivation.da_challenges import Challenges, DAInput
from opcycle.derivation.l1_retrieval import L1Retrieval, Payload
from opcycle.derivation.l1_traversal import L1Traversal
from opcycle.derivation.verdicts import Reason, VerdictLog
from opcycle.errors import CriticalError
from opcycle.protocol.alt_da import (
    DERIVATION_VERSION_ALT_DA,
    MAX_INPUT_SIZE,
    AltDAConfig,
    Commitment,
    CommitmentError,
    CommitmentType,
)
from opcycle.protocol.da_challenges import ChallengeStatus
from opcycle.protocol.frames import DERIVATION_VERSION_0
from opcycle.protocol.types import L1Block


@dataclass(frozen=True, slots=True)
class NeedDAInput:
    """Nothing more can be derived before the data behind `commitment` is given, or said to be missing."""

    commitment: Commitment


@dataclass(frozen=True, slots=True)
class LookAhead:
    """The data is missing, and the next L1 block may say what becomes of it, up to block `last_chance`."""

    commitment: Commitment
    last_chance: int


class DAInputs:
    """Holds the payloads of one L1 block. `need` is asked before `next`, until it has no more wishes."""

    def __init__(
        self,
        config: AltDAConfig,
        prev: L1Retrieval,
        traversal: L1Traversal,
        challenges: Challenges,
        verdicts: VerdictLog,
    ):
        self._config = config
        self._prev = prev
        self._traversal = traversal
        self._challenges = challenges
        self._verdicts = verdicts
        self._ready: deque[Payload] = deque()
        self._waiting: tuple[Payload, DAInput] | None = None
        self._missing_with: int | None = None

    @property
    def origin(self) -> L1Block:
        return self._prev.origin

    def next(self) -> Payload | None:
        """The next payload of the L1 block being read; None after its last."""
        return self._ready.popleft() if self._ready else None

    def need(self) -> NeedDAInput | LookAhead | None:
        """What is lacking before the L1 block being read can be derived from.

        Raises InputExpiredError (see `Challenges.settle`), CriticalError if data is missing that nobody has
        challenged in time: no rule says then what the chain is.
        """
        if self._waiting is None:
            self._challenges.read(self.origin)
            self._challenges.settle(self.origin.header.number)
        while (waiting := self._waiting or self._take()) is not None:
            wish = self._without_server(*waiting)
            if wish is not None:
                return wish
        return None

    def push(self, commitment: Commitment, data: bytes | None) -> None:
        """Give the data behind the commitment that was asked for, or None: the DA server does not have it.

        Raises ValueError for any other commitment, or other data than a keccak commitment is of.
        """
        if self._waiting is None or self._waiting[1].commitment != commitment:
            raise ValueError(f"nobody asked for {commitment}")
        if data is None:
            self._missing_with = self._traversal.next_number
        elif commitment.fits(data):
            self._use(*self._waiting, data)
        else:
            raise ValueError(f"{len(data)} bytes that {commitment} is not of")

    def _take(self) -> tuple[Payload, DAInput] | None:
        """Take payloads up to one with a commitment, which is waited for then; None if there is none."""
        while (payload := self._prev.next()) is not None:
            if payload.data[0] != DERIVATION_VERSION_ALT_DA:
                self._ready.append(payload)
            elif (commitment := self._commitment_in(payload)) is not None:
                self._waiting = payload, DAInput(commitment, self.origin.header.number)
                return self._waiting
        return None

    def _commitment_in(self, payload: Payload) -> Commitment | None:
        try:
            commitment = Commitment.decode(payload.data[1:])
        except CommitmentError as error:
            self._drop(payload, Reason.MALFORMED_COMMITMENT, str(error))
            return None
        if commitment.kind is not self._config.commitment_type:
            self._drop(payload, Reason.OTHER_COMMITMENT_TYPE, str(commitment))
            return None
        return commitment

    def _without_server(self, payload: Payload, item: DAInput) -> NeedDAInput | LookAhead | None:
        """What is needed to decide about the input; None if L1 alone decides."""
        while True:
            challenge = self._challenges.of(item)
            status = None if challenge is None else challenge.status
            if status is ChallengeStatus.EXPIRED:
                self._drop(payload, Reason.DA_CHALLENGE_EXPIRED, str(item.commitment))
                self._challenges.judged(item, is_used=False)
                self._waiting = self._missing_with = None
                return None
            if self._missing_with != self._traversal.next_number:
                return NeedDAInput(item.commitment)  # the server is asked again with each new L1 block
            if challenge is not None and status is ChallengeStatus.RESOLVED:
                self._use(payload, item, challenge.data)
                return None
            if challenge is None and self._challenges.read_to > self._challenges.last_chance(item):
                raise CriticalError(
                    f"the DA server has no data for {item.commitment} in L1 block {item.inclusion}, which "
                    "nobody challenged in time; without it nobody can derive the chain"
                )
            ahead = self._traversal.ahead(self._challenges.read_to + 1)
            if ahead is None:
                return LookAhead(item.commitment, self._challenges.last_chance(item))
            self._challenges.read(ahead)

    def _use(self, payload: Payload, item: DAInput, data: bytes) -> None:
        self._waiting = self._missing_with = None
        self._challenges.judged(item, is_used=True)
        if item.commitment.kind is CommitmentType.KECCAK and len(data) > MAX_INPUT_SIZE:
            self._drop(payload, Reason.DA_INPUT_TOO_LARGE, f"{len(data)} bytes, at most {MAX_INPUT_SIZE}")
        elif not data:
            self._drop(payload, Reason.EMPTY_DATA, str(item.commitment))
        elif data[0] != DERIVATION_VERSION_0:
            self._drop(payload, Reason.UNKNOWN_VERSION, f"version 0x{data[0]:02x} behind {item.commitment}")
        else:
            self._ready.append(replace(payload, data=data, commitment=item.commitment))

    def _drop(self, payload: Payload, reason: Reason, detail: str) -> None:
        self._verdicts.drop(payload.source, self.origin.header.id, reason, detail)
