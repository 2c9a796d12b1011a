"""What a sequencer's block costs: op-geth's own time, and ours on top of it.

An L2 catches up on empty blocks after time travel; every call to the engine is timed, the rest is ours.

    python -m benchmarks.sequencer_cycle
"""

import tempfile
import time
from pathlib import Path
from typing import Any

from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.rpc.client import RpcClient

BLOCKS = 2_000


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        config = DevnetConfig(Path(directory), ports=free_ports())
        with Devnet.stepped(config) as devnet:
            devnet.advance(10)
            for agent in ("batcher", "node", "proposer", "challenger"):
                devnet.pace.pause(agent)
            before = devnet.l2.block("latest").ref.number
            in_engine = _timed_calls()
            devnet.travel(BLOCKS, with_l2=True)
            started = time.perf_counter()
            devnet.settle()
            seconds = time.perf_counter() - started
            made = devnet.l2.block("latest").ref.number - before
            ours = seconds - in_engine[0]
            print(f"{made} empty blocks in {seconds:.1f} s: {made / seconds:.0f} blocks/s")
            print(
                f"per block: {1000 * in_engine[0] / made:.2f} ms in op-geth, {1000 * ours / made:.2f} ms ours"
            )


def _timed_calls() -> list[float]:
    """Seconds spent in JSON-RPC calls from now on, as the one element."""
    total = [0.0]
    original = RpcClient._post

    def timed(self: RpcClient, body: object) -> Any:
        started = time.perf_counter()
        try:
            return original(self, body)
        finally:
            total[0] += time.perf_counter() - started

    RpcClient._post = timed  # type: ignore[method-assign]
    return total


if __name__ == "__main__":
    main()
