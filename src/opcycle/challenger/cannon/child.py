"""A command beside us, in a session of its own, that does not outlive us whatever happens to us."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from opcycle.engine import keeper

POLL = 0.01
"""Seconds between two looks at a child."""


class Child:
    """All that it says goes to the file `log`. `lock`: a file descriptor that stays open as long as it runs,
    and with it the lock on that file, even when we are killed."""

    def __init__(self, command: Sequence[str], *, log: Path, lock: int):
        self.log = log
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", keeper.__file__, *command],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(lock,),
            )

    @property
    def pid(self) -> int:
        """Of the keeper, which leads the session."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait(self, seconds: float, result: Path | None = None) -> int | None:
        """Its exit status (negative: the signal that ended it), or 0 and its end as soon as the file `result`
        is there: cannon stays for a second after its work is done. None if neither happens in that time."""
        deadline = time.monotonic() + seconds
        while True:
            status = self._process.poll()
            is_done = result is not None and result.exists()
            if is_done or status is not None:
                self.kill()
                return 0 if is_done or status is None else _plain(status)
            if time.monotonic() >= deadline:
                return None
            time.sleep(POLL)

    def kill(self) -> None:
        """End it at once, with everything that it has started and that may have outlived it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()


def _plain(status: int) -> int:
    """The keeper hands on a signal as bytes of exit statuses can: 256 - signal."""
    return status - 256 if status > 128 else status
