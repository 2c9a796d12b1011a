"""Records `runs.jsonl.gz`: cannon runs `decide.s` for all disputes of a small world, truly and with lies.

    python -m tests.fuzz.mips64.record

wants `.tools/bin/cannon-stepper` (`make peers`). Two recordings are alike to the byte.
"""

import gzip
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.fuzz.disputes.truth import l2
from tests.fuzz.mips64.assembler import assemble
from tests.fuzz.mips64.fields import PROOF, Fields, fields_of, machine_of, target
from tests.fuzz.mips64.lies import Lie, lies
from tests.fuzz.mips64.recorded import PATH
from tests.fuzz.mips64.world import FIRST, LAST, Words, World, world_of
from tests.peers.mips64.cannon import Step, step_all
from tests.vectors.mips64.machine import from_json

LONGEST = 512
"""Steps that a run may take: as many as a lower tree has."""

START, HEAP = 0x1000, 0x10_0000_0000_00


@dataclass(slots=True)
class Running:
    """A run that is being recorded: its state now, and what its steps did. Of a lie, the first `changed` - 1
    steps are another run's, `like`."""

    words: Words
    preimages: Mapping[bytes, bytes]
    state: Fields
    lie: str = ""
    like: int | None = None
    changed: int | None = None
    steps: list[dict[str, Any]] = field(default_factory=list)
    digest: Any = field(default_factory=sha256)
    refused: str = ""

    @property
    def is_over(self) -> bool:
        before = self.changed - 1 if self.changed else 0
        return bool(self.refused or self.state.get("exited") or before + len(self.steps) >= LONGEST)

    def took(self, step: Step) -> None:
        """What cannon answers: one more step, or a refusal."""
        if step.refused or step.machine is None:
            self.refused = step.refused
            return
        after = fields_of(from_json(step.machine))
        done: dict[str, Any] = {"adds": added(self.state, after)}
        if any(step.proof[-2 * PROOF : -PROOF]):
            done["touches"] = target(self.state)
        if step.read:
            told = len(step.read.preimage).to_bytes(8, "big") + step.read.preimage
            done["reads"] = told[step.read.offset : step.read.offset + 8].hex()
        self.digest.update(step.state + step.proof)
        self.state = after
        self.steps.append(done)


def added(before: Fields, after: Fields) -> dict[str, int]:
    """To each field, modulo 2^64."""
    names = sorted({*before, *after})
    changes = ((name, (after.get(name, 0) - before.get(name, 0)) % 2**64) for name in names)
    return {name: more for name, more in changes if more}


def with_added(fields: Fields, adds: Mapping[str, int]) -> Fields:
    """The reverse."""
    found = dict(fields)
    for name, more in adds.items():
        found[name] = (found.get(name, 0) + more) % 2**64
    return found


def run_all(runs: Sequence[Running]) -> None:
    """To their ends, all abreast."""
    while live := [run for run in runs if not run.is_over]:
        machines = [machine_of(run.state, run.preimages) for run in live]
        for run, step in zip(live, step_all(machines, with_machines=True), strict=True):
            run.took(step)


def prestate(world: World) -> Fields:
    """Before the first step."""
    source = Path(__file__).with_name("decide.s").read_text()
    memory = {hex(at): word for at, word in sorted(assemble(source, world.roots_key).items()) if word}
    return {"heap": HEAP, "next_thread_id": 1, "left 0 pc": START, "left 0 next_pc": START + 4, **memory}


def true_runs(world: World, disputes: Sequence[Words]) -> list[Running]:
    """What is so."""
    first = prestate(world)
    found = [Running(words, world.preimages(words), first) for words in disputes]
    run_all(found)
    return found


def lying_runs(world: World, truths: Sequence[Running], every: int = 1) -> list[Running]:
    """A few lies about each dispute; those that cannon would not go on with are left out. `every`: of so many
    disputes one is there."""
    found: list[Running] = []
    for number, truth in enumerate(truths):
        states = [prestate(world)]
        for step in truth.steps:
            states.append(with_added(states[-1], step["adds"]))
        found.extend(
            _lying(truth, number, lie, states) for lie in lies(number * every, world, truth.words, states)
        )
    run_all(found)
    return [run for run in found if not run.refused]


def _lying(truth: Running, number: int, lie: Lie, states: Sequence[Fields]) -> Running:
    if lie.changed is None:
        return Running(truth.words, {**truth.preimages, **lie.preimages}, states[0], lie.kind)
    last = len(states) - 1
    changed = {**states[min(lie.changed, last)], **lie.fields}
    step = truth.steps[lie.changed - 1] if lie.changed <= last else {}
    told = {**step, "adds": added(states[min(lie.changed - 1, last)], changed)}
    return Running(truth.words, truth.preimages, changed, lie.kind, number, lie.changed, [told])


def lines(world: World, runs: Sequence[Running]) -> list[Any]:
    """The file's; see `recorded.py`."""
    numbers: dict[str, int] = {}
    rows = []
    for run in runs:
        head, agreed, disputed, number = run.words
        row: dict[str, Any] = {"words": [head.hex(), agreed.hex(), disputed.hex(), number]}
        row |= {"lie": run.lie} if run.lie else {}
        row |= {"like": run.like, "changed": run.changed} if run.changed is not None else {}
        texts = [json.dumps(step, sort_keys=True) for step in run.steps]
        row["steps"] = [numbers.setdefault(text, len(numbers)) for text in texts]
        row["digest"] = run.digest.hexdigest()
        rows.append(row)
    return [prestate(world), list(map(json.loads, numbers)), *rows]


def main() -> None:
    world = world_of(l2(FIRST, LAST))
    truths = true_runs(world, list(world.disputes()))
    runs = [*truths, *lying_runs(world, truths)]
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines(world, runs))
    PATH.write_bytes(gzip.compress(text.encode(), mtime=0))
    sys.stdout.write(f"{len(truths)} disputes and {len(runs) - len(truths)} lies\n")


if __name__ == "__main__":
    main()
