"""Chain time, the only clock that agents know. Seconds since the Unix epoch, as block timestamps are.

A local chain starts from a fixed genesis timestamp and lives on its own time: tests turn the hands
themselves (`SteppedClock`), a running devnet lets them run and may jump (`LiveClock`), and beside an L1
that is not ours time is what its newest block says (`L1Clock`).
"""

import time
from collections.abc import Callable
from typing import Protocol


class ChainClock(Protocol):
    """What time it is on the chain."""

    def now(self) -> int: ...


class MovableClock(ChainClock, Protocol):
    """A clock on which one can travel."""

    def jump(self, seconds: int) -> None:
        """Move forward. Raises ValueError for a step back, which no chain can follow."""
        ...


class SteppedClock:
    """A clock that moves only when told to."""

    def __init__(self, now: int):
        self._now = now

    def now(self) -> int:
        return self._now

    def jump(self, seconds: int) -> None:
        """Move forward. Raises ValueError for a step back, which no chain can follow."""
        if seconds < 0:
            raise ValueError(f"time does not run backwards (asked for {seconds} s)")
        self._now += seconds


class LiveClock:
    """Runs at the speed of the machine's monotonic clock from a given chain time, and can jump ahead."""

    def __init__(self, start: int, monotonic: Callable[[], float] = time.monotonic):
        self._monotonic = monotonic
        self._offset = start - monotonic()

    def now(self) -> int:
        return int(self._monotonic() + self._offset)

    def jump(self, seconds: int) -> None:
        """Time travel, forward only."""
        if seconds < 0:
            raise ValueError(f"time does not run backwards (asked for {seconds} s)")
        self._offset += seconds


class L1Clock:
    """The newest L1 timestamp plus the time since we first saw it; right on any network, warped or not."""

    def __init__(self, head_timestamp: Callable[[], int], monotonic: Callable[[], float] = time.monotonic):
        self._head_timestamp = head_timestamp
        self._monotonic = monotonic
        self._head = 0
        self._seen_at = 0.0

    def now(self) -> int:
        head = self._head_timestamp()
        if head != self._head:
            self._head, self._seen_at = head, self._monotonic()
        return int(self._head + self._monotonic() - self._seen_at)
