"""The monitor on real chains: a wrong game, a lost bond, and collateral that somebody takes away."""

import json
import signal
import subprocess
from collections.abc import Iterator
from urllib.request import urlopen

import pytest
from click.testing import CliRunner, Result
from tests.e2e.games import CLOCK, FINALITY_DELAY, MAX_DEPTH, WETH_DELAY, Arena, arena, arena_config
from tests.e2e.programs import OPCYCLE
from tests.unit.metrics.scrape import key, samples_in, scrape

from opcycle.artifacts import artifact
from opcycle.cli import cli
from opcycle.cli.games_at import GamesAt
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.devnet.stepping import Stepping
from opcycle.l1.contract import Contract
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.l1.game_accounts import BondMode
from opcycle.monitor.agent import Monitor, MonitorOptions
from opcycle.monitor.judge import AlertKind, Verdict
from opcycle.protocol.bonds import BondCurve
from opcycle.protocol.dispute_game import GameStatus
from opcycle.rpc.hexjson import checksum

HONEST, LIAR, FOOL = "challenger", "third user", "second user"
LIE = b"\x01" + b"\x66" * 31


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with Devnet.stepped(arena_config(tmp_path_factory.mktemp("monitor") / "devnet")) as devnet:
        for agent in ("proposer", "challenger"):
            devnet.pace.pause(agent)
        devnet.advance(60)
        yield arena(devnet)


def games_at(place: Arena) -> GamesAt:
    devnet = place.devnet
    return GamesAt(
        devnet.l1.rpc, place.factory.contract.address, (devnet.assembly.node,), devnet.deployment.rollup
    )


def monitor(place: Arena, *honest: str) -> Monitor:
    options = MonitorOptions(honest=frozenset(ACCOUNTS[role].address for role in honest))
    return Monitor(games_at(place).lookout(), options)


def alerts(watching: Monitor, game: FaultDisputeGame | None = None) -> set[AlertKind]:
    """After a look: of a game, or of all."""
    watching.step()
    published = watching.published
    assert published is not None
    found = published.judgements.alerts
    address = None if game is None else game.contract.address
    return {alert.kind for alert in found if address is None or alert.subject == address}


def verdict_on(watching: Monitor, game: FaultDisputeGame) -> Verdict:
    assert watching.published is not None
    verdicts = watching.published.judgements.verdicts
    return next(v for v in verdicts if v.seen.game.address == game.contract.address)


def address(game: FaultDisputeGame) -> str:
    return checksum(game.contract.address)


def command(place: Arena, *arguments: str, node: bool = True) -> Result:
    where = ["--factory", checksum(place.factory.contract.address), "--l1", place.devnet.l1.rpc.url]
    where += ["--node", place.devnet.assembly.node] if node else []
    return CliRunner().invoke(cli, [*arguments, *where], standalone_mode=True)


def test_a_wrong_game_is_told_of_until_the_challenger_answers_it_and_all_its_bonds_are_followed(
    place: Arena,
) -> None:
    watching, challenger = monitor(place, HONEST, FOOL), place.challenger(HONEST)
    assert alerts(watching) == set()
    block = 16
    game = place.propose(LIAR, LIE, block)
    told = watching.step().did
    assert f"about L2 block {block}, root claim wrong" in told[0]
    assert any(line.startswith("ALERT wrong_root_ahead") for line in told)
    place.play(challenger)
    assert alerts(watching, game) == set()
    # The fool takes the liar's side, and is one of whom we expect better.
    place.lie(FOOL, game, 1, LIE)
    assert alerts(watching, game) == {AlertKind.WRONG_ROOT_AHEAD}
    place.play(challenger)
    outcome = watching.step()
    assert any(line.startswith("no longer: wrong_root_ahead") for line in outcome.did)

    place.devnet.travel(CLOCK)
    place.devnet.advance(3)
    place.play(challenger)
    assert alerts(watching, game) == {AlertKind.BOND_LOST}
    assert verdict_on(watching, game).forecast.status is GameStatus.CHALLENGER_WINS
    for delay in (FINALITY_DELAY, WETH_DELAY):  # unlocked, and paid
        place.devnet.travel(delay + 1)
        place.devnet.advance(2)
        place.play(challenger)
        assert alerts(watching, game) == {AlertKind.BOND_LOST}
    accounts = verdict_on(watching, game).seen.accounts
    assert accounts.mode is BondMode.NORMAL
    assert accounts.is_paid_out
    followed = command(place, "game", address(game), "--follow")
    assert (followed.exit_code, followed.stdout.splitlines()[-1]) == (0, "all bonds are paid out")

    samples = scrape(lambda: [Stepping(watching)])
    fool = checksum(ACCOUNTS[FOOL].address)
    labels = {"honest_actor_address": fool}
    assert samples[key("op_dispute_mon_honest_actor_claims", **labels, state="invalid")] == 1
    assert samples[key("op_dispute_mon_honest_actor_bonds", **labels, state="lost")] > 0
    assert samples[key("opcycle_alerts", kind="bond_lost")] == 1
    assert samples[key("opcycle_alerts", kind="wrong_root_ahead")] == 0


