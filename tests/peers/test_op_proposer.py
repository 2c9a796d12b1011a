"""The real op-proposer makes dispute games on our factory, from what our node says.

op-proposer compares block times with the machine's clock, so the devnet keeps that time, too.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from benchmarks.op_proposer import op_proposer

from opcycle.bridge.status import Finalized
from opcycle.deploy.config import VM, GamesConfig, Settlement
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.l1.dispute_games import FaultDisputeGame, ProposedGame
from opcycle.l1.signer import KeySigner
from opcycle.proposer.next_game import GameOptions
from opcycle.protocol.dispute_game import DisputeGame, GameStatus
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import from_quantity, to_hex

PATIENCE = 120
INTERVAL = 4
"""Seconds between two proposals."""

GAMES = GamesConfig(
    vm=VM.ALPHABET,
    max_game_depth=16,
    split_depth=12,
    clock_extension=10,
    max_clock_duration=10_000,
    preimage_challenge_period=10,
)
AMOUNT = 10**17
RECIPIENT = b"\x77" * 20
LIE = b"\x01" + b"\x66" * 31


@pytest.fixture
def devnet(tmp_path: Path) -> Iterator[Devnet]:
    config = DevnetConfig(
        tmp_path / "devnet",
        l1_block_time=1,
        settlement=Settlement.GAMES,
        games=GAMES,
        ports=free_ports(),
        is_wall_clock=True,
    )
    with Devnet.live(config) as devnet:
        devnet.pace.pause("proposer")
        yield devnet


def factory(devnet: Devnet) -> Address:
    address = devnet.deployment.addresses.dispute_game_factory
    assert address is not None
    return address


def games(devnet: Devnet) -> list[ProposedGame]:
    """Oldest first."""
    found = devnet.assembly.factory()
    count = found.game_count(block="latest")
    return found.latest_games(GAMES.game_type, until=count, block="latest")[::-1]


def at(devnet: Devnet, game: ProposedGame) -> FaultDisputeGame:
    return FaultDisputeGame(devnet.l1.rpc, game.address)


def look(devnet: Devnet, game: ProposedGame) -> DisputeGame:
    return at(devnet, game).read(block=devnet.l1.head.hash)


def require_right(devnet: Devnet, game: ProposedGame) -> None:
    assert game.root == devnet.l2.block(game.l2_block).output.root
    assert game.root == devnet.node.output_at_block(game.l2_block).output_root
    assert look(devnet, game).root.claimant == ACCOUNTS["proposer"].address


def until_games(devnet: Devnet, count: int) -> None:
    devnet.until(f"{count} games", lambda: len(games(devnet)) >= count, seconds=PATIENCE)


def test_op_proposer_makes_games_at_its_interval_about_what_our_node_says_is_safe(
    devnet: Devnet, tmp_path: Path
) -> None:
    flags = ("--allow-non-finalized", f"--proposal-interval={INTERVAL}s")
    with op_proposer(devnet, tmp_path, *flags, factory=factory(devnet), game_type=GAMES.game_type):
        until_games(devnet, 2)
    first, second = games(devnet)[:2]
    for game in (first, second):
        require_right(devnet, game)
        assert game.l2_block > 0
    assert second.created_at - first.created_at > INTERVAL / 2  # L1 of a busy machine is late, now and then
    assert second.l2_block > first.l2_block


def test_op_proposer_waits_for_what_our_node_says_is_finalized(devnet: Devnet, tmp_path: Path) -> None:
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
    with op_proposer(devnet, tmp_path, *flags, factory=factory(devnet), game_type=GAMES.game_type):
        until_games(devnet, 1)
        assert devnet.node.sync_status().safe_l2.number > held
        devnet.l1.set_lag(safe=2, finalized=4)
        until_games(devnet, 2)
    first, second = games(devnet)[:2]
    assert first.l2_block == held
    assert held < second.l2_block <= finalized()
    for game in (first, second):
        require_right(devnet, game)


def test_op_proposer_and_ours_take_turns_each_restarted_and_no_game_is_made_twice_or_too_soon(
    devnet: Devnet, tmp_path: Path
) -> None:
    flags = ("--allow-non-finalized", f"--proposal-interval={INTERVAL}s")
    for _ in range(2):
        before = len(games(devnet))
        with op_proposer(devnet, tmp_path, *flags, factory=factory(devnet), game_type=GAMES.game_type):
            until_games(devnet, before + 2)
        _propose_with_ours(devnet, until=len(games(devnet)) + 2)
    found = games(devnet)
    assert len({(game.root, game.l2_block) for game in found}) == len(found) >= 8
    for game in found:
        require_right(devnet, game)
    for earlier, later in pairwise(found):
        assert later.created_at - earlier.created_at > INTERVAL / 2
        assert later.l2_block > earlier.l2_block


def _propose_with_ours(devnet: Devnet, *, until: int) -> None:
    """A new proposer at every look: it is restarted all the time."""
    signer = KeySigner(ACCOUNTS["proposer"].key)
    options = GameOptions(GAMES.game_type, INTERVAL, allow_non_finalized=True)

    def has_made() -> bool:
        proposer = devnet.assembly.games_proposer(signer, options)
        proposer.step()
        return len(games(devnet)) >= until

    devnet.until("games of ours", has_made, seconds=PATIENCE)
    sender = devnet.assembly.l1_sender(signer)
    devnet.until("our last game", lambda: sender.in_flight() == 0, seconds=PATIENCE)


def test_a_game_of_op_proposers_is_argued_about_and_resolves_and_a_withdrawal_finalizes_against_it(
    devnet: Devnet, tmp_path: Path
) -> None:
    bridge = devnet.bridge(ACCOUNTS["user"])
    bridge.deposit(ACCOUNTS["user"].address, 10 * AMOUNT)
    withdrawal = bridge.withdraw(RECIPIENT, AMOUNT)
    flags = ("--allow-non-finalized", f"--proposal-interval={INTERVAL}s")
    with op_proposer(devnet, tmp_path, *flags, factory=factory(devnet), game_type=GAMES.game_type):
        devnet.until("a game", lambda: bridge.status(withdrawal).is_provable, seconds=PATIENCE)
    basis = bridge.status(withdrawal).basis
    assert basis is not None
    (game,) = [game for game in games(devnet) if game.index == basis.index]
    require_right(devnet, game)
    bridge.prove(withdrawal)
    _attack(devnet, game)
    devnet.until("the defence", lambda: len(look(devnet, game).claims) == 3, seconds=PATIENCE)

    devnet.travel(GAMES.max_clock_duration)
    devnet.until(
        "the decision", lambda: look(devnet, game).status is GameStatus.DEFENDER_WINS, seconds=PATIENCE
    )
    devnet.travel(GAMES.proof_maturity_delay)
    devnet.until("the withdrawal", lambda: bridge.status(withdrawal).is_finalizable, seconds=PATIENCE)
    bridge.finalize(withdrawal)
    devnet.until("its end", lambda: bridge.status(withdrawal).stage == Finalized(), seconds=PATIENCE)
    balance = devnet.l1.rpc.call("eth_getBalance", to_hex(RECIPIENT), "latest")
    assert from_quantity(balance) == AMOUNT


def _attack(devnet: Devnet, game: ProposedGame) -> None:
    root, contract = look(devnet, game).root, at(devnet, game)
    (bond,) = contract.bonds([root.position.move(is_attack=True)], block="latest")
    sender = devnet.assembly.l1_sender(KeySigner(ACCOUNTS["third user"].key))
    sender.send(contract.move(root, LIE, is_attack=True, bond=bond))
