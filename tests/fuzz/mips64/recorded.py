"""Runs of `decide.s` as cannon made them: the truth of some disputes, and lies about them.

`runs.jsonl.gz` is written by `python -m tests.fuzz.mips64.record`. Its first line is the state before the first
step; its second all steps that differ, each as what it adds to the fields of a state (see `witness.py`), modulo
2^64; then follows a run a line: its words, the lie in it if there is one, and its steps by number.

A liar's run is cannon's, too: once, after some step, something in the machine is changed; from there on each step
is right again. Or the host answers falsely.
"""

import gzip
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from tests.fuzz.mips64.witness import Memory, Snapshot, snapshot
from tests.fuzz.mips64.world import Words

PATH = Path(__file__).with_name("runs.jsonl.gz")
ADDRESS = "0x"
"""What the name of a word of memory begins with."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a step did: what it added to each field, the word of memory that it touched, and whether it read a
    part of a preimage."""

    adds: Mapping[str, int]
    touches: int | None
    reads: bool


STILL = Step({}, None, False)
"""From the end."""


@dataclass(frozen=True, slots=True)
class Part:
    """Of a preimage: its key, as the program wrote it, and the offset in length ‖ data."""

    key: bytes
    offset: int


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """`lie`: what kind of lie is in it, if any. `changed`: after how many steps it is told, if it is in the
    machine. `digest`: SHA-256 of what cannon said of the steps from there on: the state before each, and its
    proof."""

    words: Words
    lie: str
    changed: int | None
    steps: tuple[Step, ...]
    digest: str
    prestate: Mapping[str, int] = field(repr=False)

    def after(self, steps: int) -> Snapshot:
        """The state after so many steps; it stands still at the end."""
        return _snapshots(self)[min(steps, len(self.steps))]

    def proof(self, steps: int) -> bytes:
        """For the step after so many. One from the end goes nowhere, and touches nothing."""
        touched = self.steps[steps].touches if steps < len(self.steps) else None
        memory = Memory()
        for name, value in deque(self.fields(min(steps, len(self.steps))), 1)[0].items():
            if name.startswith(ADDRESS):
                memory.write(int(name, 16), value)
        return self.after(steps).proof(memory, touched)

    def fields(self, last: int | None = None) -> Iterator[dict[str, int]]:
        """The fields of each state up to one; the same mapping, which changes."""
        fields = dict(self.prestate)
        yield fields
        for step in self.steps[:last]:
            for name, more in step.adds.items():
                fields[name] = (fields.get(name, 0) + more) % 2**64
            yield fields

    def reads(self, steps: int) -> Part | None:
        """What the step after so many reads."""
        if steps >= len(self.steps) or not self.steps[steps].reads:
            return None
        before = self.after(steps)
        return Part(before.key, before.offset)


@lru_cache(64)
def _snapshots(run: Run) -> list[Snapshot]:
    """The states before the first step, after it, …, after the last."""
    memory, found = Memory(), []
    changed: Iterable[str] = run.prestate
    for number, fields in enumerate(run.fields()):
        for name in changed:
            if name.startswith(ADDRESS):
                memory.write(int(name, 16), fields[name])
        found.append(snapshot(fields, memory))
        changed = run.steps[number].adds if number < len(run.steps) else ()
    return found


@dataclass(frozen=True)
class Runs:
    """All runs of a file."""

    all: tuple[Run, ...]

    @cached_property
    def true(self) -> dict[Words, Run]:
        """What cannon says of each dispute, by its words."""
        return {run.words: run for run in self.all if not run.lie}

    @cached_property
    def lies(self) -> dict[Words, list[Run]]:
        """What liars say of each."""
        found: dict[Words, list[Run]] = {}
        for run in self.all:
            if run.lie:
                found.setdefault(run.words, []).append(run)
        return found

    @property
    def prestate(self) -> Snapshot:
        """Before the first step of any run."""
        return self.all[0].after(0)


@lru_cache(1)
def recorded() -> Runs:
    """Those of this folder."""
    with gzip.open(PATH, "rt") as file:
        return Runs(tuple(read(map(json.loads, file))))


def read(lines: Iterator[Any]) -> Iterator[Run]:
    """The runs of a file's lines."""
    prestate = next(lines)
    steps = [Step(step["adds"], step.get("touches"), step.get("reads", False)) for step in next(lines)]
    known: list[tuple[Step, ...]] = []
    for line in lines:
        changed = line.get("changed")
        shared = known[line["like"]][: changed - 1] if changed else ()
        still = (STILL,) * (changed - 1 - len(shared)) if changed else ()
        known.append((*shared, *still, *(steps[number] for number in line["steps"])))
        head, agreed, disputed, number = line["words"]
        words = (bytes.fromhex(head), bytes.fromhex(agreed), bytes.fromhex(disputed), number)
        yield Run(words, line.get("lie", ""), changed, known[-1], line["digest"], prestate)
