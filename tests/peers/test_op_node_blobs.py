"""Batches in our blobs, and blobs of junk, in the eyes of the real op-node and its beacon client."""

from collections.abc import Iterator

import pytest
from benchmarks.op_node import op_node

from opcycle.batcher.options import BatcherOptions, DataAvailability
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.l2_engine import L2Engine
from opcycle.devnet.ports import free_ports
from opcycle.engine.rollup_client import RollupClient
from opcycle.l1.reader import L1Reader
from opcycle.l1.signer import KeySigner
from opcycle.protocol.blobs import BLOB_SIZE

PATIENCE = 120
BATCHER = ACCOUNTS["batcher"]

Peer = tuple[RollupClient, L2Engine]


@pytest.fixture(scope="module")
def devnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    config = DevnetConfig(
        tmp_path_factory.mktemp("blobs"),
        ports=free_ports(),
        batcher=BatcherOptions(data_availability=DataAvailability.BLOBS),
    )
    with Devnet.live(config) as devnet:
        yield devnet


@pytest.fixture(scope="module")
def peer(devnet: Devnet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with op_node(devnet, tmp_path_factory.mktemp("peer")) as peer:
        yield peer


def assert_derived(devnet: Devnet, peer: Peer, number: int) -> None:
    """op-node comes to call block `number` safe, and all blocks up to it are the sequencer's."""
    client, engine = peer
    devnet.until(
        f"op-node's safe block {number}",
        lambda: client.sync_status().safe_l2.number >= number,
        seconds=PATIENCE,
    )
    ours = [devnet.l2.hash_of(n) for n in range(number + 1)]
    assert None not in ours
    assert [engine.l2.hash_of(n) for n in range(number + 1)] == ours


def inbox_types(devnet: Devnet) -> set[int]:
    """Types of the transactions to the inbox."""
    rollup = devnet.deployment.rollup
    blocks = L1Reader(devnet.l1.rpc).blocks(
        0,
        devnet.l1.head.number,
        inbox=rollup.batch_inbox,
        portal=rollup.deposit_contract,
        system_config=rollup.l1_system_config,
    )
    return {tx.kind for block in blocks for tx in block.transactions}


def test_op_node_derives_our_blocks_from_blobs(devnet: Devnet, peer: Peer) -> None:
    assert_derived(devnet, peer, 10)
    assert inbox_types(devnet) == {3}


def test_op_node_and_our_node_agree_after_blobs_of_junk_and_calldata_in_between(
    devnet: Devnet, peer: Peer
) -> None:
    inbox = devnet.deployment.rollup.batch_inbox
    account = devnet.assembly.l1_sender(KeySigner(BATCHER.key))
    devnet.pace.pause("batcher")
    devnet.until("an account at rest", lambda: account.in_flight() == 0, seconds=PATIENCE)
    for first_byte in (0x00, 0x3F, 0x43):  # no payload, no version of the encoding, a bit too many
        account.send_blobs(to=inbox, blobs=[bytes([first_byte]) * BLOB_SIZE], what="junk")
    devnet.until("blobs on L1", lambda: account.in_flight() == 0, seconds=PATIENCE)
    account.send_call(to=inbox, data=b"\x00junk", what="junk")
    devnet.until("calldata on L1", lambda: account.in_flight() == 0, seconds=PATIENCE)
    devnet.pace.resume("batcher")
    assert_derived(devnet, peer, devnet.l2.block("latest").ref.number)
    assert inbox_types(devnet) == {2, 3}
    client, _ = peer
    l1_number = min(client.sync_status().current_l1.number, devnet.node.sync_status().current_l1.number) - 2
    assert client.safe_head_at_l1_block(l1_number) == devnet.node.safe_head_at_l1_block(l1_number)
