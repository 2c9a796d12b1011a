"""Which alt-DA inputs count: what was challenged on L1, whether it was resolved in time, what is settled.

An input is a commitment in one L1 block. Within the challenge window after that block it can be challenged;
within the resolve window after the challenge somebody must publish its data on L1. An input whose challenge
expires does not count: derivation skips it, or goes back if it has used it already. Until its windows are
over an input, and all that came after it, is not final. Without a challenge contract nothing is ever
challenged, and finality waits for the challenge window all the same.
Source: OP Stack specs, "Alt-DA Mode" ("Derivation"); op-alt-da `damgr.go`, `dastate.go`.
"""

from collections import deque
from dataclasses import dataclass, replace

from opcycle.errors import ResetError
from opcycle.protocol.alt_da import AltDAConfig, Commitment
from opcycle.protocol.da_challenges import ChallengeEvent, ChallengeStatus, challenge_event, resolving_input
from opcycle.protocol.types import Hash, L1Block


class InputExpiredError(ResetError):
    """An input that was used must not have been: derivation starts again, and skips it."""


@dataclass(frozen=True, slots=True)
class DAInput:
    """A commitment as included in L1 block `inclusion`; the same one elsewhere is another input."""

    commitment: Commitment
    inclusion: int


@dataclass(frozen=True, slots=True)
class Challenge:
    """Over with L1 block `ends`. `data` is what resolved it."""

    ends: int
    status: ChallengeStatus = ChallengeStatus.ACTIVE
    data: bytes = b""


class Challenges:
    """Follows L1 block by block, ahead of derivation where an input is missing. Challenges are kept for good:
    each has cost its challenger a bond."""

    def __init__(self, config: AltDAConfig):
        self._config = config
        self._challenges: dict[DAInput, Challenge] = {}
        self._read: dict[int, Hash] = {}
        self._read_to = self._origin = -1
        self._open: deque[tuple[DAInput, bool]] = deque()
        self._closed: deque[DAInput] = deque()
        self._expired: DAInput | None = None

    def reset(self) -> None:
        """Forget the inputs, and the challenges too unless it was one of these that asked for the reset."""
        if self._expired is None:
            self._challenges.clear()
            self._read.clear()
            self._read_to = -1
        self._open.clear()
        self._closed.clear()
        self._expired, self._origin = None, -1

    @property
    def read_to(self) -> int:
        """The number of the last L1 block whose challenges are known."""
        return self._read_to

    def read(self, block: L1Block) -> None:
        """Take in the events of the next L1 block; one that was read before changes nothing.

        Raises ResetError if another block of that number was read: the challenges are of another L1 chain.
        """
        number, block_hash = block.header.number, block.header.hash
        if number <= self._read_to:
            if self._read.get(number, block_hash) != block_hash:
                self._expired = None
                raise ResetError(f"another L1 block than {block.ref} was read for challenges of alt-DA data")
            return
        for log in block.logs:
            if self._config.is_challengeable and log.address == self._config.challenge_contract:
                event = challenge_event(log)
                if event is not None:
                    self._follow(event, number, block.challenge_calldata.get(log.index, b""))
        for item, challenge in self._challenges.items():
            if challenge.status is ChallengeStatus.ACTIVE and challenge.ends <= number:
                self._challenges[item] = replace(challenge, status=ChallengeStatus.EXPIRED)
        self._read[number], self._read_to = block_hash, number
        self._read.pop(number - 2 * self._longest, None)

    def of(self, item: DAInput) -> Challenge | None:
        return self._challenges.get(item)

    def last_chance(self, item: DAInput) -> int:
        """The last L1 block that can still challenge an input that was not yet, or resolve its challenge."""
        challenge = self._challenges.get(item)
        return item.inclusion + self._config.challenge_window if challenge is None else challenge.ends

    def judged(self, item: DAInput, *, is_used: bool) -> None:
        """Derivation has used the input, or skipped it for its expired challenge. In the order of L1."""
        self._open.append((item, is_used))

    def settle(self, number: int) -> None:
        """Derivation comes to L1 block `number`, whose events are read.

        Raises InputExpiredError if with it an input that was used has expired. Inputs settle in order: one
        that was challenged late holds up those behind it.
        """
        self._origin = number
        while self._open and self.last_chance(self._open[0][0]) <= number:
            item, is_used = self._open.popleft()
            self._closed.append(item)
            challenge = self._challenges.get(item)
            if is_used and challenge is not None and challenge.status is not ChallengeStatus.RESOLVED:
                self._expired = item
        if self._expired is not None:
            raise InputExpiredError(
                f"the data of {self._expired.commitment} in L1 block {self._expired.inclusion} was "
                "challenged, and nobody has published it in time: the L2 blocks made of it do not count"
            )

    def final_l1(self, l1_finalized: int) -> int:
        """The last L1 block whose L2 blocks are final, when L1 has finalized block `l1_finalized`."""
        certain = min(l1_finalized, self._origin)
        while self._closed and self.last_chance(self._closed[0]) <= certain:
            self._closed.popleft()
        unsettled = [*self._closed, *(item for item, _ in self._open)]
        first = min(
            (item.inclusion for item in unsettled if self.last_chance(item) > certain), default=certain
        )
        return min(certain - self._config.challenge_window, first - 1)

    def _follow(self, event: ChallengeEvent, number: int, calldata: bytes) -> None:
        item = DAInput(event.commitment, event.inclusion)
        if event.status is ChallengeStatus.ACTIVE:
            self._challenges[item] = Challenge(ends=number + self._config.resolve_window)
            return
        data, challenge = resolving_input(calldata), self._challenges.get(item)
        if challenge is not None and data is not None and event.commitment.fits(data):
            self._challenges[item] = replace(challenge, status=ChallengeStatus.RESOLVED, data=data)

    @property
    def _longest(self) -> int:
        """L1 blocks until the last input is settled."""
        return self._config.challenge_window + self._config.resolve_window
