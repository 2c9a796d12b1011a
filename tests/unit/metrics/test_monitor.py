"""A monitor's metrics: op-dispute-mon's names, labels and values."""

from pathlib import Path

from tests.unit.metrics.scrape import Samples, key, named, scrape
from tests.unit.monitor.games import CREATED, ETH, LIAR, WETH, GameBuilder
from tests.unit.monitor.test_agent import FakeLookout

from opcycle.devnet.stepping import Stepping
from opcycle.monitor.agent import Monitor, MonitorOptions
from opcycle.monitor.judge import AlertKind
from opcycle.rpc.hexjson import checksum

UPSTREAM = {
    "bond_collateral_available": ("balance", "delayedWETH"),
    "bond_collateral_required": ("balance", "delayedWETH"),
    "claims": ("clock", "game_time_period", "resolvable", "resolved"),
    "credits": ("credit", "withdrawable"),
    "different_root_games": (),
    "failed_games": (),
    "games": ("game_type",),
    "games_agreement": ("completion", "result_correctness", "root_agreement", "status"),
    "honest_actor_bonds": ("honest_actor_address", "state"),
    "honest_actor_claims": ("honest_actor_address", "state"),
    "honest_actor_pending_withdrawals": ("actor",),
    "ignored_games": (),
    "info": ("version",),
    "l2_block_challenges": ("root_agreement",),
    "last_output_fetch": (),
    "latest_proposal": ("root_agreement",),
    "latest_valid_proposal_l2_block": (),
    "mixed_availability_games": (),
    "mixed_safety_games": (),
    "node_endpoint_error_count": (),
    "node_endpoint_errors": (),
    "node_endpoint_out_of_sync_count": (),
    "oldest_game_update_time": (),
    "resolution_status": ("completion", "max_duration"),
    "up": (),
    "withdrawal_requests": ("credits", "delayedWETH"),
}
"""op-dispute-mon 1.18, `metrics/metrics.go`, without what it measures of its own requests."""


def samples(*, steps: int = 1) -> Samples:
    monitor = Monitor(FakeLookout(GameBuilder()), MonitorOptions(honest=frozenset({LIAR})))
    for _ in range(steps):
        monitor.step()
    return scrape(lambda: [Stepping(monitor)])


def test_names_and_labels__are_op_dispute_mons() -> None:
    ours = {
        name.removeprefix("op_dispute_mon_"): tuple(label for label, _ in labels)
        for name, labels in samples()
        if name.startswith("op_dispute_mon_")
    }
    assert ours == UPSTREAM


def test_before_the_first_step__it_is_not_up() -> None:
    found = samples(steps=0)
    assert found[key("op_dispute_mon_up")] == 0
    assert key("op_dispute_mon_failed_games") not in found


def test_values__of_a_wrong_game() -> None:
    found = samples()
    assert found[key("op_dispute_mon_up")] == 1
    agreement = named(found, "op_dispute_mon_games_agreement")
    assert agreement["in_progress", "incorrect", "disagree", "disagree_defender_ahead"] == 1
    assert sum(agreement.values()) == 1
    weth = {"delayedWETH": checksum(WETH), "balance": "sufficient"}
    assert found[key("op_dispute_mon_bond_collateral_required", **weth)] == 1, "in ETH"
    liar = {"honest_actor_address": checksum(LIAR), "state": "pending"}
    assert found[key("op_dispute_mon_honest_actor_bonds", **liar)] == ETH / 10**18
    assert found[key("op_dispute_mon_latest_proposal", root_agreement="disagree")] == CREATED
    assert found[key("op_dispute_mon_games", game_type="alphabet")] == 1
    assert found[key("op_dispute_mon_last_output_fetch")] == CREATED + 1


def test_alerts__by_kind_be_they_none() -> None:
    found = named(samples(), "opcycle_alerts")
    assert set(found) == {(kind.value,) for kind in AlertKind}
    assert {kind for (kind,), count in found.items() if count} == {"wrong_root_ahead"}


def test_alerts__are_all_documented() -> None:
    text = (Path(__file__).parents[3] / "docs" / "watching-games.md").read_text()
    documented = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
    assert documented == [kind.value for kind in AlertKind]
