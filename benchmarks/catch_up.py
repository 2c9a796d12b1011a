"""How fast a verifier derives 10,000 L2 blocks from L1 alone: `opcycle node` beside the real op-node.

Each is a process of its own with an op-geth of its own, and is asked over its RPC. What op-geth itself needs
is shown too, as CPU time: it is the floor under both.

    make peers && .venv/bin/python -m benchmarks.catch_up [BLOCKS]
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.op_node import op_node
from benchmarks.process import find, usage
from benchmarks.transfers import transfer
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.engine.rollup_client import RollupClient
from opcycle.errors import TemporaryError

BLOCKS = 10_000
TURNS = 2
"""Runs of each, in turns: a machine that others use gets faster and slower."""

L1_BLOCK_TIME = 12
TRANSFERS = 12
"""In every twelfth block; the others have only their L1 attributes."""

OPCYCLE = Path(sys.executable).parent / "opcycle"


@dataclass(frozen=True, slots=True)
class Run:
    """`blocks` that became safe in `seconds`, and the CPU seconds of the node and of its engine meanwhile."""

    blocks: int
    seconds: float
    node_cpu: float
    engine_cpu: float
    peak_memory: float

    @property
    def speed(self) -> float:
        return self.blocks / self.seconds

    def __str__(self) -> str:
        node, engine = 1000 * self.node_cpu / self.blocks, 1000 * self.engine_cpu / self.blocks
        return (
            f"{self.blocks:,} blocks at {self.speed:.0f} blocks/s; CPU per block {node:.1f} ms, "
            f"its op-geth {engine:.1f} ms; {self.peak_memory:.0f} MB at most"
        )


def main() -> None:
    blocks = int(sys.argv[1]) if len(sys.argv) > 1 else BLOCKS
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        config = DevnetConfig(directory / "devnet", l1_block_time=L1_BLOCK_TIME, ports=free_ports())
        with Devnet.stepped(config) as devnet:
            started = time.perf_counter()
            last = make_chain(devnet, blocks)
            print(f"{last:,} blocks made and posted in {time.perf_counter() - started:.0f} s", flush=True)
            best: dict[str, float] = {}
            for turn in range(TURNS):
                for name, runs in (("opcycle", opcycle_node), ("op-node", real_op_node)):
                    run = runs(devnet, directory / f"{name}-{turn}", last)
                    print(f"{name}: {run}", flush=True)
                    best[name] = max(best.get(name, 0), run.speed)
            print(f"ratio of the best runs: {best['opcycle'] / best['op-node']:.2f}")


def make_chain(devnet: Devnet, blocks: int) -> int:
    """The number of the last block that is on L1."""
    devnet.advance(2 * L1_BLOCK_TIME)
    for agent in ("node", "proposer", "challenger"):
        devnet.pace.pause(agent)
    rpc, chain_id = devnet.l2.rpc, devnet.deployment.rollup.l2_chain_id
    for number in range(blocks // L1_BLOCK_TIME):
        nonces = range(number * TRANSFERS, (number + 1) * TRANSFERS)
        rpc.batch([("eth_sendRawTransaction", [transfer(chain_id, nonce)]) for nonce in nonces])
        devnet.advance(L1_BLOCK_TIME)
    last = devnet.l2.block("latest").ref.number - 2 * L1_BLOCK_TIME  # the newest are not posted yet
    devnet.advance(2 * L1_BLOCK_TIME)
    return last


def opcycle_node(devnet: Devnet, directory: Path, last: int) -> Run:
    ports = devnet.config.ports
    command = [
        OPCYCLE,
        "node",
        f"--deployment={devnet.deployment.directory}",
        f"--l1={devnet.l1_url}",
        f"--beacon=http://127.0.0.1:{ports.l1_beacon}",
        f"--data={directory}",
        f"--l2-port={ports.rebuilt_rpc}",
        f"--engine-port={ports.rebuilt_engine}",
        f"--rpc-port={ports.rebuilt_node_rpc}",
    ]
    directory.mkdir()
    client = RollupClient(f"http://127.0.0.1:{ports.rebuilt_node_rpc}")
    with (
        closing(client),
        (directory / "log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as node,
    ):
        try:
            return measured(client, last, node=lambda: node.pid, engine=directory)
        finally:
            node.terminate()


def real_op_node(devnet: Devnet, directory: Path, last: int) -> Run:
    directory.mkdir()
    with op_node(devnet, directory) as (client, _):
        return measured(client, last, node=lambda: find("op-node"), engine=directory)


def measured(client: RollupClient, last: int, *, node: Callable[[], int], engine: Path) -> Run:
    """From the first safe block to block `last`; the engine's data are in the directory `engine`."""

    def safe() -> int:
        return client.sync_status().safe_l2.number

    first = wait(safe, 1)
    started = time.perf_counter()
    pids = node(), find("geth", str(engine))
    before = [usage(pid).cpu for pid in pids]
    blocks = wait(safe, last) - first
    seconds = time.perf_counter() - started
    after = [usage(pid) for pid in pids]
    node_cpu, engine_cpu = (now.cpu - then for now, then in zip(after, before, strict=True))
    return Run(blocks, seconds, node_cpu, engine_cpu, after[0].peak_memory)


def wait(value: Callable[[], int], wanted: int) -> int:
    while True:
        try:
            if (found := value()) >= wanted:
                return found
        except TemporaryError:
            pass  # it is starting
        time.sleep(0.2)  # seldom enough to cost nothing


if __name__ == "__main__":
    main()
