"""The real op-dispute-mon watches the same games as our monitor: every metric that both have is the same.

It compares L1's times with the machine's clock, so the devnet's L1 begins a few hours ago, and ours is told
the machine's time, too.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import urllib3
from benchmarks.child import child
from benchmarks.process import machine_time
from tests.e2e.games import CLOCK, FINALITY_DELAY, Arena, arena, arena_config
from tests.unit.metrics.scrape import Samples, samples_in, scrape
from tests.unit.metrics.test_monitor import UPSTREAM

from opcycle.artifacts import artifact
from opcycle.cli.games_at import GamesAt
from opcycle.devnet import l1_genesis
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.devnet.runner import Runner
from opcycle.devnet.stepping import Stepping
from opcycle.l1.contract import Contract
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.l1.game_accounts import BondMode
from opcycle.monitor.agent import Monitor, MonitorOptions
from opcycle.monitor.counts import count
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import checksum

PATIENCE = 120
AGO = CLOCK + FINALITY_DELAY + 3000
HONEST, LIAR, FOOL = "challenger", "third user", "second user"
LIE = b"\x01" + b"\x66" * 31
ACTORS = [ACCOUNTS[role].address for role in (HONEST, FOOL)]
OF_THE_PROGRAM = ("info", "last_output_fetch", "oldest_game_update_time")
"""What says something about the program itself."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(l1_genesis, "LOCAL_GENESIS_TIME", machine_time() - AGO)
        with Devnet.stepped(arena_config(tmp_path_factory.mktemp("op-dispute-mon") / "devnet")) as devnet:
            for agent in ("proposer", "challenger"):
                devnet.pace.pause(agent)
            devnet.advance(60)
            yield arena(devnet)


@contextmanager
def op_dispute_mon(place: Arena, directory: Path, ignored: Sequence[Address]) -> Iterator[str]:
    """The URL of its metrics."""
    port = free_ports().metrics
    flags = [
        f"--l1-eth-rpc={place.devnet.l1_url}",
        f"--rollup-rpc={place.devnet.assembly.node}",
        f"--game-factory-address={checksum(place.factory.contract.address)}",
        f"--honest-actors={','.join(map(checksum, ACTORS))}",
        *(f"--ignored-games={checksum(game)}" for game in ignored),
        "--monitor-interval=1s",
        "--metrics.enabled",
        "--metrics.addr=127.0.0.1",
        f"--metrics.port={port}",
    ]
    with child("op-dispute-mon", flags, directory / "op-dispute-mon.log"):
        yield f"http://127.0.0.1:{port}/metrics"


def theirs(url: str) -> Samples:
    """Its metrics once it has looked at the games."""
    found: Samples = {}
    http = urllib3.PoolManager(retries=False)

    def has_looked() -> bool:
        try:
            text = http.request("GET", url).data.decode()
        except urllib3.exceptions.HTTPError:
            return False
        found.clear()
        found.update(samples_in(text))
        return found.get(("op_dispute_mon_monitor_duration_seconds_count", ()), 0) >= 1

    assert Runner().until(has_looked, seconds=PATIENCE), "op-dispute-mon never looks at the games"
    return found


def ours(place: Arena, ignored: Sequence[Address]) -> Samples:
    devnet = place.devnet
    at = GamesAt(
        devnet.l1.rpc, place.factory.contract.address, (devnet.assembly.node,), devnet.deployment.rollup
    )
    monitor = Monitor(at.lookout(), MonitorOptions(honest=frozenset(ACTORS), ignored=frozenset(ignored)))
    monitor.step()
    seen = monitor.published
    assert seen is not None
    assert not seen.snapshot.unread
    now = replace(seen.snapshot, l1=replace(seen.snapshot.l1, timestamp=machine_time()))
    monitor.published = replace(seen, counts=count(now, seen.judgements.verdicts))
    return scrape(lambda: [Stepping(monitor)])


def comparable(samples: Samples) -> Samples:
    names = {f"op_dispute_mon_{name}" for name in UPSTREAM if name not in OF_THE_PROGRAM}
    return {key: value for key, value in samples.items() if key[0] in names}


