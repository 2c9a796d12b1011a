"""The node's RPC over real HTTP: names, notation and errors as op-node has them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.derivation.l1_builder import CONFIG, GENESIS, STRANGER, chain, transaction
from tests.unit.node.world import PATIENT, World, l1_with
from tests.unit.protocol.test_block_payload import ENVELOPE

from opcycle import __version__
from opcycle.devnet.ports import free_ports
from opcycle.engine.codec import posted_envelope_to_json
from opcycle.engine.rollup_client import RollupClient
from opcycle.errors import TemporaryError
from opcycle.node.rpc import MAX_VERDICTS, node_app
from opcycle.protocol.payload import ExecutionEnvelope
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.safe_head import SafeHead
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import to_hex
from opcycle.rpc.server import INVALID_PARAMS, METHOD_NOT_FOUND, SERVER_ERROR, Server

L1_REF_KEYS = {"hash", "number", "parentHash", "timestamp"}
L2_REF_KEYS = {"hash", "number", "parentHash", "timestamp", "l1origin", "sequenceNumber"}
STATUS_KEYS = {
    "current_l1": L1_REF_KEYS,
    "current_l1_finalized": L1_REF_KEYS,
    "head_l1": L1_REF_KEYS,
    "safe_l1": L1_REF_KEYS,
    "finalized_l1": L1_REF_KEYS,
    "unsafe_l2": L2_REF_KEYS,
    "safe_l2": L2_REF_KEYS,
    "finalized_l2": L2_REF_KEYS,
    "pending_safe_l2": L2_REF_KEYS,
    "cross_unsafe_l2": L2_REF_KEYS,
    "local_safe_l2": L2_REF_KEYS,
}


class Served:
    """A node that has not been stepped, and its RPC. L1 block 3 holds twelve L2 blocks, block 4 junk."""

    def __init__(self, directory: Path, *, with_admin: bool = False):
        blocks, _ = l1_with({3: 12}, length=5)
        junk = [transaction(b"\x00", sender=STRANGER), transaction(b"", name="empty")]
        blocks[4] = chain(5, {4: junk})[4]
        self.world = world = World(directory, blocks)
        world.l1.finalized = 3
        world.start()
        app = node_app(
            world.node,
            l2=world.engine,
            safe_db=world.safe_db,
            verdicts=world.verdicts,
            config=PATIENT,
            with_admin=with_admin,
        )
        self._server = Server(app, free_ports().node_rpc)
        self._server.start()
        self.client = RollupClient(self._server.url)
        self.rpc = RpcClient(self._server.url)

    def close(self) -> None:
        self.client.close()
        self.rpc.close()
        self._server.stop()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Served]:
    """Before its first step."""
    served = Served(tmp_path)
    yield served
    served.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """With nothing left to do."""
    served = Served(tmp_path_factory.mktemp("node"))
    served.world.settle()
    yield served
    served.close()


@pytest.fixture
def world(served: Served) -> World:
    return served.world


@pytest.fixture
def rpc(served: Served) -> RpcClient:
    return served.rpc


@pytest.fixture
def client(served: Served) -> RollupClient:
    return served.client


def test_sync_status__before_the_first_step__an_error_in_words(fresh: Served) -> None:
    with pytest.raises(TemporaryError, match="the node knows no heads yet; it waits for: its first look"):
        fresh.client.sync_status()
    fresh.world.settle()
    assert fresh.client.sync_status() == fresh.world.node.status


def test_sync_status__json__has_op_nodes_keys_and_numbers(world: World, rpc: RpcClient) -> None:
    reply = rpc.call("optimism_syncStatus")
    assert {key: set(ref) for key, ref in reply.items()} == STATUS_KEYS
    assert reply["safe_l2"]["number"] == 12
    assert reply["safe_l2"]["l1origin"] == {"hash": to_hex(world.l1.chain[2].header.hash), "number": 2}
    assert reply["current_l1"]["timestamp"] == world.l1.chain[4].header.timestamp


@pytest.mark.parametrize("number", [0, 1, 12])
def test_output_at_block__known_block__root_parts_and_status(
    world: World, client: RollupClient, number: int
) -> None:
    found, block = client.output_at_block(number), world.engine.block(number)
    assert (found.block, found.output, found.status) == (block.ref, block.output, world.node.status)


def test_output_at_block__json__has_op_nodes_keys(world: World, rpc: RpcClient) -> None:
    reply = rpc.call("optimism_outputAtBlock", "0xc")
    assert set(reply) == {
        "version",
        "outputRoot",
        "blockRef",
        "withdrawalStorageRoot",
        "stateRoot",
        "syncStatus",
    }
    assert set(reply["blockRef"]) == L2_REF_KEYS
    assert reply["version"] == to_hex(bytes(32))
    assert reply["outputRoot"] == to_hex(world.engine.block(12).output.root)


def test_output_at_block__above_the_head__an_error_in_the_words_that_op_dispute_mon_knows(
    rpc: RpcClient,
) -> None:
    with pytest.raises(RpcError, match="no L2 block 13: not found") as error:
        rpc.call("optimism_outputAtBlock", "0xd")
    assert error.value.code == SERVER_ERROR


@pytest.mark.parametrize(
    ("asked", "l1_number", "l2_number"), [(0, 0, 0), (2, 0, 0), (3, 3, 12), (4, 3, 12), (99, 3, 12)]
)
def test_safe_head_at_l1_block__any_block__newest_entry_up_to_it(
    world: World, client: RollupClient, asked: int, l1_number: int, l2_number: int
) -> None:
    expected = SafeHead(world.l1.chain[l1_number].ref.id, world.engine.block(l2_number).ref.id)
    assert client.safe_head_at_l1_block(asked) == expected


def test_safe_head_at_l1_block__json__two_blocks(world: World, rpc: RpcClient) -> None:
    assert rpc.call("optimism_safeHeadAtL1Block", "0x1") == {
        "l1Block": {"hash": to_hex(world.l1.chain[0].header.hash), "number": 0},
        "safeHead": {"hash": to_hex(GENESIS.hash), "number": 0},
    }


def test_safe_head_at_l1_block__before_the_records__an_error_in_words(fresh: Served) -> None:
    with pytest.raises(RpcError, match=r"safe head at L1 block 1 is not known: .* start later") as error:
        fresh.rpc.call("optimism_safeHeadAtL1Block", "0x1")
    assert error.value.code == SERVER_ERROR


@pytest.mark.parametrize("method", ["optimism_outputAtBlock", "optimism_safeHeadAtL1Block"])
@pytest.mark.parametrize(
    "number", ["1", "0x", "0x01", "-0x1", "0x1g", "latest", "0x" + "f" * 17, 1, None, []]
)
def test_block_number__not_in_op_nodes_notation__invalid_params(
    rpc: RpcClient, method: str, number: object
) -> None:
    with pytest.raises(RpcError, match="is no block number; they are written in hex") as error:
        rpc.call(method, number)
    assert error.value.code == INVALID_PARAMS


@pytest.mark.parametrize("number", ["0x0", "0xC", "0xc"])
def test_block_number__in_op_nodes_notation__answered(rpc: RpcClient, number: str) -> None:
    assert rpc.call("optimism_outputAtBlock", number)["blockRef"]["number"] == int(number, 16)


def test_block_number__largest__answered(rpc: RpcClient) -> None:
    assert rpc.call("optimism_safeHeadAtL1Block", "0x" + "f" * 16)["safeHead"]["number"] == 12


def test_rollup_config__json__is_that_of_the_node(rpc: RpcClient) -> None:
    reply = rpc.call("optimism_rollupConfig")
    assert RollupConfig.from_json(reply) == PATIENT != CONFIG
    assert reply == PATIENT.to_json()


def test_version__names_program_and_version(client: RollupClient) -> None:
    assert client.version() == f"opcycle-{__version__}"


def test_waiting_for__before_after_and_amid_a_fault__reason_and_words(fresh: Served) -> None:
    assert fresh.rpc.call("opcycle_waitingFor")["text"] == "its first look at L1"
    fresh.world.settle()
    reply = fresh.rpc.call("opcycle_waitingFor")
    assert (reply["reason"], reply["verdict"]["reason"]) == ("DROPPED", "EMPTY_DATA")
    assert reply["text"].startswith("L1 block 5; the last verdict was L1 4:")
    fresh.world.l1.is_down = True
    with pytest.raises(TemporaryError):
        fresh.world.node.step()
    assert fresh.rpc.call("opcycle_waitingFor")["text"].startswith("no JSON-RPC server answers")


def test_verdicts__newest_first__with_reason_and_l1_block(world: World, rpc: RpcClient) -> None:
    (newest,) = rpc.call("opcycle_verdicts", 1)
    block = world.l1.chain[4]
    assert newest == {
        "subject": "batcher transaction",
        "identity": to_hex(block.transactions[1].hash),
        "decision": "drop",
        "reason": "EMPTY_DATA",
        "meaning": "no data",
        "detail": newest["detail"],
        "l1Block": {"hash": to_hex(block.header.hash), "number": 4},
    }
    everything = rpc.call("opcycle_verdicts")
    assert len(everything) == 3 + 12 + 2
    assert everything[0] == newest
    assert [verdict["reason"] for verdict in everything[:3]] == ["EMPTY_DATA", "OTHER_SENDER", "VALID"]


@pytest.mark.parametrize("count", [0, -1, MAX_VERDICTS + 1, "1", 1.0, None, True])
def test_verdicts__count_out_of_range__invalid_params(rpc: RpcClient, count: object) -> None:
    assert len(rpc.call("opcycle_verdicts", MAX_VERDICTS)) == 17
    with pytest.raises(RpcError, match=f"count must be between 1 and {MAX_VERDICTS}") as error:
        rpc.call("opcycle_verdicts", count)
    assert error.value.code == INVALID_PARAMS


def test_explain__l2_block__the_tree_from_its_transaction(world: World, rpc: RpcClient) -> None:
    (tree,) = rpc.call("opcycle_explain", "7")
    sent, batch = tree["children"]
    l1_block = {"hash": to_hex(world.l1.chain[3].header.hash), "number": 3}
    assert (tree["subject"], sent["subject"], batch["subject"]) == ("channel", "batcher transaction", "batch")
    assert sent["identity"] == to_hex(world.l1.chain[3].transactions[0].hash)
    assert [frame["subject"] for frame in sent["children"]] == ["frame"]
    assert batch["verdicts"] == [
        {
            "decision": "accept",
            "reason": "VALID",
            "meaning": "it keeps every rule",
            "detail": "",
            "l1Block": l1_block,
        }
    ]
    assert batch["children"] == [
        {
            "subject": "L2 block",
            "identity": f"7 {to_hex(world.engine.block(7).ref.hash)}",
            "detail": f"derived from L1 block {world.l1.chain[3].ref}",
            "verdicts": [],
            "children": [],
        }
    ]
    assert rpc.call("opcycle_explain", sent["identity"])[0]["identity"] == tree["identity"]


def test_explain__unknown_or_malformed__an_error_in_words(rpc: RpcClient) -> None:
    with pytest.raises(RpcError, match="this node knows nothing of 13") as error:
        rpc.call("opcycle_explain", "13")
    assert error.value.code == SERVER_ERROR
    for name in ("safe", 13, None):
        with pytest.raises(RpcError, match=r"neither the hash|named by a string") as error:
            rpc.call("opcycle_explain", name)
        assert error.value.code == INVALID_PARAMS


# --- admin_postUnsafePayload --------------------------------------------------------------------------


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[tuple[RpcClient, list[ExecutionEnvelope]]]:
    """The RPC of a node with the admin methods, and what was posted there."""
    served, posted = Served(tmp_path, with_admin=True), []
    served.world.node.post_unsafe = posted.append  # type: ignore[method-assign]
    yield served.rpc, posted
    served.close()


def test_post_unsafe_payload__op_nodes_envelope_of_a_real_block__reaches_the_node(admin) -> None:
    rpc, posted = admin
    assert rpc.call("admin_postUnsafePayload", posted_envelope_to_json(ENVELOPE)) is None
    assert posted == [ENVELOPE]


def test_post_unsafe_payload__hash_of_another_block__error_that_says_the_actual_one(admin) -> None:
    rpc, posted = admin
    body = posted_envelope_to_json(ENVELOPE)
    body["executionPayload"]["blockHash"] = "0x" + "11" * 32
    actual = to_hex(ENVELOPE.payload.block_hash)
    with pytest.raises(RpcError, match=f"bad block hash: 0x1111.*actual block hash is: {actual}") as error:
        rpc.call("admin_postUnsafePayload", body)
    assert error.value.code == SERVER_ERROR
    assert posted == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: None,
        lambda body: "0x",
        lambda body: {},
        lambda body: body["executionPayload"],
        lambda body: body | {"executionPayload": body["executionPayload"] | {"gasLimit": None}},
        lambda body: body | {"parentBeaconBlockRoot": 5},
    ],
)
def test_post_unsafe_payload__no_envelope__invalid_params(admin, spoil) -> None:
    rpc, posted = admin
    with pytest.raises(RpcError, match="no payload envelope") as error:
        rpc.call("admin_postUnsafePayload", spoil(posted_envelope_to_json(ENVELOPE)))
    assert error.value.code == INVALID_PARAMS
    assert posted == []


def test_post_unsafe_payload__admin_methods_not_asked_for__method_not_found(rpc: RpcClient) -> None:
    with pytest.raises(RpcError) as error:
        rpc.call("admin_postUnsafePayload", posted_envelope_to_json(ENVELOPE))
    assert error.value.code == METHOD_NOT_FOUND
