"""What agents have logged since some moment: their files go on from test to test."""

from collections.abc import Mapping
from pathlib import Path


def sizes(directory: Path) -> dict[str, int]:
    """Bytes of each log by now, by the agent's name."""
    return {file.stem: file.stat().st_size for file in sorted(directory.glob("*.log"))}


def logged(directory: Path, *, since: Mapping[str, int]) -> dict[str, list[str]]:
    """Lines of each agent after those bytes; who has said nothing is left out."""
    found = {}
    for name in sizes(directory):
        with (directory / f"{name}.log").open("rb") as file:
            file.seek(since.get(name, 0))
            lines = file.read().decode(errors="replace").splitlines()
        if lines:
            found[name] = lines
    return found
