"""Cannon's own machine: `.tools/bin/cannon-stepper`, which is `tools/go/stepper`."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from tests.vectors.mips64.machine import Machine, to_json
from tests.vectors.mips64.onchain import Read

STEPPER = Path(__file__).parents[3] / ".tools/bin/cannon-stepper"


@dataclass(frozen=True, slots=True)
class Step:
    """A step that cannon took, or `refused` to take: why."""

    state: bytes
    proof: bytes
    after: bytes
    hash: bytes
    read: Read | None
    refused: str
    machine: dict[str, Any] | None


def step_all(machines: list[Machine], *, with_machines: bool = False) -> Iterator[Step]:
    """One step of each."""
    lines = b"\n".join(orjson.dumps(to_json(machine)) for machine in machines)
    command = [str(STEPPER), "step", *(["-machine"] if with_machines else [])]
    done = subprocess.run(command, input=lines, stdout=subprocess.PIPE, check=True)
    return map(read_step, done.stdout.splitlines())


def read_step(line: bytes) -> Step:
    """A line that the stepper wrote."""
    form = orjson.loads(line)
    read = form.get("read")
    return Step(
        state=_bytes(form["state"] or ""),
        proof=_bytes(form["proof"] or ""),
        after=_bytes(form.get("after", "")),
        hash=_bytes(form.get("hash", "")),
        read=Read(_bytes(read["key"]), read["offset"], _bytes(read["value"])[8:]) if read else None,
        refused=form.get("refused", ""),
        machine=form.get("machine"),
    )


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
