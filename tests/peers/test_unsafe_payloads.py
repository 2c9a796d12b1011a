"""One JSON for `admin_postUnsafePayload`: op-node and our node take it, and both refuse a spoiled one.

The payloads are those of our sequencer's engine, ahead of a batcher that has been told to wait.
"""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from benchmarks.op_node import op_node

from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.l2_engine import L2Engine
from opcycle.devnet.ports import free_ports
from opcycle.devnet.verifier import Verifier
from opcycle.engine.codec import posted_envelope_to_json
from opcycle.rpc.client import RpcClient, RpcError

PATIENCE = 60
SAFE, UNSAFE = 3, 12


@pytest.fixture(scope="module")
def devnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    """L1 has the first blocks; what the sequencer makes after them, nobody posts yet."""
    config = DevnetConfig(tmp_path_factory.mktemp("devnet"), ports=free_ports())
    with Devnet.live(config) as devnet:
        devnet.until(
            "safe blocks", lambda: devnet.node.sync_status().safe_l2.number >= SAFE, seconds=PATIENCE
        )
        devnet.pace.pause("batcher")
        safe = devnet.node.sync_status().safe_l2.number
        wanted = safe + UNSAFE
        devnet.until("blocks", lambda: (devnet.l2.number() or 0) >= wanted, seconds=PATIENCE)
        yield devnet


@pytest.fixture(scope="module")
def payloads(devnet: Devnet) -> list[dict[str, Any]]:
    """The JSON of the sequencer's blocks so far, block 1 first."""
    newest = devnet.l2.number()
    assert newest is not None
    return [posted_envelope_to_json(envelope) for envelope in devnet.l2.envelopes(1, newest)]


@pytest.fixture(scope="module")
def theirs(devnet: Devnet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RpcClient, L2Engine]]:
    with op_node(devnet, tmp_path_factory.mktemp("op-node")) as (client, engine):
        devnet.until("op-node", lambda: client.sync_status().safe_l2.number >= SAFE, seconds=PATIENCE)
        with closing(RpcClient(client.url)) as rpc:
            yield rpc, engine


@pytest.fixture(scope="module")
def ours(devnet: Devnet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RpcClient, L2Engine]]:
    """A node of our own beside the devnet's, which serves the admin method."""
    directory = tmp_path_factory.mktemp("node")
    ports = free_ports()
    engine = L2Engine.child(
        "posted-engine",
        devnet.deployment,
        directory / "geth",
        http_port=ports.verifier_rpc,
        auth_port=ports.verifier_engine,
    )
    verifier = Verifier(
        devnet.deployment,
        engine,
        l1_url=devnet.l1_url,
        beacon_url=None,
        database=directory / "node.db",
        rpc_port=ports.node_rpc,
        with_admin=True,
        name="posted node",
    )
    verifier.start()
    devnet.pace.add(verifier.node)
    with closing(RpcClient(verifier.url)) as rpc:
        status = verifier.client.sync_status
        devnet.until("our node", lambda: status().safe_l2.number >= SAFE, seconds=PATIENCE)
        yield rpc, engine
    devnet.pace.remove("posted node")
    verifier.stop()


@pytest.fixture(params=["theirs", "ours"])
def node(request: pytest.FixtureRequest) -> tuple[RpcClient, L2Engine]:
    found: tuple[RpcClient, L2Engine] = request.getfixturevalue(request.param)
    return found


def unsafe_number(rpc: RpcClient) -> int:
    number: int = rpc.call("optimism_syncStatus")["unsafe_l2"]["number"]
    return number


def test_a_spoiled_payload_is_refused_in_the_same_words(
    node: tuple[RpcClient, L2Engine], payloads: list[dict[str, Any]]
) -> None:
    rpc, _ = node
    payload = payloads[-1]["executionPayload"]
    spoiled = payloads[-1] | {"executionPayload": payload | {"gasUsed": "0x1"}}
    words = f"payload has bad block hash: {payload['blockHash']}, actual block hash is: 0x"
    with pytest.raises(RpcError, match=words):
        rpc.call("admin_postUnsafePayload", spoiled)


def test_posted_payloads_become_the_unsafe_chain(
    devnet: Devnet, node: tuple[RpcClient, L2Engine], payloads: list[dict[str, Any]]
) -> None:
    rpc, engine = node
    before = unsafe_number(rpc)
    assert before < len(payloads)
    for body in payloads[before:]:
        rpc.call("admin_postUnsafePayload", body)
    devnet.until("the unsafe head", lambda: unsafe_number(rpc) == len(payloads), seconds=PATIENCE)
    status = rpc.call("optimism_syncStatus")
    assert status["unsafe_l2"]["hash"] == payloads[-1]["executionPayload"]["blockHash"]
    assert status["safe_l2"]["number"] < len(payloads)
    assert engine.l2.number() == len(payloads)


def test_what_the_batcher_then_posts_makes_them_safe_in_both(
    devnet: Devnet,
    theirs: tuple[RpcClient, L2Engine],
    ours: tuple[RpcClient, L2Engine],
    payloads: list[dict[str, Any]],
) -> None:
    devnet.pace.resume("batcher")
    for rpc, engine in (theirs, ours):
        devnet.until(
            "the safe head",
            lambda rpc=rpc: rpc.call("optimism_syncStatus")["safe_l2"]["number"] >= len(payloads),
            seconds=PATIENCE,
        )
        found = [engine.l2.hash_of(number) for number in range(len(payloads) + 1)]
        assert found == [devnet.l2.hash_of(number) for number in range(len(payloads) + 1)]
