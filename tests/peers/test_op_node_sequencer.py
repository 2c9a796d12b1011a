"""The real op-node as sequencer; our batcher posts its blocks, our node derives them.

op-node's sequencer is paced by the machine's clock, so the devnet keeps that time, too. It takes over the
engine of our own sequencer, which only makes the first few blocks.
"""

from collections.abc import Iterator

import pytest
from benchmarks.op_node import op_node_on

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.engine.rollup_client import RollupClient
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionRequest
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import to_hex

PATIENCE = 120
USER, FRIEND = ACCOUNTS["user"], ACCOUNTS["second user"]
ETHER = 10**18

REORG = 6
"""L1 blocks."""

SEQUENCING = ("--sequencer.enabled", "--sequencer.l1-confs=0")


@pytest.fixture(scope="module")
def devnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    """Without a sequencer: op-node is it."""
    config = DevnetConfig(
        tmp_path_factory.mktemp("devnet"), l1_block_time=1, ports=free_ports(), is_wall_clock=True
    )
    with Devnet.live(config) as devnet:
        devnet.pace.remove("sequencer")
        yield devnet


@pytest.fixture(scope="module")
def op_node(devnet: Devnet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RollupClient]:
    directory = tmp_path_factory.mktemp("op-node")
    with op_node_on(devnet.sequencer_engine, devnet, directory, flags=SEQUENCING) as client:
        devnet.until("op-node's RPC", lambda: client.version() != "", seconds=PATIENCE)
        yield client


def head_number(devnet: Devnet) -> int:
    return devnet.l2.block("latest").ref.number


def assert_derived(devnet: Devnet, number: int) -> None:
    """Our node comes to call block `number` safe, and all blocks up to it are op-node's."""
    devnet.until(
        f"our node's safe block {number}",
        lambda: devnet.node.sync_status().safe_l2.number >= number,
        seconds=PATIENCE,
    )
    theirs = [devnet.l2.hash_of(n) for n in range(number + 1)]
    assert None not in theirs
    assert [devnet.verifier.engine.l2.hash_of(n) for n in range(number + 1)] == theirs


def test_our_node_derives_op_nodes_blocks_with_deposits_and_transactions(
    devnet: Devnet, op_node: RollupClient
) -> None:
    bridge = devnet.bridge(USER)
    deposit = bridge.deposit(FRIEND.address, ETHER)
    # Not the depositor's: a deposit takes a nonce of its sender's on L2, too, whichever comes first.
    l2_sender = devnet.assembly.l2_sender(KeySigner(FRIEND.key))
    transfer = l2_sender.send(TransactionRequest(USER.address, value=1))
    devnet.until(
        "the deposit on L2", lambda: bridge.deposit_status(deposit).l2_receipt is not None, seconds=PATIENCE
    )
    devnet.until("the transfer", lambda: l2_sender.receipt(transfer) is not None, seconds=PATIENCE)
    assert_derived(devnet, head_number(devnet))


def test_op_node_finds_its_own_blocks_in_what_our_batcher_posts(
    devnet: Devnet, op_node: RollupClient
) -> None:
    devnet.until("finalized blocks", lambda: op_node.sync_status().finalized_l2.number > 3, seconds=PATIENCE)
    status = op_node.sync_status()
    assert devnet.l2.hash_of(status.safe_l2.number) == status.safe_l2.hash
    number = min(status.safe_l2.number, devnet.node.sync_status().safe_l2.number)
    theirs, ours = op_node.output_at_block(number), devnet.node.output_at_block(number)
    assert (theirs.block, theirs.output) == (ours.block, ours.output)


def test_nothing_is_lost_where_op_nodes_sequencer_stops_and_starts_again(
    devnet: Devnet, op_node: RollupClient
) -> None:
    admin = RpcClient(op_node.url)
    last = admin.call("admin_stopSequencer")
    assert admin.call("admin_sequencerActive") is False
    stopped_at = devnet.l2.block("latest").ref
    assert to_hex(stopped_at.hash) == last
    assert_derived(devnet, stopped_at.number)
    l1_number = devnet.l1.head.number
    devnet.until("L1 goes on", lambda: devnet.l1.head.number > l1_number + 1, seconds=PATIENCE)
    assert devnet.l2.block("latest").ref == stopped_at
    admin.call("admin_startSequencer", last)
    devnet.until("more blocks", lambda: head_number(devnet) > stopped_at.number + 5, seconds=PATIENCE)
    assert devnet.l2.hash_of(stopped_at.number) == stopped_at.hash
    assert_derived(devnet, head_number(devnet))


def test_op_node_and_our_agents_go_on_after_an_l1_reorg(devnet: Devnet, op_node: RollupClient) -> None:
    devnet.l1.set_lag(safe=2, finalized=2 * REORG)
    devnet.until(
        "L1 blocks that are not final",
        lambda: devnet.l1.head.number - devnet.l1.finalized.number >= REORG,
        seconds=PATIENCE,
    )
    before = op_node.sync_status()
    assert before.unsafe_l2.l1_origin.number > devnet.l1.head.number - REORG
    devnet.l1.reorg(REORG)
    devnet.until(
        "op-node's new blocks",
        lambda: devnet.l2.hash_of(before.unsafe_l2.number) not in (None, before.unsafe_l2.hash),
        seconds=PATIENCE,
    )
    assert_derived(devnet, before.unsafe_l2.number + REORG)
