"""Keeps a child process no longer than its parent lives. Run as a script: `keeper.py PROGRAM ARGUMENT…`.

Standard input is a pipe from the parent that nobody writes to: when it ends, the parent is gone (even by
kill -9), and the program is told to stop, then killed. On Linux the program also dies with the keeper.
Ctrl-C goes to a terminal's whole process group; the keeper and its program sit in a session of their own,
because the parent decides. Imports only the standard library: it must start in milliseconds.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
STOP_TIMEOUT = 20.0
"""Seconds that the program has between the request to stop and being killed."""


def dying_with_keeper() -> Callable[[], None]:
    """What the forked program does before it starts: ask Linux to be killed when the keeper dies."""
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
    keeper = os.getpid()

    def prepare() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != keeper:  # it died before the request was in place
            os._exit(1)

    return prepare


def main(command: list[str]) -> int:
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=dying_with_keeper())

    def stop_when_parent_ends() -> None:
        while os.read(0, 1):
            pass
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STOP_TIMEOUT)
        child.kill()

    for request in (signal.SIGTERM, signal.SIGINT):
        signal.signal(request, lambda *_: child.terminate())
    threading.Thread(target=stop_when_parent_ends, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
