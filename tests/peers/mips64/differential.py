"""Machines in great number, each stepped by cannon and by our contract: the same state after, or both refuse.

    python -m tests.peers.mips64.differential [--states 1000000] [--seed N] [--only NUMBER]

prints the coverage table, and ends with 1 if there is a difference. `--only` steps one machine and shows it.
"""

import argparse
import json
import secrets
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.peers.mips64.cannon import Step, step_all
from tests.peers.mips64.cases import case
from tests.peers.mips64.isa import subject, subjects
from tests.peers.mips64.reasons import reason
from tests.vectors.mips64.machine import Machine, to_json
from tests.vectors.mips64.onchain import OnChain, RefusedStepError
from tests.vectors.mips64.vectors import REFUSALS

SEED = 8_1264
"""For runs that shall all be the same."""

_EXITED = 98
"""Where a packed state says whether the machine has exited."""

_CHUNK = 4_000


@dataclass(slots=True)
class Row:
    """What came of the machines of one subject."""

    moved: int = 0
    exited: int = 0
    refused: int = 0
    outcomes: set[bytes] = field(default_factory=set)

    @property
    def states(self) -> int:
        return self.moved + self.exited + self.refused

    def merge(self, other: "Row") -> None:
        self.moved += other.moved
        self.exited += other.exited
        self.refused += other.refused
        self.outcomes |= other.outcomes

    def __str__(self) -> str:
        return f"{self.states:9}{self.moved:9}{self.exited:9}{self.refused:9}{len(self.outcomes):10}"


@dataclass(frozen=True, slots=True)
class Difference:
    """Where our contract does not do what cannon does."""

    number: int
    subject: str
    cannon: str
    ours: str


@dataclass(slots=True)
class Comparison:
    """What a run has seen."""

    rows: dict[str, Row] = field(default_factory=lambda: {name: Row() for name in subjects()})
    distinct: set[int] = field(default_factory=set)
    differences: list[Difference] = field(default_factory=list)

    def add(self, number: int, machine: Machine, step: Step, answer: str) -> None:
        name = subject(machine)
        row = self.rows[name]
        self.distinct.add(hash(step.state))
        if step.refused:
            row.refused += 1
            expected = REFUSALS[reason(step.refused)]
            if answer != expected:
                self.differences.append(Difference(number, name, f"{step.refused} ({expected})", answer))
            return
        row.outcomes.add(step.hash[:16])
        if step.after[_EXITED]:
            row.exited += 1
        else:
            row.moved += 1
        if answer != step.hash.hex():
            self.differences.append(Difference(number, name, step.hash.hex(), answer))

    def table(self) -> str:
        """One line for each instruction and syscall; those that have no name in one line for each kind."""
        merged: dict[str, Row] = {}
        for name, row in self.rows.items():
            kind, *_ = name.split()
            merged.setdefault(f"{kind}, without a name" if name.endswith(" -") else name, Row()).merge(row)
        total = Row()
        for row in merged.values():
            total.merge(row)
        heads = f"{'':28}{'states':>9}{'moved':>9}{'exited':>9}{'refused':>9}{'outcomes':>10}"
        lines = [f"{name:28}{row}" for name, row in merged.items()]
        return "\n".join([heads, *lines, f"{f'{len(self.distinct):,} distinct':28}{total}"])


def compare(seed: int, states: int, chain: OnChain | None = None) -> Iterator[Comparison]:
    """What was seen so far, after each few thousand machines. Cannon steps the next ones meanwhile."""
    chain = chain or OnChain()
    comparison = Comparison()
    chunks = [range(start, min(start + _CHUNK, states)) for start in range(0, states, _CHUNK)]
    with ThreadPoolExecutor(1) as ahead:
        following = ahead.submit(_stepped, seed, chunks[0])
        for index, numbers in enumerate(chunks):
            machines, steps = following.result()
            if index + 1 < len(chunks):
                following = ahead.submit(_stepped, seed, chunks[index + 1])
            for number, machine, step in zip(numbers, machines, steps, strict=True):
                comparison.add(number, machine, step, answer(chain, step))
            yield comparison


def answer(chain: OnChain, step: Step) -> str:
    """Our contract's: the hash of the state after, or why it refuses."""
    try:
        if step.read:
            chain.load(step.read)
        found = chain.step(step.state, step.proof)
    except RefusedStepError as error:
        return error.reason
    return found.hex() if chain.logged() == [step.after] or step.refused else f"logged {chain.logged()}"


def _stepped(seed: int, numbers: range) -> tuple[list[Machine], list[Step]]:
    machines = [case(seed, number) for number in numbers]
    return machines, list(step_all(machines))


def _show(seed: int, number: int) -> int:
    machine = case(seed, number)
    (step,) = step_all([machine], with_machines=True)
    found = answer(OnChain(), step)
    _say(json.dumps(to_json(machine), indent=1))
    _say(f"cannon: {step.refused or json.dumps(step.machine, indent=1)}")
    _say(f"cannon: {step.refused or step.hash.hex()}\nours:   {found}")
    return int(found != step.hash.hex())


def _say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description="Our MIPS64 contract beside cannon.")
    parser.add_argument("--states", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("--only", type=int, metavar="NUMBER")
    args = parser.parse_args()
    if args.only is not None:
        return _show(args.seed, args.only)
    _say(f"seed {args.seed}")
    begun = time.perf_counter()
    for comparison in compare(args.seed, args.states):
        done = sum(row.states for row in comparison.rows.values())
        _say(f"\r{done:,} states, {len(comparison.differences)} differences", end="")
    _say(f"\n{comparison.table()}\n{args.states / (time.perf_counter() - begun):,.0f} states a second")
    for difference in comparison.differences[:20]:
        _say(str(difference))
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main())
