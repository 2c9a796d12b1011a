"""The real op-challenger as a child process: it plays a factory's games, about the alphabet or op-program."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.child import BINARIES, Child, child
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.engine.fault_proof_program import FaultProofProgram
from opcycle.protocol.types import Address

ALPHABET = ("--game-types=alphabet",)


def cannon(program: FaultProofProgram, devnet: Devnet, *, snapshots: int) -> tuple[str, ...]:
    """Flags for games about a program; `snapshots`: steps between two of a run."""
    return (
        "--game-types=cannon",
        f"--cannon-bin={BINARIES / 'cannon'}",
        f"--cannon-server={program.host}",
        f"--cannon-prestate={program.prestate}",
        f"--cannon-snapshot-freq={snapshots}",
        f"--cannon-info-freq={snapshots}",
        f"--network={devnet.deployment.rollup.l2_chain_id}",
    )


@contextmanager
def op_challenger(
    devnet: Devnet, directory: Path, *flags: str, factory: Address, games: tuple[str, ...] = ALPHABET
) -> Iterator[Child]:
    """An op-challenger at work, with the account of the devnet's own challenger, which must be paused."""
    ports = devnet.config.ports
    command = [
        f"--l1-eth-rpc={devnet.l1_url}",
        f"--l1-beacon=http://127.0.0.1:{ports.l1_beacon}",
        f"--l2-eth-rpc={devnet.verifier.engine.l2.rpc.url}",
        f"--rollup-rpc={devnet.assembly.node}",
        f"--game-factory-address=0x{factory.hex()}",
        *games,
        f"--datadir={directory / 'op-challenger'}",
        f"--private-key=0x{ACCOUNTS['challenger'].key.hex()}",
        "--http-poll-interval=500ms",
        "--num-confirmations=1",
        "--txmgr.receipt-query-interval=200ms",
        *flags,
    ]
    with child("op-challenger", command, directory / "op-challenger.log") as process:
        yield process
