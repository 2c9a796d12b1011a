"""Cannon's own machine: `.tools/bin/cannon-stepper`, which is `tools/go/stepper`."""

import subprocess
from collections.abc import Iterable, Iterator, Mapping
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

    number: int
    state: bytes
    proof: bytes
    after: bytes
    hash: bytes
    read: Read | None
    refused: str
    machine: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class End:
    """What became of a program."""

    steps: int
    exited: bool
    exit_code: int
    hash: bytes
    refused: str


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
        number=form["step"],
        state=_bytes(form["state"] or ""),
        proof=_bytes(form["proof"] or ""),
        after=_bytes(form.get("after", "")),
        hash=_bytes(form.get("hash", "")),
        read=Read(_bytes(read["key"]), read["offset"], _bytes(read["value"])[8:]) if read else None,
        refused=form.get("refused", ""),
        machine=form.get("machine"),
    )


def trace(
    prestate: Path,
    folder: Path,
    *,
    preimages: Mapping[bytes, bytes] | None = None,
    at: Iterable[int] = (),
    options: Iterable[str] = (),
    server: Iterable[str] = (),
) -> tuple[list[Step], End]:
    """A program's steps with these numbers, and its end. `options` are more of the stepper's."""
    known, chosen = folder / "preimages.json", ",".join(map(str, at))
    known.write_bytes(
        orjson.dumps({f"0x{key.hex()}": f"0x{data.hex()}" for key, data in (preimages or {}).items()})
    )
    command = [str(STEPPER), "trace", "-prestate", str(prestate), "-preimages", str(known), "-at", chosen]
    with (folder / "trace.log").open("wb") as log:
        done = subprocess.run(
            [*command, *options, "--", *server], stdout=subprocess.PIPE, stderr=log, check=True
        )
    *lines, last = done.stdout.splitlines()
    end = orjson.loads(last)
    return [read_step(line) for line in lines], End(
        end["steps"], end["exited"], end["exitCode"], _bytes(end["hash"]), end.get("refused", "")
    )


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
