"""A small program for cannon, which reads what it is told to, and a server that it reads from.

It is compiled as op-program is, so that its run has a Go runtime, threads and system calls in it, but lasts
for half a second. What it reads, and how it ends, is up to each test.
"""

import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from opcycle.challenger.cannon.machine import Machine
from opcycle.challenger.cannon.records import StateRecord
from opcycle.engine.building import find_go
from opcycle.engine.op_program import ClaimedOutput
from opcycle.engine.programs import cannon_binary
from opcycle.protocol.preimages import LocalWord

HERE = Path(__file__).parent / "cannon"
ORDERS = LocalWord(1, 0).key
MIPS64 = {
    "GOOS": "linux",
    "GOARCH": "mips64",
    "GOMIPS64": "softfloat",
    "CGO_ENABLED": "0",
    "GO111MODULE": "off",
}


def cannon(*arguments: str | Path) -> bytes:
    """What it says on standard output."""
    command = [cannon_binary(), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True).stdout


@functools.cache
def prestate() -> Path:
    """The program, loaded; built once per process, from Go's cache after the first time."""
    folder = Path(tempfile.mkdtemp(prefix="opcycle-cannon-"))
    elf, loaded = folder / "reads.elf", folder / "reads.bin.gz"
    environment = os.environ | MIPS64 | {"GOFLAGS": ""}
    go = [find_go(lambda _: None), "build", "-trimpath", "-o", str(elf), "reads.go"]
    subprocess.run(go, cwd=HERE, env=environment, check=True)
    cannon("load-elf", "--type", "multithreaded64-5", "--path", elf, "--out", loaded, "--meta", "")
    return loaded


@dataclass
class Orders:
    """What the program is to do: read these `preimages` by their keys, `rounds` of work, and end so."""

    reads: Mapping[bytes, bytes] = field(default_factory=dict)
    others: Mapping[bytes, bytes] = field(default_factory=dict)
    rounds: int = 1000
    ending: int = 0

    @property
    def preimages(self) -> dict[bytes, bytes]:
        orders = bytes([self.ending]) + self.rounds.to_bytes(4, "big") + b"".join(self.reads)
        return {ORDERS: orders, **self.reads, **self.others}


def server_for(file: Path, orders: Orders) -> Callable[[ClaimedOutput, Path], Sequence[str]]:
    """The command of a server that knows what `orders` need, written to `file`."""
    file.write_text(json.dumps({key.hex(): value.hex() for key, value in orders.preimages.items()}))
    script = str(HERE / "server.py")
    return lambda claimed, directory: [sys.executable, "-I", "-S", script, str(directory), str(file)]


def machine_for(directory: Path, orders: Orders) -> Machine:
    loaded = prestate()
    absolute = StateRecord.from_json(cannon("witness", "--input", loaded)).hash
    return Machine(Path(cannon_binary()), loaded, absolute, server_for(directory / "preimages.json", orders))
