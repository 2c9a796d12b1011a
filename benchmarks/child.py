"""A program that is not ours as a child process: its output goes to a file, and it never outlives us."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from opcycle.engine import keeper

BINARIES = Path(__file__).resolve().parents[1] / ".tools" / "bin"
"""Where `make peers` puts what it builds."""


class Child:
    """The running program; see `child`."""

    def __init__(self, process: "subprocess.Popen[bytes]"):
        self._process = process

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """Ask it to end, as Ctrl-C does; killed after the keeper's time-out."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(keeper.STOP_TIMEOUT + 5)
        except subprocess.TimeoutExpired:
            self.kill()

    @contextmanager
    def held(self) -> Iterator[None]:
        """It stands still meanwhile."""
        os.killpg(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self._process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it as `kill -9` does."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # the keeper leads a session of its own
        self._process.wait()


@contextmanager
def child(program: str, flags: Sequence[str], log: Path) -> Iterator[Child]:
    """`program`, which `make peers` has built, from here to the end of the context; `log` is appended to."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", keeper.__file__, str(BINARIES / program), *flags],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env={"HOME": os.environ["HOME"]},  # the peers read flags from the environment, too
            start_new_session=True,
        )
    running = Child(process)
    try:
        yield running
    finally:
        running.stop()