def test_collateral_that_the_owner_takes_away_is_missed(place: Arena) -> None:
    watching = monitor(place)
    block = 20
    root = place.devnet.node.output_at_block(block).output_root
    game = place.propose(HONEST, root, block)
    assert alerts(watching, game) == set()
    address = place.devnet.deployment.addresses.delayed_weth
    assert address is not None
    weth = Contract(place.devnet.l1.rpc, address, artifact("DelayedWETH").abi)
    place.send("deployer", weth.request("recover", 1))
    assert alerts(watching) == {AlertKind.COLLATERAL_SHORT}
    assert alerts(watching, game) == set(), "its own escrow is still booked to it"
    place.send("deployer", weth.request("deposit", value=1))
    assert alerts(watching) == set()


def test_a_game_that_the_guardian_blacklists_is_told_of(place: Arena) -> None:
    watching = monitor(place)
    block = 24
    game = place.propose(HONEST, place.devnet.node.output_at_block(block).output_root, block)
    assert alerts(watching, game) == set()
    place.send("guardian", place.registry.request("blacklistDisputeGame", game.contract.address))
    assert alerts(watching, game) == {AlertKind.BLACKLISTED}


def test_watch__tells_its_news_and_metrics_until_it_is_stopped(place: Arena) -> None:
    game = place.propose(LIAR, LIE, 32)
    place.devnet.advance(4)
    port = free_ports().metrics
    where = ["--factory", checksum(place.factory.contract.address), "--l1", place.devnet.l1.rpc.url]
    with subprocess.Popen(
        [OPCYCLE, "watch", *where, "--node", place.devnet.assembly.node, "--metrics-port", str(port)],
        stderr=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stderr is not None
        told = next(
            line for line in watching.stderr if "ALERT wrong_root_ahead" in line and address(game) in line
        )
        assert "the defenders win if nobody moves" in told
        with urlopen(f"http://127.0.0.1:{port}/metrics") as reply:
            samples = samples_in(reply.read().decode())
        watching.send_signal(signal.SIGTERM)
        watching.stderr.read()
    assert watching.returncode == 0
    assert samples[key("op_dispute_mon_up")] == 1
    assert samples[key("opcycle_alerts", kind="wrong_root_ahead")] >= 1


def test_commands_tell_the_same(place: Arena) -> None:
    name = address(place.propose(LIAR, LIE, 28))
    listed = json.loads(command(place, "games", "--json").stdout)
    assert (listed[0]["address"], listed[0]["agrees"]) == (name, False)
    assert [row["index"] for row in listed] == sorted((row["index"] for row in listed), reverse=True)
    (newest,) = json.loads(command(place, "games", "--json", "--limit", "1", node=False).stdout)
    assert (newest["address"], newest["agrees"]) == (name, None)
    page = command(place, "games", "--limit", "1")
    assert f"older ones: opcycle games --before {newest['index']}" in page.stdout

    for called in (name, str(newest["index"])):
        drawn = command(place, "game", called).stdout
        assert "if nobody moves: the defenders win" in drawn
        assert "root claim: wrong; 0x" in drawn
    tree = json.loads(command(place, "game", name, "--json").stdout)["tree"]
    assert [claim["depth"] for claim in tree] == [0]

    terms = json.loads(command(place, "bonds", "--game", name, "--json", node=False).stdout)
    assert terms["terms"]["max_clock"] == CLOCK
    assert [int(bond) for bond in terms["bonds"]] == [
        BondCurve(MAX_DEPTH).required(d) for d in range(MAX_DEPTH + 1)
    ]

    stranger = command(place, "game", checksum(b"\x11" * 20))
    assert "is no game of this factory" in str(stranger.exception)

    once = command(place, "watch", "--once", "--json")
    assert once.exit_code == 2
    kinds = {(alert["kind"], alert["subject"]) for alert in json.loads(once.stdout)["alerts"]}
    assert ("wrong_root_ahead", name) in kinds
    ignored = [word for row in listed for word in ("--ignore", row["address"])]
    quiet = command(place, "watch", "--once", *ignored)
    assert (quiet.exit_code, "nothing is wrong" in quiet.stdout) == (0, True)
