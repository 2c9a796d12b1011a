"""What a dispute about the real program costs the challenger: the first pass, then each state asked for.

A block of a local chain is disputed, and the bisection goes to a random step, as a liar may lead it. With
`--plain`, cannon runs once more without anything kept, to see what keeping costs.

    make prestate && .venv/bin/python -m benchmarks.fault_proof [--plain]
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from opcycle.challenger.cannon.machine import Stretch
from opcycle.challenger.cannon.trace import CannonTrace
from opcycle.deploy.local import LOCAL_PROOF_GAMES
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.errors import TemporaryError
from opcycle.protocol.dispute_game import Dispute, VMStatus
from opcycle.protocol.mips64 import MachineState
from opcycle.protocol.positions import Position

T = TypeVar("T")

SPLIT, DEPTH = LOCAL_PROOF_GAMES.split_depth, LOCAL_PROOF_GAMES.max_game_depth
LEVELS = DEPTH - SPLIT - 1
BISECTIONS = 3
LOOK = 0.02
"""Seconds between two looks."""


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        config = DevnetConfig(Path(temporary), games=LOCAL_PROOF_GAMES, ports=free_ports())
        with Devnet.stepped(config) as devnet:
            devnet.advance(120)
            dispute = dispute_about(devnet, block=20)
            with closing(devnet.cannon()) as trace:
                measure(trace, dispute, config.directory / "cannon")
                if "--plain" in sys.argv:
                    print(f"cannon alone: {plain(trace, dispute, config.directory):.1f} s")


def dispute_about(devnet: Devnet, block: int) -> Dispute:
    """Somebody says that a block has another output root."""
    agreed = devnet.node.output_at_block(block - 1).output_root
    return Dispute(
        agreed=(Position.at(SPLIT, block - 2), agreed),
        disputed=(Position.at(SPLIT, block - 1), b"\x66" * 32),
        agreed_block=block - 1,
        disputed_block=block,
        l1_head=devnet.node.sync_status().current_l1.hash,
    )


def measure(trace: CannonTrace, dispute: Dispute, directory: Path) -> None:
    last, passed = timed(lambda: trace.state(dispute, (1 << LEVELS) - 1))
    steps = MachineState.decode(trace.proof(dispute, (1 << LEVELS) - 1).state).step
    print(
        f"block {dispute.disputed_block}: {passed:.1f} s to the first move, {steps / 1e6:.0f} M steps at "
        f"{steps / 1e6 / passed:.1f} M a second; the machine says {VMStatus(last[0]).name}"
    )
    print(f"  {size(directory) / 1e6:.0f} MB on disk")
    for turn in range(BISECTIONS):
        descend(trace, dispute, lie=random.Random(f"{turn}").randrange(steps))
    print(f"  {size(directory) / 1e6:.0f} MB on disk")


def descend(trace: CannonTrace, dispute: Dispute, *, lie: int) -> None:
    """To the step from which on a liar lies."""
    known: list[tuple[int, float]] = []
    for level, instant in enumerate(bisection(lie), start=1):
        _, seconds = timed(lambda instant=instant: trace.state(dispute, instant))
        known.append((level, seconds))
    _, proved = timed(lambda: trace.proof(dispute, lie))
    slow = ", ".join(f"level {level} {seconds:.1f} s" for level, seconds in known if seconds > 0.1)
    total = sum(seconds for _, seconds in known) + proved
    print(
        f"  to step {lie:,}: {LEVELS} states and a proof in {total:.1f} s; {slow or 'all known'}", flush=True
    )


def plain(trace: CannonTrace, dispute: Dispute, directory: Path) -> float:
    """Seconds of a run of which nothing is kept, whose preimages are fetched anew."""
    machine = trace.machine
    server = machine.server(trace.claimed(dispute), directory / "preimages")
    started = time.perf_counter()
    subprocess.run(Stretch(machine.prestate).command(machine, server), check=True, capture_output=True)
    return time.perf_counter() - started


def bisection(lie: int) -> Iterator[int]:
    """The instants that are asked about when a liar lies from a step on."""
    low, high = 0, 1 << LEVELS
    while high - low > 1:
        middle = (low + high) // 2
        yield middle - 1
        low, high = (low, middle) if lie < middle else (middle, high)


def timed(ask: Callable[[], T]) -> tuple[T, float]:
    """What it answers, and the seconds until it does. Says how far it is, every now and then."""
    started = said = time.perf_counter()
    while True:
        try:
            answer = ask()
            return answer, time.perf_counter() - started
        except TemporaryError as error:
            if (now := time.perf_counter()) > said + 10:
                said = now
                print(f"  … {error}", flush=True)
            time.sleep(LOOK)


def size(directory: Path) -> int:
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())


if __name__ == "__main__":
    main()
