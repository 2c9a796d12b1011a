"""Running `opcycle` as a user does: a process, its output, its exit status."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPCYCLE = str(Path(sys.executable).parent / "opcycle")
PATIENCE = 180


def opcycle(
    *arguments: str, env: dict[str, str] | None = None, cwd: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(
        [OPCYCLE, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        cwd=cwd,
        env=os.environ | (env or {}),
    )


@contextmanager
def running_devnet(*arguments: str, since: str = "ready") -> Iterator["subprocess.Popen[str]"]:
    """`opcycle devnet` from the line on that begins so; stopped by Ctrl-C if the test has not ended it."""
    process = subprocess.Popen(
        [OPCYCLE, "devnet", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    )
    try:
        read_until(process, since)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def read_until(process: "subprocess.Popen[str]", beginning: str) -> None:
    """Read its output up to the line that begins so."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith(beginning):
            return
        if line.startswith("ready"):
            break
    raise AssertionError(f"the devnet never said {beginning!r}:\n" + "".join(lines))
