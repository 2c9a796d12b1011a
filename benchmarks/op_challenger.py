"""The real op-challenger as a child process: it plays the games of a factory, about the alphabet."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.child import Child, child
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.protocol.types import Address


@contextmanager
def op_challenger(devnet: Devnet, directory: Path, *flags: str, factory: Address) -> Iterator[Child]:
    """An op-challenger at work, with the account of the devnet's own challenger, which must be paused."""
    ports = devnet.config.ports
    command = [
        f"--l1-eth-rpc={devnet.l1_url}",
        f"--l1-beacon=http://127.0.0.1:{ports.l1_beacon}",
        f"--l2-eth-rpc={devnet.verifier.engine.l2.rpc.url}",
        f"--rollup-rpc={devnet.assembly.node}",
        f"--game-factory-address=0x{factory.hex()}",
        "--game-types=alphabet",
        f"--datadir={directory / 'op-challenger'}",
        f"--private-key=0x{ACCOUNTS['challenger'].key.hex()}",
        "--http-poll-interval=500ms",
        "--num-confirmations=1",
        "--txmgr.receipt-query-interval=200ms",
        *flags,
    ]
    with child("op-challenger", command, directory / "op-challenger.log") as process:
        yield process
