"""Our chain in the eyes of the real op-node: its files, its batches, its outputs, its RPC."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.op_node import op_node

from opcycle.batcher.options import BatcherOptions, BatchType
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.l2_engine import L2Engine
from opcycle.devnet.ports import free_ports
from opcycle.engine.rollup_client import RollupClient
from opcycle.l1.dispute_games import FaultDisputeGame, ProposedGame
from opcycle.l1.reader import L1Reader
from opcycle.l1.signer import KeySigner
from opcycle.proposer.next_game import GameOptions
from opcycle.protocol.batches import SingularBatch, iter_batches
from opcycle.protocol.channels import decompress
from opcycle.protocol.frames import parse_frames
from opcycle.protocol.span_batches import RawSpanBatch

PATIENCE = 60
USER, FRIEND = ACCOUNTS["user"], ACCOUNTS["second user"]
ETHER = 10**18

Peer = tuple[RollupClient, L2Engine]


@pytest.fixture(scope="module", params=[BatchType.SINGULAR, BatchType.SPAN])
def batch_type(request: pytest.FixtureRequest) -> BatchType:
    kind: BatchType = request.param
    return kind


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, batch_type: BatchType) -> Path:
    return tmp_path_factory.mktemp(f"op-node-{batch_type}")


@pytest.fixture(scope="module")
def devnet(directory: Path, batch_type: BatchType) -> Iterator[Devnet]:
    batcher = BatcherOptions(batch_type=batch_type)
    config = DevnetConfig(directory / "devnet", ports=free_ports(), batcher=batcher)
    with Devnet.live(config) as devnet:
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


def test_what_the_batcher_posts_is_of_the_type_that_was_asked_for(
    devnet: Devnet, batch_type: BatchType
) -> None:
    rollup = devnet.deployment.rollup
    l1_blocks = L1Reader(devnet.l1.rpc).blocks(
        rollup.genesis_l1.number,
        devnet.l1.head.number,
        inbox=rollup.batch_inbox,
        portal=rollup.deposit_contract,
        system_config=rollup.l1_system_config,
    )
    kinds = set()
    for data in (transaction.data for block in l1_blocks for transaction in block.transactions):
        (frame,) = parse_frames(data)
        assert (frame.number, frame.is_last) == (0, True)
        content = decompress(frame.data, limit=10**6, allow_brotli=True)
        kinds |= {type(batch) for batch in iter_batches(content)}
    assert kinds == {RawSpanBatch if batch_type is BatchType.SPAN else SingularBatch}


def test_op_node_and_our_node_agree_on_outputs_and_safe_heads(devnet: Devnet, peer: Peer) -> None:
    client, _ = peer
    devnet.until("finalized blocks", lambda: client.sync_status().finalized_l2.number > 3, seconds=PATIENCE)
    number = min(client.sync_status().safe_l2.number, devnet.node.sync_status().safe_l2.number)
    theirs, ours = client.output_at_block(number), devnet.node.output_at_block(number)
    assert (theirs.block, theirs.output) == (ours.block, ours.output)
    l1_number = theirs.status.current_l1.number - 2
    assert client.safe_head_at_l1_block(l1_number) == devnet.node.safe_head_at_l1_block(l1_number)


def test_our_proposer_makes_a_right_game_of_what_op_node_says(devnet: Devnet, peer: Peer) -> None:
    client, _ = peer
    stranger, kind = ACCOUNTS["third user"], devnet.config.games.game_type
    proposer = replace(devnet.assembly, node=client.url).games_proposer(
        KeySigner(stranger.key), GameOptions(kind, interval=600, allow_non_finalized=True)
    )
    factory = devnet.assembly.factory()

    def own_games() -> list[ProposedGame]:
        proposer.step()
        found = factory.latest_games(kind, until=factory.game_count(block="latest"), block="latest")
        games = [FaultDisputeGame(devnet.l1.rpc, game.address).contract for game in found]
        creators = [game.read("gameCreator", block="latest") for game in games]
        return [game for game, creator in zip(found, creators, strict=True) if creator == stranger.address]

    devnet.until("a game", lambda: len(own_games()) == 1, seconds=PATIENCE)
    (game,) = own_games()
    assert game.root == devnet.l2.block(game.l2_block).output.root
