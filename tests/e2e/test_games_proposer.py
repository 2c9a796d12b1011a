"""The proposer of dispute games on real chains: after restarts and L1 reorgs, and beside others."""

import os
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from eth_account import Account
from tests.e2e.programs import OPCYCLE, PATIENCE

from opcycle.deploy.config import VM, GamesConfig, Settlement
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.devnet.runner import Runner
from opcycle.l1.dispute_games import ProposedGame
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager, TransactionRequest
from opcycle.proposer.games import GamesProposer
from opcycle.proposer.next_game import GameOptions

GAMES = GamesConfig(
    vm=VM.ALPHABET,
    max_game_depth=12,
    split_depth=8,
    clock_extension=10,
    max_clock_duration=10_000,
    preimage_challenge_period=10,
)
INTERVAL = 6


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    """Its own proposer stands still, and its node has finalized a few blocks."""
    config = DevnetConfig(
        tmp_path_factory.mktemp("proposing") / "devnet",
        settlement=Settlement.GAMES,
        games=GAMES,
        ports=free_ports(),
    )
    with Devnet.stepped(config) as devnet:
        devnet.pace.pause("proposer")
        devnet.pace.pause("challenger")
        devnet.until("finality", lambda: devnet.node.sync_status().finalized_l2.number > 0, seconds=60)
        yield devnet


@pytest.fixture
def devnet(running: Devnet) -> Devnet:
    """The next game is due, and about a later block than the last one."""
    running.advance(20)
    return running


def new_proposer(devnet: Devnet) -> GamesProposer:
    """Another one is the proposer restarted."""
    return devnet.assembly.games_proposer(_signer("proposer"), GameOptions(GAMES.game_type, INTERVAL))


class Games:
    """Those made from now on."""

    def __init__(self, devnet: Devnet):
        self._factory = devnet.assembly.factory()
        self._before = self._factory.game_count(block="latest")

    def __call__(self) -> list[ProposedGame]:
        """Oldest first."""
        count = self._factory.game_count(block="latest")
        found = self._factory.latest_games(GAMES.game_type, until=count, block="latest")
        return [game for game in reversed(found) if game.index >= self._before]


def send(devnet: Devnet, role: str, request: TransactionRequest) -> None:
    """And mine it."""
    sender = account(devnet, role)
    transaction = sender.send(request)
    devnet.advance(2)
    receipt = sender.receipt(transaction)
    assert receipt is not None
    sender.require_success(receipt, request)


def account(devnet: Devnet, role: str) -> TransactionManager:
    return devnet.assembly.l1_sender(_signer(role))


def _signer(role: str) -> KeySigner:
    return KeySigner(ACCOUNTS[role].key)


def require_right(devnet: Devnet, game: ProposedGame) -> None:
    assert game.root == devnet.l2.block(game.l2_block).output.root
    assert game.root == devnet.node.output_at_block(game.l2_block).output_root


def test_games_at_the_interval_each_right_and_no_more_of_them_when_it_restarts_at_every_step(
    devnet: Devnet,
) -> None:
    made = Games(devnet)
    for _ in range(20):
        new_proposer(devnet).step()
        devnet.advance(2)
    found = made()
    for game in found:
        require_right(devnet, game)
    times = [game.created_at for game in found]
    assert [later - earlier for earlier, later in pairwise(times)] == [10, 10, 10], "due, seen, mined"
    numbers = [game.l2_block for game in found]
    assert numbers == sorted(set(numbers))


def test_a_game_that_an_l1_reorg_takes_back_is_made_once_more_and_not_twice(devnet: Devnet) -> None:
    made = Games(devnet)
    proposer = new_proposer(devnet)
    proposer.step()
    devnet.advance(2)
    (before,) = made()
    devnet.l1.reorg(1)
    assert made() == []
    assert proposer.step().waiting_for == "L1 to take the last proposal", (
        "its transaction is in the pool again"
    )
    devnet.advance(4)
    assert not new_proposer(devnet).step().progress
    (after,) = made()
    assert (after.root, after.l2_block) == (before.root, before.l2_block)
    require_right(devnet, after)


