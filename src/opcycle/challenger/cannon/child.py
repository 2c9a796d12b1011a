"""A command beside us, in a session of its own, that does not outlive us whatever happens to us."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from opcycle.engine import keeper


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

    def wait(self, seconds: float) -> int | None:
        """Its exit status; None if it still runs after that time. Negative: the signal that ended it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(seconds)
            self.kill()
            return status - 256 if status > 128 else status
        return None

    def kill(self) -> None:
        """End it at once, with everything that it has started and that may have outlived it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
