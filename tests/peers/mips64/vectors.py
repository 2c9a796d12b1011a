"""Steps of cannon's machine as JSON lines for anybody who has a machine to test; cannon itself takes them.

    python -m tests.peers.mips64.vectors [--turns N] [--seed N] >steps.jsonl

Each turn has some thousand steps, all instructions and syscalls among them. Without options it writes what
`tests/vectors/mips64/steps.jsonl` is.
"""

import argparse
import sys
from collections.abc import Iterator

import orjson
from tests.peers.mips64.cannon import Step, step_all
from tests.peers.mips64.cases import TURN, case
from tests.peers.mips64.differential import SEED
from tests.peers.mips64.isa import subject
from tests.peers.mips64.reasons import reason
from tests.vectors.mips64.machine import Machine, from_json, to_json
from tests.vectors.mips64.vectors import changes, state_hash

_CHUNK = 4_000


def lines(seed: int, turns: int) -> Iterator[bytes]:
    """One vector each."""
    for start in range(0, turns * len(TURN), _CHUNK):
        numbers = range(start, min(start + _CHUNK, turns * len(TURN)))
        machines = [case(seed, number) for number in numbers]
        for number, machine, step in zip(
            numbers, machines, step_all(machines, with_machines=True), strict=True
        ):
            yield orjson.dumps(_vector(number, machine, step))


def _vector(number: int, machine: Machine, step: Step) -> dict[str, object]:
    vector: dict[str, object] = {
        "name": f"{subject(machine)}, {number}",
        "before": to_json(machine),
        "beforeHash": "0x" + state_hash(machine).hex(),
    }
    if step.machine is None:
        return vector | {"refused": reason(step.refused)}
    return vector | {"after": changes(machine, from_json(step.machine)), "afterHash": "0x" + step.hash.hex()}


def main() -> None:
    parser = argparse.ArgumentParser(description="Steps of cannon's MIPS64 machine as JSON lines.")
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    for line in lines(args.seed, args.turns):
        sys.stdout.buffer.write(line + b"\n")


if __name__ == "__main__":
    main()
