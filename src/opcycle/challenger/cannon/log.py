"""What cannon says while it runs. It logs for people, in `key=value` pairs; this is read, too."""

import re
from dataclasses import dataclass
from pathlib import Path

_TAIL = 256 * 1024
"""Bytes at the end of a log in which its last words are looked for."""

_PROGRESS = re.compile(r"level=INFO msg=processing module=vm step=(\d+) .*?\bips=([\d.e+]+)")
_COMPLAINT = re.compile(
    r"^(?:error: |panic: |level=(?:ERROR|CRIT)\b|lvl=(?:error|crit|eror)\b|fatal error: )"
)


@dataclass(frozen=True, slots=True)
class Progress:
    """`steps` that the machine has made, and how many a second."""

    steps: int
    speed: float


def progress(log: Path) -> Progress | None:
    """As last said; None if nothing was said yet."""
    said = [match for line in _last_lines(log) if (match := _PROGRESS.match(line))]
    return Progress(int(said[-1][1]), float(said[-1][2])) if said else None


def last_words(log: Path) -> str:
    """The last complaint in a log, or else its last line."""
    lines = [line.strip() for line in _last_lines(log) if line.strip()]
    complaints = [line for line in lines if _COMPLAINT.match(line)]
    return (complaints or lines or ["it said nothing"])[-1]


def _last_lines(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _TAIL))
            return file.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return []
