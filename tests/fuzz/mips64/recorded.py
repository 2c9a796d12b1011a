"""Runs of `decide.s` as cannon made them: the truth of some disputes, and lies about them.

`runs.jsonl.gz` is written by `python -m tests.fuzz.mips64.record`. Its first line is the state before the
first step; its second all steps that differ, each as what it adds to a state's fields (see `fields.py`),
modulo 2^64; then follows a run a line: its words, the lie in it if there is one, and its steps by number.

A liar's run is cannon's, too: once, after some step, something in the machine is changed; from there on each
step is right again. Or the host answers falsely.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from tests.fuzz.mips64.fields import ADDRESS, Memory, Snapshot, snapshot
from tests.fuzz.mips64.world import Words

PATH = Path(__file__).with_name("runs.jsonl.gz")


@dataclass(frozen=True, slots=True)
class Step:
    """What a step did: what it added to each field, where it touched memory, and what it read of a preimage,
    at most 8 bytes of length ‖ data."""

    adds: Mapping[str, int]
    touches: int | None
    reads: bytes | None


STILL = Step({}, None, None)
"""From the end."""


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

    def step(self, steps: int) -> Step:
        """The step after so many."""
        return self.steps[steps] if steps < len(self.steps) else STILL

    @property
    def exit_code(self) -> int:
        """What it ends with."""
        return sum(step.adds.get("exit_code", 0) for step in self.steps) % 2**64

    def proof(self, steps: int) -> bytes:
        """For the step after so many."""
        last = min(steps, len(self.steps))
        memory = next(islice(self._memories(), last, None))
        return self.after(steps).proof(memory, self.step(steps).touches)

    def witnesses(self) -> Iterator[tuple[bytes, bytes]]:
        """State and proof for each step."""
        for steps, memory in enumerate(islice(self._memories(), len(self.steps))):
            yield self.after(steps).state, self.after(steps).proof(memory, self.step(steps).touches)

    def _memories(self) -> Iterator[Memory]:
        """The memory of each state; the same one, which changes."""
        memory = Memory()
        changed: Iterable[str] = self.prestate
        for number, fields in enumerate(self._fields()):
            for name in changed:
                if name.startswith(ADDRESS):
                    memory.write(int(name, 16), fields[name])
            yield memory
            changed = self.step(number).adds

    def _fields(self) -> Iterator[dict[str, int]]:
        """The fields of each state; the same mapping, which changes."""
        fields = dict(self.prestate)
        yield fields
        for step in self.steps:
            for name, more in step.adds.items():
                fields[name] = (fields.get(name, 0) + more) % 2**64
            yield fields

    def snapshots(self) -> Iterator[Snapshot]:
        """The states before the first step, after it, …, after the last."""
        return map(snapshot, self._fields(), self._memories())


@lru_cache(64)
def _snapshots(run: Run) -> list[Snapshot]:
    """Kept while it is needed."""
    return list(run.snapshots())


@dataclass(frozen=True)
class Runs:
    """All runs of a file."""

    all: tuple[Run, ...]

    @cached_property
    def true(self) -> dict[Words, Run]:
        """What cannon says of each dispute, by its words."""
        return {run.words: run for run in self.all if not run.lie}

    @cached_property
    def longest(self) -> int:
        """Steps of the longest run."""
        return max(len(run.steps) for run in self.all)

    def liars(self, truth: Run) -> list[Run]:
        """Runs in which there is a lie about a dispute; and true ones about another root in its place."""
        return self._liars[truth.words]

    @cached_property
    def _liars(self) -> dict[Words, list[Run]]:
        found: dict[Words, list[Run]] = {words: [] for words in self.true}
        for run in self.all:
            if run.lie:
                found[run.words].append(run)
        for words, truth in self.true.items():
            for other in self.true.values():
                is_about_the_same = words[:2] == other.words[:2] and words[3] == other.words[3]
                if is_about_the_same and other.exit_code != truth.exit_code:
                    found[words].append(other)
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
    steps = [
        Step(step["adds"], step.get("touches"), bytes.fromhex(step["reads"]) if "reads" in step else None)
        for step in next(lines)
    ]
    known: list[tuple[Step, ...]] = []
    for line in lines:
        changed = line.get("changed")
        shared = known[line["like"]][: changed - 1] if changed else ()
        still = (STILL,) * (changed - 1 - len(shared)) if changed else ()
        known.append((*shared, *still, *(steps[number] for number in line["steps"])))
        head, agreed, disputed, number = line["words"]
        words = (bytes.fromhex(head), bytes.fromhex(agreed), bytes.fromhex(disputed), number)
        yield Run(words, line.get("lie", ""), changed, known[-1], line["digest"], prestate)
