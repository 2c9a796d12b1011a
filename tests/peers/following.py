"""A stepped devnet of ours and the real op-node, which follows its L1 as the devnet moves on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import orjson
from benchmarks.op_node import op_node
from tests.peers.differential.comparison import first_difference, safe_heads_of

from opcycle.batcher.options import BatcherOptions
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.l2_engine import L2Engine
from opcycle.devnet.ports import free_ports
from opcycle.devnet.runner import Runner
from opcycle.engine.rollup_client import RollupClient
from opcycle.errors import TemporaryError
from opcycle.l1.reader import L1Reader
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager, TransactionRequest
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import L1Block

PATIENCE = 120
"""Seconds in which op-node must come to where our node is."""

LAG = 60
"""L1 blocks to the finalized one: reorgs may be that deep."""


@dataclass
class Followed:
    """`client` and `engine` are op-node's."""

    devnet: Devnet
    client: RollupClient
    engine: L2Engine

    @property
    def rollup(self) -> RollupConfig:
        return self.devnet.deployment.rollup

    def use_batcher(self, options: BatcherOptions, *, role: str = "batcher") -> None:
        """From now on another one posts, once what the last one sent is mined."""
        self.devnet.advance(4)
        self.devnet.pace.remove("batcher")
        self.devnet.pace.add(self.devnet.assembly.batcher(KeySigner(ACCOUNTS[role].key), options))

    def sender(self, role: str) -> TransactionManager:
        """On L1."""
        return self.devnet.assembly.l1_sender(KeySigner(ACCOUNTS[role].key))

    def l2_traffic(self, count: int, *, size: int) -> None:
        """Transactions with that much data, which does not compress, into the sequencer's pool."""
        sender = self.devnet.assembly.l2_sender(KeySigner(ACCOUNTS["user"].key))
        for index in range(count):
            sender.send(
                TransactionRequest(ACCOUNTS["second user"].address, data=Random(index).randbytes(size))
            )

    def l1_blocks(self, first: int) -> list[L1Block]:
        return L1Reader(self.devnet.l1.rpc).blocks(
            first,
            self.devnet.l1.head.number,
            inbox=self.rollup.batch_inbox,
            portal=self.rollup.deposit_contract,
            system_config=self.rollup.l1_system_config,
        )

    def catch_up(self) -> int:
        """Wait for op-node to have read L1 as our node has, and require the same safe head of both after
        every L1 block; the number of the last safe block."""
        self.devnet.settle()
        ours = self.devnet.node.sync_status()

        def is_there() -> bool:
            try:
                theirs = self.client.sync_status()
            except TemporaryError:  # it is starting
                return False
            return (theirs.current_l1, theirs.safe_l2) == (ours.current_l1, ours.safe_l2)

        Runner().until(is_there, seconds=PATIENCE)
        difference = first_difference(
            safe_heads_of(self.devnet.node), safe_heads_of(self.client), ours.current_l1.number
        )
        assert difference is None, difference.report([], [])
        theirs = self.client.sync_status()
        assert (theirs.current_l1, theirs.safe_l2) == (ours.current_l1, ours.safe_l2)
        return ours.safe_l2.number

    def agree(self) -> int:
        """As `catch_up`, and all that our batcher has posted is safe: the blocks are the sequencer's."""
        safe = self.catch_up()
        theirs = [self.engine.l2.hash_of(number) for number in range(safe + 1)]
        assert theirs == [self.devnet.l2.hash_of(number) for number in range(safe + 1)]
        return safe


@contextmanager
def followed(
    directory: Path, batcher: BatcherOptions | None = None, *, seq_window: int | None = None
) -> Iterator[Followed]:
    """`seq_window` in L1 blocks, if not the devnet's own."""
    config = DevnetConfig(directory / "devnet", ports=free_ports(), batcher=batcher or BatcherOptions())
    if seq_window is not None:
        _deploy_with_window(config, seq_window)
    (directory / "op-node").mkdir()
    with Devnet.stepped(config) as devnet:
        devnet.l1.set_lag(safe=LAG // 2, finalized=LAG)
        with op_node(devnet, directory / "op-node") as (client, engine):
            yield Followed(devnet, client, engine)


def _deploy_with_window(config: DevnetConfig, seq_window: int) -> None:
    """No contract knows the window: it is in the nodes' configuration alone."""
    with Devnet.stepped(config) as devnet:
        rollup = replace(devnet.deployment.rollup, seq_window_size=seq_window)
        file = devnet.deployment.directory / "rollup.json"
    file.write_bytes(orjson.dumps(rollup.to_json()))
