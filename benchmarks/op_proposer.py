"""The real op-proposer as a child process: it proposes dispute games, from outputs of our node's RPC."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.child import Child, child
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.protocol.types import Address


@contextmanager
def op_proposer(
    devnet: Devnet, directory: Path, *flags: str, factory: Address, game_type: int
) -> Iterator[Child]:
    """An op-proposer at work, with the account of the devnet's own proposer, which must be paused."""
    command = [
        f"--l1-eth-rpc={devnet.l1_url}",
        f"--rollup-rpc={devnet.assembly.node}",
        f"--game-factory-address=0x{factory.hex()}",
        f"--game-type={game_type}",
        f"--private-key=0x{ACCOUNTS['proposer'].key.hex()}",
        "--poll-interval=200ms",
        "--num-confirmations=1",
        "--txmgr.receipt-query-interval=200ms",
        "--rpc.addr=127.0.0.1",
        f"--rpc.port={devnet.config.ports.control}",
        *flags,
    ]
    with child("op-proposer", command, directory / "op-proposer.log") as process:
        yield process
