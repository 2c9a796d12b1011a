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

PR_SET_PDEATHSIG = 1
STOP_TIMEOUT = 20.0
"""Seconds that the program has between the request to stop and being killed."""


def _die_with_keeper() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main(command: list[str]) -> int:
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_die_with_keeper)

    def stop_when_parent_ends() -> None:
        while os.read(0, 1):
            pass
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STOP_TIMEOUT)
        child.kill()

    threading.Thread(target=stop_when_parent_ends, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
