"""A channel in the channel bank: its frames in whatever order they came.

Source: OP Stack specs, "Channel Bank"; op-node `derive/channel.go`.
"""

from dataclasses import dataclass, field
from itertools import count

from opcycle.derivation.verdicts import Reason
from opcycle.protocol.channels import FRAME_SIZE_IN_CHANNEL
from opcycle.protocol.frames import Frame


@dataclass(slots=True)
class BankedChannel:
    """`opened` is the L1 block of the frame that came first; `size` is what the bank counts, in bytes."""

    id: bytes
    opened: int
    size: int = 0
    _frames: dict[int, bytes] = field(default_factory=dict)
    _last: int | None = None

    @property
    def is_complete(self) -> bool:
        return self._last is not None and len(self._frames) == self._last + 1

    @property
    def data(self) -> bytes:
        return b"".join(self._frames[number] for number in sorted(self._frames))

    @property
    def beginning(self) -> bytes:
        """What its frames hold up to the first that is missing."""
        return b"".join(self._frames[number] for number in range(self.first_missing))

    @property
    def first_missing(self) -> int:
        return next(number for number in count() if number not in self._frames)

    def objection(self, frame: Frame) -> Reason | None:
        """Why `frame` may not be added, None if it may."""
        if frame.is_last and self._last is not None:
            return Reason.SECOND_LAST_FRAME
        if frame.number in self._frames:
            return Reason.DUPLICATE_FRAME
        if self._last is not None and frame.number >= self._last:
            return Reason.FRAME_AFTER_LAST
        return None

    def add(self, frame: Frame) -> list[int]:
        """Add `frame`; the numbers of frames that go because they are beyond the last one.

        When frames go, op-node deducts the size of all the others as well. What the bank counts decides which
        channel it pushes out, so the same is done here.
        """
        beyond: list[int] = []
        if frame.is_last:
            self._last = frame.number
            beyond = [number for number in self._frames if number > frame.number]
        if beyond:
            self.size = 0
        for number in beyond:
            del self._frames[number]
        self._frames[frame.number] = frame.data
        self.size += len(frame.data) + FRAME_SIZE_IN_CHANNEL
        return beyond
