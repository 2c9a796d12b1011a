"""The planted bugs: what each is, and which contracts hold it; from the .toml files beside this."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

GAMES, PREIMAGES, BRIDGE, VM = "games", "preimages", "bridge", "vm"
"""The suites of every test of dispute games, the preimage oracle, the bridge, the MIPS64 machine; those of
mutants.toml name their own."""


class CatalogueError(Exception):
    """A mutant does not fit the code; the message names it."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """See the heads of the .toml files."""

    name: str
    file: str
    code: str
    becomes: str
    tests: str
    compile: tuple[str, ...]
    bugs: tuple[int, ...] = ()
    machine: bool = True
    mips64: bool = False
    quick: bool = False

    @property
    def has_machine(self) -> bool:
        """Whether there is a machine for what it is about, and this can meet the bug."""
        return self.machine and self.tests in (GAMES, BRIDGE)

    @property
    def path(self) -> str:
        """From the root of the project."""
        return f"contracts/{self.file}"

    def planted(self) -> str:
        """The source with the bug in it. Raises CatalogueError unless `code` is there just once."""
        source = (ROOT / self.path).read_text()
        if source.count(self.code) != 1:
            raise CatalogueError(
                f"{self.name!r} does not fit: {self.file} has {source.count(self.code)} times, not once, "
                f"the code {self.code!r}"
            )
        return source.replace(self.code, self.becomes)


def mutants() -> list[Mutant]:
    """All of them, in the order of the files."""
    suites = {"mutants": None, GAMES: GAMES, PREIMAGES: PREIMAGES, BRIDGE: BRIDGE, VM: VM}
    return [mutant for name, suite in suites.items() for mutant in _read(f"{name}.toml", suite)]


def _read(name: str, suite: str | None) -> Iterator[Mutant]:
    with (HERE / name).open("rb") as file:
        data: dict[str, Any] = tomllib.load(file)
    for entry in data["mutant"]:
        own = [Path(entry["file"]).stem]
        full = {"tests": suite, "compile": data["compiles"].get(entry["file"], own)} | entry
        lists = {key: tuple(full[key]) for key in ("compile", "bugs") if key in full}
        yield Mutant(**(full | lists))
