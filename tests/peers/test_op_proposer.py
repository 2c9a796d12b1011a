"""The real op-proposer with our node's RPC as its source of outputs.

op-proposer 1.18 knows dispute games only and cannot post to an L2OutputOracle. The factory here
(`GameFactory.sol`) keeps proposals and no more: what is tested is that our node tells op-proposer what
it needs, and that what it proposes is what our node and the sequencer's chain say. op-proposer compares
block times with the machine's clock, so the devnet keeps that time, too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from benchmarks.op_proposer import op_proposer
from tests.peers.solidity import Compiled, compile_solidity

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.l1.contract import Contract
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.types import Address, Hash

PATIENCE = 120
GAME_TYPE = 255
INTERVAL = 4
"""Seconds between two proposals."""


@dataclass(frozen=True, slots=True)
class Game:
    """`created_at` is an L1 timestamp."""

    game_type: int
    creator: Address
    created_at: int
    root_claim: Hash
    l2_number: int


@pytest.fixture(scope="module")
def compiled() -> dict[str, Compiled]:
    """By name."""
    return compile_solidity("GameFactory.sol")


@pytest.fixture(scope="module")
def devnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    config = DevnetConfig(
        tmp_path_factory.mktemp("devnet"), l1_block_time=1, ports=free_ports(), is_wall_clock=True
    )
    with Devnet.live(config) as devnet:
        devnet.pace.pause("proposer")
        yield devnet


@pytest.fixture
def factory(devnet: Devnet, compiled: dict[str, Compiled]) -> Contract:
    """A new one for each test."""
    sender = devnet.assembly.l1_sender(KeySigner(ACCOUNTS["deployer"].key))
    sent = sender.send(TransactionRequest(None, compiled["GameFactory"].code, what="the factory"))
    devnet.until("the factory", lambda: sender.receipt(sent) is not None, seconds=PATIENCE)
    receipt = sender.receipt(sent)
    assert receipt is not None
    assert receipt.contract is not None
    return Contract(devnet.l1.rpc, receipt.contract, compiled["GameFactory"].abi)


def games_of(factory: Contract, game_abi: list[dict[str, object]]) -> list[Game]:
    """Oldest first."""
    found = []
    for index in range(factory.read("gameCount", block="latest")):
        game_type, created_at, address = factory.read("gameAtIndex", index, block="latest")
        game = Contract(factory.rpc, address, game_abi)
        calls = [(name, ()) for name in ("gameCreator", "rootClaim", "l2BlockNumber")]
        creator, root_claim, l2_number = game.read_many(calls, block="latest")
        found.append(Game(game_type, creator, created_at, root_claim, l2_number))
    return found


def test_op_proposer_proposes_at_its_interval_what_our_node_says_is_safe(
    devnet: Devnet, factory: Contract, compiled: dict[str, Compiled], tmp_path: Path
) -> None:
    flags = ("--allow-non-finalized", f"--proposal-interval={INTERVAL}s")
    with op_proposer(devnet, tmp_path, *flags, factory=factory.address, game_type=GAME_TYPE):
        devnet.until(
            "a second game", lambda: factory.read("gameCount", block="latest") >= 2, seconds=PATIENCE
        )
    games = games_of(factory, compiled["ProposedGame"].abi)
    for game in games:
        assert (game.game_type, game.creator) == (GAME_TYPE, ACCOUNTS["proposer"].address)
        assert game.root_claim == devnet.l2.block(game.l2_number).output.root
        assert game.root_claim == devnet.node.output_at_block(game.l2_number).output_root
        assert game.l2_number > 0
    first, second = games[:2]
    assert second.created_at - first.created_at > INTERVAL / 2  # L1 of a busy machine is late, now and then
    assert second.l2_number > first.l2_number


def test_op_proposer_waits_for_what_our_node_says_is_finalized(
    devnet: Devnet, factory: Contract, compiled: dict[str, Compiled], tmp_path: Path
) -> None:
    def finalized() -> int:
        return devnet.node.sync_status().finalized_l2.number

    devnet.until("a finalized block", lambda: finalized() > 0, seconds=PATIENCE)
    devnet.l1.set_lag(safe=2, finalized=1_000)  # finality stands still
    devnet.until(
        "the node to see the last finality",
        lambda: devnet.node.sync_status().finalized_l1.number == devnet.l1.finalized.number,
        seconds=PATIENCE,
    )
    held = finalized()
    flags = (f"--proposal-interval={INTERVAL}s", "--wait-node-sync")
    with op_proposer(devnet, tmp_path, *flags, factory=factory.address, game_type=GAME_TYPE):
        devnet.until("a game", lambda: factory.read("gameCount", block="latest") > 0, seconds=PATIENCE)
        assert devnet.node.sync_status().safe_l2.number > held
        devnet.l1.set_lag(safe=2, finalized=4)
        devnet.until("a second game", lambda: factory.read("gameCount", block="latest") > 1, seconds=PATIENCE)
    first, second = games_of(factory, compiled["ProposedGame"].abi)[:2]
    assert first.l2_number == held
    assert held < second.l2_number <= finalized()
    for game in (first, second):
        assert game.root_claim == devnet.l2.block(game.l2_number).output.root
