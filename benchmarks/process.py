"""What Linux says of a running process and of the processes it has started; and what time it is there."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """`cpu` in seconds so far, `peak_memory` the largest resident size so far in megabytes (10^6 bytes)."""

    cpu: float
    peak_memory: float


def descendants(pid: int) -> Iterator[int]:
    """`pid` itself, and all that it has started, directly or not."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from descendants(int(child))


def find(program: str, argument: str = "") -> int:
    """The one process started by us, directly or not, that runs `program`, with `argument` in its command."""
    ours = descendants(os.getpid())
    (found,) = [
        pid for pid in ours if _read(pid, "comm").strip() == program and argument in _read(pid, "cmdline")
    ]
    return found


def usage(pid: int) -> Usage:
    fields = _read(pid, "stat").rpartition(")")[2].split()
    status = dict(line.split(":", 1) for line in _read(pid, "status").splitlines())
    return Usage(
        cpu=(int(fields[11]) + int(fields[12])) / _TICKS,
        peak_memory=int(status["VmHWM"].split()[0]) * 1024 / 1e6,
    )


def _read(pid: int, file: str) -> str:
    return Path(f"/proc/{pid}/{file}").read_text()


def machine_time() -> int:
    """Seconds since the epoch: what real programs compare L1's times with, and nothing of ours does."""
    return int(time.time())
