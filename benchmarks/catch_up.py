"""How fast a new verifier catches up on 5,000 L2 blocks from L1 alone; beside op-node, if `make peers` built it."""

import tempfile
import time
from pathlib import Path

from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports

BLOCKS = 5_000


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        config = DevnetConfig(Path(directory), ports=free_ports())
        with Devnet.stepped(config) as devnet:
            for agent in ("node", "proposer", "challenger"):
                devnet.pace.pause(agent)
            devnet.advance(BLOCKS)
            devnet.pace.resume("node")
            print(f"L1 at block {devnet.l1.head.number}, L2 at block {devnet.l2.block('latest').ref.number}")
            started = time.perf_counter()
            devnet.advance(0)
            seconds = time.perf_counter() - started
            safe = devnet.node.sync_status().safe_l2.number
            print(f"opcycle node: {safe} blocks derived in {seconds:.1f} s: {safe / seconds:.0f} blocks/s")


if __name__ == "__main__":
    main()
