"""Time travel on mainnet's windows: L1 leaps over days, agents act on the way, L2 lags and catches up."""

from collections.abc import Iterator

import pytest

from opcycle.bridge.status import Finalizable, Finalized, Proven
from opcycle.deploy.config import Settlement
from opcycle.deploy.local import LOCAL_GAMES
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.leaps import BLOCKS_AT_STOP, TOGETHER, catch_up, leap
from opcycle.devnet.ports import free_ports
from opcycle.devnet.snapshot import Snapshot, restore, take
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.l1.signer import KeySigner
from opcycle.protocol.dispute_game import GameStatus
from opcycle.protocol.types import Hash

USER, ATTACKER = ACCOUNTS["user"], ACCOUNTS["third user"]
ETHER, DAY = 10**18, 86_400
CLOCK = LOCAL_GAMES.max_clock_duration
LIE = b"\x01" + b"\x66" * 31
DRIFT = 1800


@pytest.fixture(scope="module", params=list(Settlement))
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Devnet, Snapshot]]:
    directory = tmp_path_factory.mktemp("time") / "devnet"
    config = DevnetConfig(directory, settlement=request.param, ports=free_ports(), is_restorable=True)
    with Devnet.stepped(config) as devnet:
        deposit(devnet)
        devnet.advance(10)
        yield devnet, take(devnet)


@pytest.fixture
def devnet(running: tuple[Devnet, Snapshot]) -> Devnet:
    restore(*running)
    return running[0]


games_only = pytest.mark.parametrize("running", [Settlement.GAMES], indirect=True, scope="module")
"""An oracle has none."""


def deposit(devnet: Devnet) -> Hash:
    bridge = devnet.bridge(USER)
    sent = bridge.deposit(USER.address, ETHER)
    devnet.until("a deposit", lambda: bridge.deposit_status(sent).l2_receipt is not None, seconds=20)
    return sent


def proven_withdrawal(devnet: Devnet) -> Hash:
    bridge = devnet.bridge(USER)
    sent = bridge.withdraw(USER.address, ETHER // 10)
    devnet.until("a basis for a proof", lambda: bridge.status(sent).is_provable, seconds=200)
    bridge.prove(sent)
    devnet.advance(2)
    assert isinstance(bridge.status(sent).stage, Proven)
    return sent


def l2_head(devnet: Devnet) -> int:
    return devnet.l2.block("latest").ref.number


def test_thirty_days_cost_l1_a_few_blocks_and_l2_none(devnet: Devnet) -> None:
    devnet.advance(8)
    before, l2_before, start = devnet.l1.head, l2_head(devnet), devnet.lag
    leap(devnet, 30 * DAY)
    assert devnet.l1.head.timestamp == before.timestamp + 30 * DAY
    assert devnet.l1.head.number - before.number <= 4 * (BLOCKS_AT_STOP + 1)
    made = l2_head(devnet) - l2_before
    assert made <= 4 * BLOCKS_AT_STOP * devnet.config.l1_block_time
    assert devnet.lag == start + 30 * DAY - made


def test_a_withdrawal_is_final_after_a_week_and_the_grace_of_its_game(devnet: Devnet) -> None:
    bridge = devnet.bridge(USER)
    withdrawal = proven_withdrawal(devnet)
    leap(devnet, 7 * DAY - 60)
    assert isinstance(bridge.status(withdrawal).stage, Proven), "a minute is missing"
    devnet.advance(60 + TOGETHER + BLOCKS_AT_STOP * devnet.config.l1_block_time)
    assert isinstance(bridge.status(withdrawal).stage, Finalizable)
    bridge.finalize(withdrawal)
    devnet.advance(2)
    assert bridge.status(withdrawal).stage == Finalized()


@games_only
def test_a_game_is_decided_on_the_way(devnet: Devnet) -> None:
    proven_withdrawal(devnet)
    factory = devnet.assembly.factory()
    (listed,) = factory.games([0], block="latest")
    leap(devnet, 7 * DAY)
    game = FaultDisputeGame(devnet.l1.rpc, listed.address)
    assert game.status(block="latest") == GameStatus.DEFENDER_WINS
    resolved_at = game.contract.read("resolvedAt", block="latest")
    last = listed.created_at + CLOCK + TOGETHER + BLOCKS_AT_STOP * devnet.config.l1_block_time
    assert listed.created_at + CLOCK <= resolved_at <= last


@games_only
def test_a_disputed_game_is_played_to_its_end_on_the_way(devnet: Devnet) -> None:
    proven_withdrawal(devnet)
    (listed,) = devnet.assembly.factory().games([0], block="latest")
    game = FaultDisputeGame(devnet.l1.rpc, listed.address)
    root = game.read(block=devnet.l1.head.hash).root
    (bond,) = game.bonds([root.position.move(is_attack=True)], block="latest")
    sender = devnet.assembly.l1_sender(KeySigner(ATTACKER.key))
    sender.send(game.move(root, LIE, is_attack=True, bond=bond))
    devnet.advance(8)
    claims = game.read(block=devnet.l1.head.hash).claims
    assert len(claims) == 3, "the challenger has answered"
    leap(devnet, 8 * DAY)
    found = game.read(block=devnet.l1.head.hash)
    assert found.status == GameStatus.DEFENDER_WINS
    assert found.claims[1].countered_by == ACCOUNTS["challenger"].address


def test_l2_goes_on_while_it_lags_and_deposits_wait(devnet: Devnet) -> None:
    bridge = devnet.bridge(USER)
    leap(devnet, 30 * DAY)
    deposited = bridge.deposit(USER.address, ETHER)
    withdrawn = bridge.withdraw(USER.address, 1)
    devnet.advance(20)
    assert bridge.status(withdrawn).withdrawal is not None
    assert bridge.deposit_status(deposited).l1_receipt is not None
    assert bridge.deposit_status(deposited).l2_receipt is None
    devnet.until("a proof of it", lambda: bridge.status(withdrawn).is_provable, seconds=200)


def test_l2_catches_up_and_takes_the_deposit(devnet: Devnet) -> None:
    bridge = devnet.bridge(USER)
    behind = 700
    leap(devnet, behind)
    deposited = bridge.deposit(USER.address, ETHER)
    devnet.advance(2)
    assert devnet.lag >= behind - 20
    before = l2_head(devnet)
    catch_up(devnet)
    assert devnet.lag == 0
    assert l2_head(devnet) - before >= behind - 20
    assert bridge.deposit_status(deposited).l2_receipt is not None
    head = l2_head(devnet)
    devnet.until("safe blocks", lambda: devnet.node.sync_status().safe_l2.number >= head, seconds=60)
    safe = devnet.verifier.engine.l2.block(head).ref
    assert safe == devnet.l2.block(head).ref, "the verifier derives the same blocks"


def test_l2_does_not_overtake_l1(devnet: Devnet) -> None:
    leap(devnet, 200)
    with pytest.raises(ValueError, match="L2 is 200 s behind L1 and cannot jump 201 s ahead"):
        devnet.travel_l2(201)
    devnet.travel_l2(200)
    assert devnet.lag == 0
