"""Batches in blobs on real op-geth, from the batcher through the beacon endpoint to the verifier."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.e2e.rollup import batch_of, frames_of

from opcycle.batcher.options import BatcherOptions, DataAvailability
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.devnet.verifier import Verifier
from opcycle.l1.reader import L1Reader
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager
from opcycle.protocol.blobs import BLOB_SIZE, encode_blob
from opcycle.protocol.frames import FRAME_OVERHEAD, encode_batcher_payload
from opcycle.protocol.types import L1Transaction
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import to_hex

BATCHER, USER, FRIEND = ACCOUNTS["batcher"], ACCOUNTS["user"], ACCOUNTS["second user"]
NO_ENCODING = b"\x3f" * BLOB_SIZE
"""A blob, but in no version of the encoding."""


@pytest.fixture
def config(tmp_path: Path) -> DevnetConfig:
    return DevnetConfig(
        tmp_path / "devnet",
        submission_interval=5,
        ports=free_ports(),
        batcher=BatcherOptions(data_availability=DataAvailability.BLOBS),
    )


@pytest.fixture
def devnet(config: DevnetConfig) -> Iterator[Devnet]:
    with Devnet.stepped(config) as devnet:
        devnet.advance(10)
        yield devnet


def assert_verified(devnet: Devnet, number: int) -> None:
    """The verifier comes to call block `number` safe, and all blocks up to it are the sequencer's."""
    assert_same_chain(devnet, devnet.verifier, number)


def assert_same_chain(devnet: Devnet, verifier: Verifier, number: int) -> None:
    devnet.until(
        f"safe block {number}", lambda: verifier.client.sync_status().safe_l2.number >= number, seconds=60
    )
    ours = [devnet.l2.hash_of(n) for n in range(number + 1)]
    assert None not in ours
    assert [verifier.engine.l2.hash_of(n) for n in range(number + 1)] == ours


def inbox_transactions(devnet: Devnet) -> list[L1Transaction]:
    """All that were sent to the inbox, oldest first."""
    rollup = devnet.deployment.rollup
    blocks = L1Reader(devnet.l1.rpc).blocks(
        0,
        devnet.l1.head.number,
        inbox=rollup.batch_inbox,
        portal=rollup.deposit_contract,
        system_config=rollup.l1_system_config,
    )
    return [tx for block in blocks for tx in block.transactions]


def posted(devnet: Devnet) -> list[tuple[int, int]]:
    """Type and number of blobs of each."""
    return [(tx.kind, len(tx.blob_hashes)) for tx in inbox_transactions(devnet)]


def batcher_account(devnet: Devnet) -> TransactionManager:
    return devnet.assembly.l1_sender(KeySigner(BATCHER.key))


def blob_hashes(devnet: Devnet, sender: bytes) -> list[bytes]:
    """Of all blobs that `sender` has posted, oldest first."""
    return [item for tx in inbox_transactions(devnet) if tx.sender == sender for item in tx.blob_hashes]


def stored(devnet: Devnet, blob_hash: bytes) -> Path:
    """The file from which the beacon endpoint serves a blob."""
    file = devnet.config.directory / "l1" / "blobs" / blob_hash.hex()
    assert file.exists()
    return file


def halves_of_a_channel(devnet: Devnet, first: int, last: int) -> list[bytes]:
    """Two payloads with one frame each, which hold these L2 blocks together."""
    batches = [batch_of(block) for block in devnet.l2.blocks(first, last)]
    (whole,) = frames_of(batches)
    half = FRAME_OVERHEAD + (len(whole.data) + 1) // 2
    frames = frames_of(batches, frame_size=half)
    assert len(frames) == 2
    return [encode_batcher_payload([frame]) for frame in frames]


def head(devnet: Devnet) -> int:
    return devnet.l2.block("latest").ref.number


def test_the_verifier_has_the_sequencers_hashes_from_blobs_alone(devnet: Devnet) -> None:
    devnet.bridge(USER).deposit(FRIEND.address, 10**18)
    devnet.advance(10)
    assert_verified(devnet, head(devnet))
    assert len(posted(devnet)) > 3
    assert set(posted(devnet)) == {(3, 1)}


def test_frames_of_a_channel_share_a_transaction_as_blobs(config: DevnetConfig) -> None:
    small = BatcherOptions(
        data_availability=DataAvailability.BLOBS,
        max_payload_size=40,
        target_frames=40,
        blobs_per_transaction=3,
    )
    with Devnet.stepped(replace(config, batcher=small)) as devnet:
        devnet.advance(12)
        assert_verified(devnet, head(devnet))
        counts = [count for _, count in posted(devnet)]
        assert max(counts) == 3
        assert min(counts) < 3, "the last frames of a channel do not wait for another's"
        with devnet.rebuilt_verifier() as rebuilt:
            assert_same_chain(devnet, rebuilt, head(devnet))


