"""A games challenger's metrics, by op-challenger's names.

Names and labels: op-challenger 1.18, `metrics/metrics.go`. Its counters have no `_total` at the end, which
our library demands of a counter; they have no type here.
"""

from collections.abc import Iterator

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric, UnknownMetricFamily

from opcycle import __version__
from opcycle.challenger.due import Kind
from opcycle.challenger.games import GamesChallenger
from opcycle.l1.transactions import ether
from opcycle.protocol.dispute_game import GameStatus

NAMESPACE = "op_challenger"

STATUSES = {
    GameStatus.IN_PROGRESS: "in_progress",
    GameStatus.DEFENDER_WINS: "defender_won",
    GameStatus.CHALLENGER_WINS: "challenger_won",
}


def challenger_metrics(challenger: GamesChallenger) -> Iterator[Metric]:
    """What it has done since it started, and the games of its last step."""
    counts = challenger.counts
    info = GaugeMetricFamily(f"{NAMESPACE}_info", "The version.", labels=["version"])
    info.add_metric([f"opcycle-{__version__}"], 1)
    yield info
    yield GaugeMetricFamily(f"{NAMESPACE}_up", "1: it runs.", 1)
    for name, meaning, kind in (
        ("moves", "Moves made.", Kind.MOVE),
        ("steps", "Steps of the machine run on L1.", Kind.STEP),
        ("l2_challenges", "Root claims shown to be of another block.", Kind.BLOCK_CHALLENGE),
        ("preimage_challenged", "Large preimages shown to be wrong.", Kind.PREIMAGE_CHALLENGE),
    ):
        yield UnknownMetricFamily(f"{NAMESPACE}_{name}", meaning, counts.sent[kind])
    for name, meaning, kind in (
        ("claim_failures", "Claims of bonds that failed.", Kind.COLLECTING),
        ("preimage_challenge_failed", "Challenges of large preimages that failed.", Kind.PREIMAGE_CHALLENGE),
    ):
        yield UnknownMetricFamily(f"{NAMESPACE}_{name}", meaning, counts.failed[kind])
    yield UnknownMetricFamily(f"{NAMESPACE}_bonds", "Wei in bonds collected.", counts.collected)
    games = GaugeMetricFamily(f"{NAMESPACE}_tracked_games", "Games looked at.", labels=["status"])
    for status, label in STATUSES.items():
        games.add_metric([label], counts.games[status])
    yield games
    yield GaugeMetricFamily(
        f"{NAMESPACE}_highest_acted_l1_block", "The newest L1 block acted on.", counts.acted_on
    )
    yield GaugeMetricFamily(
        f"{NAMESPACE}_preimage_count", "Large preimages that were ever proposed.", counts.proposals
    )
    yield from _own(challenger)


def _own(challenger: GamesChallenger) -> Iterator[Metric]:
    counts = challenger.counts
    yield GaugeMetricFamily(
        "opcycle_bonds_at_stake", "ETH in our bonds that are not settled.", float(ether(counts.at_stake))
    )
    yield GaugeMetricFamily(
        "opcycle_preimages_examined",
        "Proposed large preimages that are not over, and of which we know whether they are right.",
        counts.examined,
    )
    loads = CounterMetricFamily("opcycle_preimages_loaded", "Parts of preimages loaded for steps to read.")
    loads.add_metric([], counts.sent[Kind.PREIMAGE])
    yield loads
    failures = CounterMetricFamily(
        "opcycle_failed_actions", "What would have reverted or was not taken, by kind.", labels=["kind"]
    )
    for kind in Kind:
        failures.add_metric([kind.name.lower()], counts.failed[kind])
    yield failures
