"""The real op-batcher as a child process, in the place of ours: same account, same L2, our node's RPC."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.child import Child, child
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.rpc.client import RpcClient


class OpBatcher:
    """A running op-batcher. Calls raise TemporaryError until it serves its RPC."""

    def __init__(self, process: Child, rpc: RpcClient):
        self.process = process
        self._rpc = rpc

    def start(self) -> None:
        """Post from the safe head on."""
        self._rpc.call("admin_startBatcher")

    def stop(self) -> None:
        """Post no more; returns once what was sent is mined."""
        self._rpc.call("admin_stopBatcher")

    def flush(self) -> None:
        """Close the open channel and post it."""
        self._rpc.call("admin_flushBatcher")

    def largest_transaction(self) -> int:
        """Bytes of DA that an L2 transaction may need, as L2's engine has been told; 0: any number."""
        size: int = self._rpc.call("admin_getThrottleController")["max_tx_size"]
        return size


@contextmanager
def op_batcher(devnet: Devnet, directory: Path, *flags: str) -> Iterator[OpBatcher]:
    """An op-batcher at work; the devnet's own batcher is paused, and its throttler if this one throttles."""
    assembly = devnet.assembly
    port = devnet.config.ports.control  # which only the command line's devnet uses
    with op_batcher_at(
        l1=assembly.l1, l2=assembly.l2, node=assembly.node, port=port, directory=directory, flags=flags
    ) as batcher:
        yield batcher


@contextmanager
def op_batcher_at(
    *, l1: str, l2: str, node: str, port: int, directory: Path, flags: tuple[str, ...]
) -> Iterator[OpBatcher]:
    """An op-batcher that finds its chain at these URLs and serves its RPC on `port`.

    Unless `flags` say otherwise: singular batches, zlib, calldata, a channel per L1 block, no throttling.
    """
    command = [
        f"--l1-eth-rpc={l1}",
        f"--l2-eth-rpc={l2}",
        f"--rollup-rpc={node}",
        "--rpc.addr=127.0.0.1",
        f"--rpc.port={port}",
        "--rpc.enable-admin",
        f"--private-key=0x{ACCOUNTS['batcher'].key.hex()}",
        "--poll-interval=200ms",
        "--num-confirmations=1",
        "--txmgr.receipt-query-interval=200ms",
        "--txmgr.cell-proof-time=0",
        "--data-availability-type=calldata",
        "--max-channel-duration=1",
        "--sub-safety-margin=4",
        "--throttle.unsafe-da-bytes-lower-threshold=0",
        *flags,
    ]
    rpc = RpcClient(f"http://127.0.0.1:{port}")
    with closing(rpc), child("op-batcher", command, directory / "op-batcher.log") as process:
        yield OpBatcher(process, rpc)