def both(place: Arena, directory: Path, ignored: Sequence[Address]) -> tuple[Samples, Samples]:
    """Ours and theirs."""
    with op_dispute_mon(place, directory, ignored) as url:
        found = theirs(url)
    return comparable(ours(place, ignored)), comparable(found)


@pytest.fixture(scope="module")
def refunded(place: Arena) -> Address:
    """A game of which everybody gets back what they have paid. Others are played meanwhile."""
    devnet, challenger = place.devnet, place.challenger(HONEST)
    game = place.propose(LIAR, LIE, 12)
    lost = place.propose(LIAR, LIE, 16)
    place.play(challenger)
    place.send("guardian", place.registry.request("blacklistDisputeGame", game.contract.address))
    place.lie(FOOL, lost, 1, LIE)
    won = place.propose(HONEST, devnet.node.output_at_block(16).output_root, 16)
    place.lie(LIAR, won, 0, LIE)
    place.play(challenger)
    devnet.travel(CLOCK)
    devnet.advance(3)
    place.play(challenger)
    devnet.travel(FINALITY_DELAY + 1)
    devnet.advance(2)
    place.play(challenger)  # all three are closed, and what it has won is unlocked
    return game.contract.address


def test_every_metric_is_op_dispute_mons(place: Arena, refunded: Address, tmp_path: Path) -> None:
    devnet, challenger = place.devnet, place.challenger(HONEST)
    safe = devnet.node.sync_status().safe_l2.number
    place.propose(LIAR, devnet.node.output_at_block(safe).output_root, safe + 200)
    place.play(challenger)  # shows that it is another block's
    place.propose(LIAR, LIE, 40)
    attacked = place.propose(HONEST, devnet.node.output_at_block(44).output_root, 44)
    place.lie(LIAR, attacked, 0, LIE)
    place.propose(HONEST, devnet.node.output_at_block(48).output_root, 48)
    ignored = place.propose(LIAR, LIE, 52).contract.address
    devnet.advance(60)

    our, their = both(place, tmp_path, [refunded, ignored])
    assert our == their
    agreement = {
        dict(labels)["status"]: value
        for (name, labels), value in our.items()
        if name == "op_dispute_mon_games_agreement"
    }
    assert agreement == {
        "agree_defender_ahead": 1,
        "agree_challenger_ahead": 1,
        "agree_defender_wins": 1,
        "agree_challenger_wins": 0,
        "disagree_defender_ahead": 1,
        "disagree_challenger_ahead": 1,
        "disagree_defender_wins": 0,
        "disagree_challenger_wins": 1,
    }


def test_of_a_refunded_game_op_dispute_mon_expects_what_would_have_been_won(
    place: Arena, refunded: Address, tmp_path: Path
) -> None:
    game = FaultDisputeGame(place.devnet.l1.rpc, refunded)
    assert game.contract.read("bondDistributionMode", block="latest") == BondMode.REFUND
    our, their = both(place, tmp_path, [])
    assert our.keys() ^ their.keys() == set()
    different = {key[0].removeprefix("op_dispute_mon_") for key in our if our[key] != their[key]}
    assert different == {"credits", "bond_collateral_required"}
    key = "op_dispute_mon_credits", (("credit", "below"), ("withdrawable", "withdrawable"))
    assert (our[key], their[key]) == (0, 1)


def test_collateral_that_is_taken_away_is_missed_by_both(
    place: Arena, refunded: Address, tmp_path: Path
) -> None:
    address = place.devnet.deployment.addresses.delayed_weth
    assert address is not None
    weth = Contract(place.devnet.l1.rpc, address, artifact("DelayedWETH").abi)
    place.send("deployer", weth.request("recover", 10**18))
    our, their = both(place, tmp_path, [refunded])
    assert our == their
    key = (("balance", "insufficient"), ("delayedWETH", checksum(address)))
    assert our["op_dispute_mon_bond_collateral_required", key] > 0
