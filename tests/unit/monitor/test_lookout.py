"""Looking at games: whose nodes are believed."""

from dataclasses import dataclass, replace

import pytest
from tests.unit.derivation.l1_builder import CONFIG
from tests.unit.monitor.test_witness import Node

from opcycle.errors import UserError
from opcycle.monitor.lookout import Lookout
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import L1BlockRef
from opcycle.rpc.client import RpcClient

HEAD = L1BlockRef(b"\x44" * 32, 60, b"\x43" * 32, 1000)


@dataclass
class Contract:
    rpc: RpcClient


@dataclass
class Factory:
    """Without a game: nothing is read of L1."""

    contract: Contract


@dataclass
class L1:
    def header(self, label: object) -> L1BlockRef:
        return HEAD


def lookout(*nodes: Node, config: RollupConfig | None = None) -> Lookout:
    factory = Factory(Contract(RpcClient("http://127.0.0.1:1")))
    return Lookout(l1=L1(), factory=factory, game_at=lambda _: None, nodes=nodes, config=config)


def test_nodes_of_another_chain__are_refused() -> None:
    other = replace(CONFIG, l2_chain_id=CONFIG.l2_chain_id + 1)
    assert lookout(Node(), config=CONFIG).look(HEAD, []).games == []
    with pytest.raises(UserError, match="the games are about"):
        lookout(Node(), config=other).look(HEAD, [])


def test_nodes_that_follow_different_chains__are_refused() -> None:
    class Stranger(Node):
        def rollup_config(self) -> RollupConfig:
            return replace(CONFIG, l2_chain_id=CONFIG.l2_chain_id + 1)

    assert lookout(Node(), Node()).look(HEAD, []).games == []
    with pytest.raises(UserError, match="the games are about"):
        lookout(Node(), Stranger()).look(HEAD, [])


def test_node_that_does_not_answer__is_checked_later() -> None:
    other = replace(CONFIG, l2_chain_id=CONFIG.l2_chain_id + 1)
    node = Node(is_down=True)
    looking = lookout(node, config=other)
    assert looking.look(HEAD, []).games == []
    node.is_down = False
    with pytest.raises(UserError):
        looking.look(HEAD, [])