def test_a_game_whose_transaction_is_lost_in_a_reorg_is_proposed_again(devnet: Devnet) -> None:
    made = Games(devnet)
    proposer = new_proposer(devnet)
    proposer.step()
    devnet.advance(2)
    devnet.l1.reorg(1)
    instead = TransactionRequest(ACCOUNTS["user"].address, value=1)
    _replace(devnet, "proposer", instead)
    devnet.advance(4)
    assert made() == []
    for _ in range(3):
        proposer.step()
        devnet.advance(2)
    (game,) = made()
    require_right(devnet, game)


def _replace(devnet: Devnet, role: str, request: TransactionRequest) -> None:
    """Put a transaction in the place of the one that waits in the pool, for much more."""
    rpc, sender = devnet.l1.rpc, ACCOUNTS[role]
    nonce = int(rpc.call("eth_getTransactionCount", "0x" + sender.address.hex(), "latest"), 16)
    signed = Account.sign_transaction(
        {
            "type": 2,
            "chainId": devnet.deployment.rollup.l1_chain_id,
            "nonce": nonce,
            "to": request.to,
            "value": request.value,
            "gas": 21_000,
            "maxFeePerGas": 10**12,
            "maxPriorityFeePerGas": 10**11,
        },
        sender.key,
    )
    rpc.call("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())


def test_what_somebody_else_has_claimed_is_not_claimed_again_but_a_later_block_is(devnet: Devnet) -> None:
    made = Games(devnet)
    devnet.pace.pause("batcher")
    devnet.advance(20)
    status = devnet.node.sync_status()
    assert status.finalized_l2 == status.safe_l2, "nothing more becomes safe"
    root = devnet.node.output_at_block(status.finalized_l2.number).output_root
    factory = devnet.assembly.factory()
    request = factory.create(GAMES.game_type, root, status.finalized_l2.number, bond=GAMES.init_bond)
    send(devnet, "user", request)
    proposer = new_proposer(devnet)
    assert f"an L2 block after {status.finalized_l2.number}" in proposer.step().waiting_for
    devnet.pace.resume("batcher")
    devnet.advance(20)
    assert proposer.step().progress
    devnet.advance(2)
    _, own = made()
    require_right(devnet, own)
    assert own.l2_block > status.finalized_l2.number


def test_nothing_while_withdrawals_rely_on_other_games(devnet: Devnet) -> None:
    registry = devnet.assembly.registry().contract
    send(devnet, "guardian", registry.request("setRespectedGameType", 0))
    proposer = new_proposer(devnet)
    assert "they rely on type 0" in proposer.step().waiting_for
    send(devnet, "guardian", registry.request("setRespectedGameType", GAMES.game_type))
    assert proposer.step().progress


def test_after_a_retirement_the_next_game_counts_again(devnet: Devnet) -> None:
    made = Games(devnet)
    registry = devnet.assembly.registry()
    proposer = new_proposer(devnet)
    proposer.step()
    devnet.advance(2)
    send(devnet, "guardian", registry.contract.request("updateRetirementTimestamp"))
    for _ in range(6):
        proposer.step()
        devnet.advance(2)
    judgements = registry.judge([game.address for game in made()], block="latest")
    assert [judgement.counts for judgement in judgements] == [False, True]


def test_opcycle_proposer_makes_a_game_as_an_operator_runs_it_and_ends_cleanly(
    devnet: Devnet, tmp_path: Path
) -> None:
    made = Games(devnet)
    arguments = ["--deployment", str(devnet.deployment.directory), "--l1", devnet.l1_url]
    flags = ["--node", devnet.assembly.node, "--proposal-interval", f"{INTERVAL}s"]
    with (tmp_path / "proposer.log").open("w") as log:
        process = subprocess.Popen(
            [OPCYCLE, "proposer", *arguments, *flags],
            env=os.environ | {"OPCYCLE_PRIVATE_KEY": ACCOUNTS["proposer"].key.hex()},
            stderr=log,
        )
    try:

        def is_made() -> bool:
            devnet.advance(2)
            return bool(made())

        assert Runner().until(is_made, seconds=PATIENCE), (tmp_path / "proposer.log").read_text()
    finally:
        process.terminate()
        status = process.wait(PATIENCE)
    require_right(devnet, made()[0])
    assert status == 0
    assert "proposed output root 0x" in (tmp_path / "proposer.log").read_text()
