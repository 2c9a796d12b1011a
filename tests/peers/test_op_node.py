"""Our chain in the eyes of the real op-node: its files, its batches, its outputs, its RPC."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.peers.op_node import op_node

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.l2_engine import L2Engine
from opcycle.devnet.ports import free_ports
from opcycle.engine.rollup_client import RollupClient

PATIENCE = 60
USER, FRIEND = ACCOUNTS["user"], ACCOUNTS["second user"]
ETHER = 10**18

Peer = tuple[RollupClient, L2Engine]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("op-node")


@pytest.fixture(scope="module")
def devnet(directory: Path) -> Iterator[Devnet]:
    with Devnet.live(DevnetConfig(directory / "devnet", ports=free_ports())) as devnet:
        yield devnet


@pytest.fixture(scope="module")
def peer(devnet: Devnet, directory: Path) -> Iterator[Peer]:
    (directory / "peer").mkdir()
    with op_node(devnet, directory / "peer") as peer:
        yield peer


def test_op_node_starts_from_our_rollup_json_and_reads_it_as_we_do(devnet: Devnet, peer: Peer) -> None:
    client, _ = peer
    devnet.until("op-node's RPC", lambda: client.version() != "", seconds=PATIENCE)
    assert client.rollup_config() == devnet.deployment.rollup


def test_op_node_derives_our_blocks_with_deposits_and_transactions(devnet: Devnet, peer: Peer) -> None:
    client, engine = peer
    deposit = devnet.bridge(USER).deposit(FRIEND.address, ETHER)
    bridge = devnet.bridge(USER)
    devnet.until(
        "the deposit", lambda: bridge.deposit_status(deposit).l2_receipt is not None, seconds=PATIENCE
    )
    arrived = bridge.deposit_status(deposit).l2_receipt
    assert arrived is not None
    number = arrived.block.number + 3
    devnet.until(
        "op-node's safe head", lambda: client.sync_status().safe_l2.number >= number, seconds=PATIENCE
    )
    assert [engine.l2.hash_of(n) for n in range(number)] == [devnet.l2.hash_of(n) for n in range(number)]


def test_op_node_and_our_node_agree_on_outputs_and_safe_heads(devnet: Devnet, peer: Peer) -> None:
    client, _ = peer
    devnet.until("finalized blocks", lambda: client.sync_status().finalized_l2.number > 3, seconds=PATIENCE)
    number = min(client.sync_status().safe_l2.number, devnet.node.sync_status().safe_l2.number)
    theirs, ours = client.output_at_block(number), devnet.node.output_at_block(number)
    assert (theirs.block, theirs.output) == (ours.block, ours.output)
    l1_number = theirs.status.current_l1.number - 2
    assert client.safe_head_at_l1_block(l1_number) == devnet.node.safe_head_at_l1_block(l1_number)