def test_calldata_then_blobs_then_whichever_costs_less__one_chain_that_is_rebuilt_from_l1(
    config: DevnetConfig,
) -> None:
    kinds: list[set[int]] = []
    for choice in (DataAvailability.CALLDATA, DataAvailability.BLOBS, DataAvailability.AUTO):
        with Devnet.stepped(replace(config, batcher=BatcherOptions(data_availability=choice))) as devnet:
            before = len(posted(devnet))
            devnet.advance(14)
            assert_verified(devnet, head(devnet))
            kinds.append({kind for kind, _ in posted(devnet)[before:]})
    with Devnet.stepped(config) as devnet, devnet.rebuilt_verifier() as rebuilt:
        assert_same_chain(devnet, rebuilt, head(devnet))
    assert kinds[:2] == [{2}, {3}]
    assert kinds[2] == {3}, "blobs at 1 wei cost less than a call at the base fee of a young L1"


def test_a_blob_that_encodes_nothing_is_a_verdict_and_the_node_goes_on(devnet: Devnet) -> None:
    devnet.pace.pause("batcher")
    sent = batcher_account(devnet).send_blobs(
        to=devnet.deployment.rollup.batch_inbox, blobs=[NO_ENCODING], what="junk"
    )
    devnet.advance(4)
    devnet.pace.resume("batcher")
    assert_verified(devnet, head(devnet))
    verdicts = RpcClient(devnet.node.url).call("opcycle_verdicts", 1000)
    (reason,) = [v["reason"] for v in verdicts if v["identity"] == f"{to_hex(sent)} blob 0"]
    assert reason == "MALFORMED_BLOB"


def test_a_blob_of_a_stranger_that_nobody_has_any_more_stops_nothing(devnet: Devnet) -> None:
    inbox = devnet.deployment.rollup.batch_inbox
    stranger = devnet.assembly.l1_sender(KeySigner(USER.key))
    stranger.send_blobs(to=inbox, blobs=[NO_ENCODING], what="junk")
    devnet.pace.pause("node")
    devnet.advance(2)
    (blob_hash,) = blob_hashes(devnet, USER.address)
    stored(devnet, blob_hash).unlink()
    devnet.pace.resume("node")
    assert_verified(devnet, head(devnet))


def test_a_missing_blob_is_waited_for(devnet: Devnet) -> None:
    safe = devnet.node.sync_status().safe_l2.number
    devnet.pace.pause("node")
    devnet.advance(4)
    newest = stored(devnet, blob_hashes(devnet, BATCHER.address)[-1])
    hidden = newest.rename(newest.with_suffix(".hidden"))
    devnet.pace.resume("node")
    number = head(devnet)
    devnet.advance(4)
    waits = RpcClient(devnet.node.url).call("opcycle_waitingFor")["text"]
    assert "beacon node" in waits
    assert safe <= devnet.node.sync_status().safe_l2.number < number
    hidden.rename(newest)
    assert_verified(devnet, number)


def test_an_l1_reorg_that_takes_blobs_away_brings_them_back(devnet: Devnet) -> None:
    before = posted(devnet)
    devnet.advance(4)
    devnet.l1.reorg(3)
    devnet.advance(6)
    assert_verified(devnet, head(devnet))
    assert len(posted(devnet)) > len(before)


def test_a_frame_in_calldata_and_the_next_in_a_blob_make_one_channel(devnet: Devnet) -> None:
    devnet.pace.pause("batcher")
    devnet.advance(6)
    safe = devnet.node.sync_status().safe_l2.number
    payloads = halves_of_a_channel(devnet, safe + 1, head(devnet))
    account, inbox = batcher_account(devnet), devnet.deployment.rollup.batch_inbox
    account.send_call(to=inbox, data=payloads[0], what="half a channel")
    devnet.advance(2)
    assert devnet.node.sync_status().safe_l2.number == safe
    account.send_blobs(to=inbox, blobs=[encode_blob(payloads[1])], what="the other half")
    devnet.advance(2)
    assert posted(devnet)[-2:] == [(2, 0), (3, 1)]
    assert devnet.node.sync_status().safe_l2.number > safe
    devnet.pace.resume("batcher")
    assert_verified(devnet, head(devnet))
