"""What a dispute about the real program costs the challenger: the first pass, then each state that is asked for.

A block of a local chain is disputed, and the bisection goes to a random step, as a liar may lead it. With
`--plain`, cannon runs once more without anything kept, to see what keeping costs.

    make prestate && .venv/bin/python -m benchmarks.fault_proof [--plain] [DISPUTES]
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

from opcycle.challenger.cannon.trace import CannonTrace
from opcycle.deploy.local import LOCAL_PROOF_GAMES
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.errors import TemporaryError
from opcycle.protocol.dispute_game import Dispute
from opcycle.protocol.positions import Position

T = TypeVar("T")

SPLIT, DEPTH = LOCAL_PROOF_GAMES.split_depth, LOCAL_PROOF_GAMES.max_game_depth
LEVELS = DEPTH - SPLIT - 1
BISECTIONS = 3
LOOK = 0.02
"""Seconds between two looks."""


def main() -> None:
    arguments = sys.argv[1:]
    is_plain = "--plain" in arguments
    blocks = next((int(argument) for argument in arguments if argument.isdecimal()), 1)
    with tempfile.TemporaryDirectory() as temporary:
        games, ports = LOCAL_PROOF_GAMES, free_ports()
        with Devnet.stepped(DevnetConfig(Path(temporary), games=games, ports=ports)) as devnet:
            devnet.advance(120)
            for block in range(20, 20 + blocks):
                with closing(devnet.cannon()) as trace:
                    measure(trace, dispute_about(devnet, block), devnet.config.directory / "cannon")
            if is_plain:
                plain(devnet)


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
    steps = int.from_bytes(trace.proof(dispute, (1 << LEVELS) - 1).state[-44 - 8 :][:8], "big")
    print(f"block {dispute.disputed_block}: {passed:.1f} s to the first move, the machine's verdict {last[0]}")
    print(f"  {size(directory) / 1e6:.0f} MB on disk")
    for turn in range(BISECTIONS):
        lie = random.Random(f"{turn}").randrange(500_000_000)
        asked = [(depth, *timed(lambda instant=instant: trace.state(dispute, instant)))
                 for depth, instant in enumerate(bisection(lie), start=1)]
        _, proved = timed(lambda: trace.proof(dispute, lie))
        slow = ", ".join(f"level {depth} {seconds:.1f} s" for depth, _, seconds in asked if seconds > 0.1)
        total = sum(seconds for *_, seconds in asked) + proved
        print(f"  to step {lie:,}: {total:.1f} s for {LEVELS} states and a proof; {slow or 'all known'}", flush=True)
    print(f"  {size(directory) / 1e6:.0f} MB on disk")


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
