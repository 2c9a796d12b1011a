"""The real op-batcher posts our sequencer's chain in blobs, to an inbox without code: it takes no other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.op_batcher import op_batcher
from tests.peers.batching import Case, assert_derived, assert_posted_as, use_the_chain
from tests.peers.posted import posted_since

from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.protocol.channels import Compression

INBOX = bytes.fromhex("00ff" + "00" * 16 + "0901")

CASES = {
    "singular, zlib": Case(
        ("--batch-type=0", "--compression-algo=zlib"), "singular", Compression.ZLIB, blobs=1
    ),
    "span, Brotli, several in a transaction": Case(
        ("--batch-type=1", "--compression-algo=brotli", "--target-num-frames=3", "--max-channel-duration=6"),
        "span",
        Compression.BROTLI,
        noise=100_000,
        blobs=2,
        frames=2,
    ),
}


@pytest.fixture(scope="module")
def devnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    """Without batcher and throttler of ours; the node tells op-batcher of the sequencer's blocks."""
    config = DevnetConfig(
        tmp_path_factory.mktemp("devnet"),
        l1_block_time=1,
        ports=free_ports(),
        node_follows_sequencer=True,
        batch_inbox=INBOX,
    )
    with Devnet.live(config) as devnet:
        for agent in ("batcher", "throttler"):
            devnet.pace.remove(agent)
        yield devnet


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_our_node_derives_what_op_batcher_posts_in_blobs(devnet: Devnet, case: Case, tmp_path: Path) -> None:
    first = devnet.l1.head.number + 1
    with op_batcher(devnet, tmp_path, "--data-availability-type=blobs", *case.flags) as batcher:
        assert_derived(devnet, use_the_chain(devnet, case.noise))
        batcher.stop()
    assert_posted_as(case, posted_since(devnet, first))
