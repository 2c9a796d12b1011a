"""Recorded plays of dispute games on anvil, call by call: after each step it says what the model says.

So does the EVM in our process: what the fuzzing found there holds on a chain of blocks.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from benchmarks.anvil import anvil_rpc
from tests.fuzz.disputes.anvil_chain import AnvilChain
from tests.fuzz.disputes.deploy import Artifacts, Deployment, Parameters
from tests.fuzz.disputes.hunt import hunt
from tests.fuzz.disputes.model import Settlement
from tests.fuzz.disputes.play import Play
from tests.fuzz.disputes.session import RUNS
from tests.fuzz.disputes.starts import STARTS
from tests.fuzz.plays import BrokenError, as_json, replay_json

from opcycle.rpc.client import RpcClient

SEED = 3


class AnvilPlay(Play):
    """L1 has real blocks here, so the head that a game sees has a real hash."""

    chain: AnvilChain

    def l1_head(self) -> bytes:
        return self.chain.head_hash()


@pytest.fixture(scope="module")
def rpc() -> Iterator[RpcClient]:
    with anvil_rpc() as client:
        yield client


def played(rpc: RpcClient, text: str, **options: Any) -> AnvilPlay:
    def make(artifacts: Artifacts, parameters: Parameters, **rest: Any) -> Deployment:
        chain = AnvilChain(rpc)
        found = Deployment(artifacts, parameters, **rest, chain=chain)
        chain.after_others = found.machine.address
        return found

    return replay_json(text, AnvilPlay, make=make, **options)


@pytest.mark.parametrize("run", sorted(RUNS.glob("*.json")), ids=lambda path: path.stem)
def test_a_recorded_play__on_anvil__comes_to_the_same(rpc: RpcClient, run: Path) -> None:
    assert played(rpc, run.read_text()).chain.sent > 5


def closed() -> str:
    """Two games, argued to the bottom, decided and paid; a withdrawal is proven on the way."""
    return json.dumps({"is_lazy": False, "size": "6 levels", "steps": STARTS["closed"](1)})


def test_games_argued_to_the_bottom_and_paid__on_anvil__come_to_the_same(rpc: RpcClient) -> None:
    play = played(rpc, closed())
    assert play.done["step"]
    assert play.done["resolve"] == 2


def test_random_plays_of_the_in_process_evm__on_anvil__come_to_the_same(rpc: RpcClient) -> None:
    recorded: list[Play] = []
    assert hunt(SEED, 3, 30, watch=recorded.append) is None
    for there in recorded:
        assert played(rpc, as_json(there)).chain.sent > 20


class OlderAnchor(Settlement):
    """A model whose anchor is a block behind."""

    def anchor_root(self) -> tuple[bytes, int]:
        root, block = super().anchor_root()
        return root, block - 1


def test_the_model_says_otherwise__on_anvil__the_play_breaks(rpc: RpcClient) -> None:
    with pytest.raises(BrokenError):
        played(rpc, closed(), model_type=OlderAnchor)
