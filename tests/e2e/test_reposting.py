"""What was posted and does not become safe is posted again, by the real node's word and on real op-geth.

Channels here are so small, and go out so slowly, that each takes several L1 blocks: any may break off.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.inbox import batches_on_l1

from opcycle.batcher.options import BatcherOptions
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.l1.reader import L1Reader
from opcycle.l1.signer import KeySigner
from opcycle.protocol.frames import Frame, encode_batcher_payload, parse_frames

L1_BLOCK = 2
TIMEOUT = 50
"""L1 blocks that a channel may take, from Granite."""


@pytest.fixture
def devnet(tmp_path: Path) -> Iterator[Devnet]:
    slow = BatcherOptions(max_payload_size=40, target_frames=40, max_in_flight=1)
    config = DevnetConfig(tmp_path / "devnet", submission_interval=5, ports=free_ports(), batcher=slow)
    with Devnet.stepped(config) as devnet:
        devnet.advance(10)
        yield devnet


def newest_frame(devnet: Devnet) -> Frame | None:
    """The one in L1's newest block."""
    rollup = devnet.deployment.rollup
    (block,) = L1Reader(devnet.l1.rpc).blocks(
        devnet.l1.head.number,
        devnet.l1.head.number,
        inbox=rollup.batch_inbox,
        portal=rollup.deposit_contract,
        system_config=rollup.l1_system_config,
    )
    frames = [frame for transaction in block.transactions for frame in parse_frames(transaction.data)]
    return frames[-1] if frames else None


def open_channel(devnet: Devnet) -> None:
    """Go on until L1 has the first frame of a channel, and the second waits in its pool."""
    for _ in range(40):
        devnet.advance(L1_BLOCK)
        frame = newest_frame(devnet)
        if frame is not None and frame.number == 0 and not frame.is_last:
            return
    raise AssertionError("no channel has several frames")


def assert_all_becomes_safe(devnet: Devnet) -> None:
    head = devnet.l2.block("latest").ref.number
    devnet.until(f"safe block {head}", lambda: devnet.node.sync_status().safe_l2.number >= head, seconds=300)
    ours = [devnet.l2.hash_of(n) for n in range(head + 1)]
    assert [devnet.verifier.engine.l2.hash_of(n) for n in range(head + 1)] == ours


def log(devnet: Devnet) -> str:
    """What the batcher has said."""
    return (Path(devnet.logs) / "batcher.log").read_text()


def assert_posted_once(devnet: Devnet) -> None:
    assert set(batches_on_l1(devnet.deployment.rollup, devnet.l1).values()) == {1}


def test_derivation_drops_a_channel_that_is_on_l1(devnet: Devnet) -> None:
    """Since Holocene, the first frame of another channel ends the one before it."""
    open_channel(devnet)
    intruder = encode_batcher_payload([Frame(b"\x0a" * 16, 0, b"a channel of nobody", is_last=False)])
    account = devnet.assembly.l1_sender(KeySigner(ACCOUNTS["batcher"].key))
    account.send_call(to=devnet.deployment.rollup.batch_inbox, data=intruder, what="intruder")
    assert_all_becomes_safe(devnet)
    assert "was dropped: the node has read L1 beyond its last frame" in log(devnet)


def test_channel_that_stays_open_for_longer_than_its_timeout(devnet: Devnet) -> None:
    open_channel(devnet)
    devnet.pace.pause("batcher")
    devnet.advance(L1_BLOCK * (TIMEOUT + 2))
    devnet.pace.resume("batcher")
    assert_all_becomes_safe(devnet)
    assert "has timed out: open since L1 block" in log(devnet)


def test_channel_that_is_finished_just_in_time(devnet: Devnet) -> None:
    open_channel(devnet)
    devnet.pace.pause("batcher")
    devnet.advance(L1_BLOCK * (TIMEOUT - 20))
    devnet.pace.resume("batcher")
    assert_all_becomes_safe(devnet)
    assert "reset:" not in log(devnet)
    assert_posted_once(devnet)


def test_l1_reorg_through_an_open_channel(devnet: Devnet) -> None:
    for _ in range(2):
        open_channel(devnet)
        devnet.advance(L1_BLOCK)
        devnet.l1.reorg(2)
    assert_all_becomes_safe(devnet)


def test_node_that_stands_still_is_waited_for(devnet: Devnet) -> None:
    open_channel(devnet)
    devnet.pace.pause("node")
    devnet.advance(20 * L1_BLOCK)
    devnet.pace.resume("node")
    assert_all_becomes_safe(devnet)
    assert "reset:" not in log(devnet)
    assert_posted_once(devnet)
