"""How fast a verifier catches up on 5,000 L2 blocks from L1 alone; beside op-node, if `make peers` built it.

python -m benchmarks.catch_up
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.op_node import BINARY, op_node
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.errors import TemporaryError

BLOCKS = 5_000
L1_BLOCK_TIME = 12


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        config = DevnetConfig(Path(directory) / "devnet", l1_block_time=L1_BLOCK_TIME, ports=free_ports())
        with Devnet.stepped(config) as devnet:
            devnet.advance(2 * L1_BLOCK_TIME)
            for agent in ("node", "proposer", "challenger"):
                devnet.pace.pause(agent)
            devnet.advance(BLOCKS)
            first = devnet.node.sync_status().safe_l2.number
            devnet.pace.resume("node")
            started = time.perf_counter()
            devnet.settle()
            last = devnet.node.sync_status().safe_l2.number
            ours = (last - first) / (time.perf_counter() - started)
            print(f"opcycle: {last - first} blocks at {ours:.0f} blocks/s")
            if BINARY.exists():
                theirs = _op_node_speed(devnet, Path(directory), last)
                print(f"op-node: {theirs:.0f} blocks/s; opcycle is {ours / theirs:.2f} times as fast")


def _op_node_speed(devnet: Devnet, directory: Path, last: int) -> float:
    """Blocks per second, from the first that is safe to the last."""
    (directory / "peer").mkdir()
    with op_node(devnet, directory / "peer") as (client, _):

        def safe() -> int:
            return client.sync_status().safe_l2.number

        first = _wait(safe, 1)
        started = time.perf_counter()
        reached = _wait(safe, last)
        return (reached - first) / (time.perf_counter() - started)


def _wait(value: Callable[[], int], wanted: int) -> int:
    while True:
        try:
            if (found := value()) >= wanted:
                return found
        except TemporaryError:
            pass  # it is starting
        time.sleep(0.05)


if __name__ == "__main__":
    main()
