"""The real op-batcher posts our sequencer's chain; our node derives it, and is op-batcher's rollup RPC."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.op_batcher import op_batcher
from benchmarks.op_node import op_node
from tests.peers.batching import (
    FRIEND,
    PATIENCE,
    USER,
    Case,
    assert_derived,
    assert_posted_as,
    head_number,
    use_the_chain,
)
from tests.peers.posted import posted_since

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.channels import Compression

REORG = 8
"""L1 blocks."""

SMALL_FRAMES = ("--max-l1-tx-size-bytes=150", "--target-num-frames=5", "--max-channel-duration=2")

CASES = {
    "singular, zlib": Case(("--batch-type=0", "--compression-algo=zlib"), "singular", Compression.ZLIB),
    "span, Brotli": Case(("--batch-type=1", "--compression-algo=brotli-10"), "span", Compression.BROTLI),
    "span, zlib": Case(("--batch-type=1", "--compression-algo=zlib"), "span", Compression.ZLIB),
    "singular, Brotli, small frames": Case(
        ("--batch-type=0", "--compression-algo=brotli", "--max-pending-tx=10", *SMALL_FRAMES),
        "singular",
        Compression.BROTLI,
        noise=600,
        frames=3,
    ),
}


@pytest.fixture(scope="module")
def devnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    """Without batcher and throttler of ours; the node tells op-batcher of the sequencer's blocks."""
    config = DevnetConfig(
        tmp_path_factory.mktemp("devnet"), l1_block_time=1, ports=free_ports(), node_follows_sequencer=True
    )
    with Devnet.live(config) as devnet:
        for agent in ("batcher", "throttler"):
            devnet.pace.remove(agent)
        yield devnet


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_our_node_derives_what_op_batcher_posts(devnet: Devnet, case: Case, tmp_path: Path) -> None:
    first = devnet.l1.head.number + 1
    with op_batcher(devnet, tmp_path, *case.flags) as batcher:
        assert_derived(devnet, use_the_chain(devnet, case.noise))
        batcher.stop()
    assert_posted_as(case, posted_since(devnet, first))


def test_op_batcher_killed_with_half_a_channel_on_l1_starts_again_from_our_nodes_safe_head(
    devnet: Devnet, tmp_path: Path
) -> None:
    first = devnet.l1.head.number + 1

    def has_half_a_channel() -> bool:
        return any(
            channel.problem.startswith("incomplete") for channel in posted_since(devnet, first).channels
        )

    with op_batcher(devnet, tmp_path, *SMALL_FRAMES, "--target-num-frames=30") as batcher:
        use_the_chain(devnet, noise=600)
        devnet.until("half a channel", has_half_a_channel, seconds=PATIENCE)
        batcher.process.kill()
    head = head_number(devnet)
    assert devnet.node.sync_status().safe_l2.number < head
    with op_batcher(devnet, tmp_path):
        assert_derived(devnet, head)


def test_op_batcher_throttles_our_sequencers_engine_while_it_has_much_to_post(
    devnet: Devnet, tmp_path: Path
) -> None:
    """Large transactions wait in the pool then, small ones do not."""
    flags = (
        "--throttle.controller-type=step",
        "--throttle.unsafe-da-bytes-lower-threshold=1000",
        "--max-channel-duration=0",
    )
    friend = devnet.assembly.l2_sender(KeySigner(FRIEND.key))
    user = devnet.assembly.l2_sender(KeySigner(USER.key))
    with op_batcher(devnet, tmp_path, *flags) as batcher:
        use_the_chain(devnet, noise=600)
        devnet.until("throttling", lambda: batcher.largest_transaction() == 150, seconds=PATIENCE)
        throttled = head_number(devnet)
        devnet.until("the next block", lambda: head_number(devnet) > throttled + 1, seconds=PATIENCE)
        large = friend.send(TransactionRequest(USER.address, bytes(range(256)) * 3))
        small = user.send(TransactionRequest(FRIEND.address, value=1))
        devnet.until("the small one", lambda: user.receipt(small) is not None, seconds=PATIENCE)
        assert friend.receipt(large) is None
        batcher.flush()
        devnet.until("the large one", lambda: friend.receipt(large) is not None, seconds=PATIENCE)


def test_op_batcher_and_our_node_go_on_after_an_l1_reorg(devnet: Devnet, tmp_path: Path) -> None:
    devnet.l1.set_lag(safe=2, finalized=2 * REORG)
    with op_batcher(devnet, tmp_path):
        assert_derived(devnet, use_the_chain(devnet))
        devnet.until(
            "L1 blocks that are not final",
            lambda: devnet.l1.head.number - devnet.l1.finalized.number >= REORG,
            seconds=PATIENCE,
        )
        before = devnet.node.sync_status()
        assert before.safe_l2.l1_origin.number > devnet.l1.head.number - REORG
        devnet.l1.reorg(REORG)
        assert_derived(devnet, before.unsafe_l2.number + REORG)
    assert devnet.l2.hash_of(before.safe_l2.number) != before.safe_l2.hash


def test_two_batchers_in_turn_leave_no_gap_and_need_no_reorg(devnet: Devnet, tmp_path: Path) -> None:
    handed_over = []
    for turn in range(2):
        batcher = devnet.assembly.batcher(KeySigner(ACCOUNTS["batcher"].key), devnet.config.batcher)
        devnet.pace.add(batcher)
        assert_derived(devnet, use_the_chain(devnet))
        devnet.pace.remove(batcher.name)
        handed_over.append(devnet.node.sync_status().safe_l2)
        with op_batcher(devnet, tmp_path, f"--batch-type={turn}") as op:
            assert_derived(devnet, use_the_chain(devnet))
            op.stop()
        handed_over.append(devnet.node.sync_status().safe_l2)
    hashes = [devnet.l2.hash_of(block.number) for block in handed_over]
    assert hashes == [block.hash for block in handed_over]


def test_the_whole_chain_is_derived_from_l1_alone_by_our_node_and_by_op_node(
    devnet: Devnet, tmp_path: Path
) -> None:
    last = devnet.node.sync_status().safe_l2.number
    wanted = [devnet.l2.hash_of(number) for number in range(last + 1)]
    assert len(wanted) > 1
    with devnet.rebuilt_verifier() as rebuilt:
        devnet.until(
            "our node's safe head",
            lambda: rebuilt.client.sync_status().safe_l2.number >= last,
            seconds=PATIENCE,
        )
        assert [rebuilt.engine.l2.hash_of(number) for number in range(last + 1)] == wanted
    with op_node(devnet, tmp_path) as (client, engine):
        devnet.until(
            "op-node's safe head", lambda: client.sync_status().safe_l2.number >= last, seconds=PATIENCE
        )
        assert [engine.l2.hash_of(number) for number in range(last + 1)] == wanted
