"""Cannon's command line: the machine, the program that it runs, and the server that it asks for preimages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from opcycle.engine.op_program import ClaimedOutput
from opcycle.protocol.types import Hash

INFO_EVERY = 1 << 22
"""Steps between two words about how far it is; half a second."""

Server: TypeAlias = Callable[[ClaimedOutput, Path], Sequence[str]]
"""The command that serves the preimages of one claimed output root, and keeps them in a directory."""


@dataclass(frozen=True, slots=True)
class Machine:
    """`cannon` is the executable, `prestate` a file with the first state, `absolute_prestate` its hash."""

    cannon: Path
    prestate: Path
    absolute_prestate: Hash
    server: Server


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a run. It begins with the state in the file `start` and ends before step `stop`, or with the
    program; `output` is where its last state goes. Proofs and snapshots are written for every step that
    the number divides, into directories, each under the number of its step."""

    start: Path
    stop: int | None = None
    output: Path | None = None
    proofs: tuple[int, Path] | None = None
    snapshots: tuple[int, Path] | None = None

    def command(self, machine: Machine, server: Sequence[str]) -> list[str]:
        return [
            *(str(machine.cannon), "run"),
            *("--input", str(self.start)),
            *("--output", "" if self.output is None else str(self.output)),
            *("--meta", ""),
            *("--info-at", f"%{INFO_EVERY}"),
            *([] if self.stop is None else ["--stop-at", f"={self.stop}"]),
            *_each("proof", self.proofs, ".json"),
            *_each("snapshot", self.snapshots, ".bin"),
            "--",
            *server,
        ]


def _each(what: str, where: tuple[int, Path] | None, ending: str) -> list[str]:
    if where is None:
        return []
    every, directory = where
    return [f"--{what}-at", f"%{every}", f"--{what}-fmt", str(directory / f"%d{ending}")]


def witness_command(cannon: Path, state: Path) -> list[str]:
    """Says what a state's hash is, on standard output."""
    return [str(cannon), "witness", "--input", str(state)]
