"""A rollup node's answers become values, and what is no answer of a rollup node becomes a clear sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.unit.derivation.l1_builder import CONFIG, GENESIS, child, header

from opcycle.devnet.ports import free_ports
from opcycle.engine.rollup_client import RollupClient
from opcycle.errors import CriticalError, TemporaryError, UserError
from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.sync_status import UNKNOWN_L1, SyncStatus
from opcycle.rpc.server import RpcFaultError, json_rpc_app, serve

BLOCK = child(GENESIS, CONFIG.genesis_l1)
STATUS = SyncStatus(
    current_l1=header(3).ref,
    head_l1=header(4).ref,
    safe_l1=header(1).ref,
    finalized_l1=UNKNOWN_L1,
    unsafe_l2=BLOCK,
    safe_l2=BLOCK,
    finalized_l2=GENESIS,
)
OUTPUT = OutputAtBlock(BLOCK, OutputRootProof(bytes(32), b"\x01" * 32, b"\x02" * 32, BLOCK.hash), STATUS)
SAFE_HEAD = SafeHead(header(2).id, BLOCK.id)


class ScriptedNode:
    """Answers with what a node would say, unless the test lays out something else."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            "optimism_syncStatus": STATUS.to_json(),
            "optimism_outputAtBlock": OUTPUT.to_json(),
            "optimism_safeHeadAtL1Block": SAFE_HEAD.to_json(),
            "optimism_rollupConfig": CONFIG.to_json(),
            "optimism_version": "v1",
        }
        self.asked: list[tuple[Any, ...]] = []

    def answer(self, method: str, *params: Any) -> Any:
        self.asked.append((method, *params))
        reply = self.answers[method]
        if isinstance(reply, Exception):
            raise reply
        return reply

    def methods(self) -> dict[str, Any]:
        return {name: lambda *params, name=name: self.answer(name, *params) for name in self.answers}


@pytest.fixture
def node() -> ScriptedNode:
    return ScriptedNode()


@contextmanager
def client_of(methods: dict[str, Any]) -> Iterator[RollupClient]:
    server = serve(json_rpc_app(methods), free_ports().node_rpc)
    client = RollupClient(server.url)
    yield client
    client.close()
    server.stop()


@pytest.fixture
def client(node: ScriptedNode) -> Iterator[RollupClient]:
    with client_of(node.methods()) as client:
        yield client


def test_answers_of_a_node__become_the_values_it_meant(client, node):
    assert client.sync_status() == STATUS
    assert client.output_at_block(1) == OUTPUT
    assert client.safe_head_at_l1_block(2) == SAFE_HEAD
    assert client.rollup_config() == CONFIG
    assert client.version() == "v1"
    assert node.asked[1:3] == [("optimism_outputAtBlock", "0x1"), ("optimism_safeHeadAtL1Block", "0x2")]


def test_output_at_block__of_another_block_than_asked__is_refused(client):
    with pytest.raises(CriticalError, match="was asked for L2 block 2 and answers about 1:"):
        client.output_at_block(2)


def test_output_at_block__whose_parts_give_another_root__is_refused(client, node):
    node.answers["optimism_outputAtBlock"] = OUTPUT.to_json() | {"outputRoot": "0x" + "ab" * 32}
    with pytest.raises(CriticalError, match="states output root 0xabab"):
        client.output_at_block(1)


def test_safe_head_at_l1_block__entry_of_an_earlier_block__is_the_answer(client):
    assert client.safe_head_at_l1_block(9) == SAFE_HEAD


def test_safe_head_at_l1_block__entry_of_a_later_block__is_refused(client):
    with pytest.raises(CriticalError, match="was asked about L1 block 1 and answers about 2:"):
        client.safe_head_at_l1_block(1)


def test_node_that_cannot_answer_yet__is_asked_again(client, node):
    node.answers["optimism_syncStatus"] = RpcFaultError("the node has not looked at L1 yet")
    with pytest.raises(TemporaryError, match="has not looked at L1 yet"):
        client.sync_status()


def test_no_node_at_the_url__is_asked_again():
    client = RollupClient("http://127.0.0.1:1")
    with pytest.raises(TemporaryError, match="no JSON-RPC server answers at"):
        client.version()


def test_server_without_the_method__is_not_a_node():
    with client_of({}) as client, pytest.raises(UserError, match="does not serve optimism_syncStatus"):
        client.sync_status()


@pytest.mark.parametrize(
    ("method", "reply"),
    [
        ("sync_status", {"current_l1": 1}),
        ("sync_status", STATUS.to_json() | {"head_l1": {"hash": "0x12"}}),
        ("sync_status", None),
        ("rollup_config", ["genesis"]),
        ("rollup_config", CONFIG.to_json() | {"batch_inbox_address": "0x12"}),
        ("version", {"major": 1}),
    ],
)
def test_answer_of_another_shape__is_named_with_its_method(client, node, method, reply):
    names = {"sync_status": "syncStatus", "rollup_config": "rollupConfig", "version": "version"}
    node.answers[f"optimism_{names[method]}"] = reply
    with pytest.raises(CriticalError, match=f"answers optimism_{names[method]} with something else"):
        getattr(client, method)()
