"""A monitor's metrics: op-dispute-mon's, and what it warns of besides.

Names and labels: op-dispute-mon 1.18, `metrics/metrics.go`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from opcycle import __version__
from opcycle.monitor.agent import Monitor
from opcycle.monitor.counts import Counts, Labels
from opcycle.monitor.judge import AlertKind
from opcycle.monitor.snapshot import WatchedAnchor

NAMESPACE = "op_dispute_mon"
WEI_PER_ETH = 10**18


def monitor_metrics(monitor: Monitor) -> Iterator[Metric]:
    """As of its last step; before the first only that it is not up."""
    published = monitor.published
    yield _gauge("up", "1 once the games have been read.", int(published is not None))
    yield _labelled("info", "The version.", ("version",), {(f"opcycle-{__version__}",): 1})
    if published is None:
        return
    yield from _games(published.counts)
    yield from _money(published.counts)
    yield from _nodes(published.counts)
    yield _gauge(
        "last_output_fetch", "L1 time at which a node last knew an output root.", published.outputs_at
    )
    # All games are read at one block, so that none is older than another.
    yield _gauge(
        "oldest_game_update_time", "L1 time as of which games are known.", published.snapshot.l1.timestamp
    )
    alerts = GaugeMetricFamily("opcycle_alerts", "What is wrong about games.", labels=["kind"])
    found = Counter(alert.kind for alert in published.judgements.alerts)
    for kind in AlertKind:
        alerts.add_metric([kind.value], found[kind])
    yield alerts
    if published.snapshot.anchor is not None:
        yield from _anchor(published.snapshot.anchor, published.snapshot.l1.timestamp)


def _games(counts: Counts) -> Iterator[Metric]:
    yield _labelled("games", "Games by their type.", ("game_type",), counts.types)
    yield _labelled(
        "games_agreement",
        "Games by whether their result, so far, is what our node says.",
        ("status", "completion", "result_correctness", "root_agreement"),
        counts.agreement,
    )
    yield _labelled("latest_proposal", "L1 time of the newest game.", ("root_agreement",), counts.latest)
    yield _gauge(
        "latest_valid_proposal_l2_block", "The highest L2 block of a right claim.", counts.latest_valid_block
    )
    yield _gauge("ignored_games", "Games that are not looked at.", counts.ignored)
    yield _gauge("failed_games", "Games that cannot be read or judged.", counts.failed)
    yield _labelled(
        "resolution_status",
        "Games by whether they are decided, and whether their time is over.",
        ("completion", "max_duration"),
        counts.resolution,
    )
    yield _labelled(
        "claims",
        "Claims by whether they are settled, may be answered, and can be settled.",
        ("resolved", "clock", "game_time_period", "resolvable"),
        counts.claims,
    )
    yield _labelled(
        "l2_block_challenges",
        "Games whose root claim was shown to be about another block.",
        ("root_agreement",),
        counts.block_challenges,
    )


def _money(counts: Counts) -> Iterator[Metric]:
    yield _labelled(
        "credits", "Credits by whether they are as expected.", ("credit", "withdrawable"), counts.credit
    )
    for name, meaning, amounts in (
        ("required", "ETH that DelayedWETH owes to games.", counts.required),
        ("available", "ETH that DelayedWETH has.", counts.available),
    ):
        yield _labelled(f"bond_collateral_{name}", meaning, ("delayedWETH", "balance"), _eth(amounts))
    yield _labelled(
        "withdrawal_requests",
        "Unlocked bonds by whether they are the credit.",
        ("delayedWETH", "credits"),
        counts.withdrawals,
    )
    actor = "honest_actor_address"
    yield _labelled("honest_actor_claims", "Claims of honest accounts.", (actor, "state"), counts.actors)
    yield _labelled(
        "honest_actor_bonds", "ETH of honest accounts.", (actor, "state"), _eth(counts.actor_bonds)
    )
    yield _labelled(
        "honest_actor_pending_withdrawals",
        "ETH that honest accounts could ask for.",
        ("actor",),
        _eth(counts.actor_withdrawable),
    )


def _nodes(counts: Counts) -> Iterator[Metric]:
    for name, meaning, value in (
        ("node_endpoint_errors", "Nodes that did not answer.", counts.nodes_with_errors),
        ("node_endpoint_error_count", "Questions that were not answered.", counts.node_errors),
        ("node_endpoint_out_of_sync_count", "Questions to nodes that are behind.", counts.node_out_of_sync),
        ("mixed_availability_games", "Games whose block only some nodes have.", counts.mixed_availability),
        ("mixed_safety_games", "Games whose block is safe for some nodes only.", counts.mixed_safety),
        ("different_root_games", "Games about whose block nodes differ.", counts.different_roots),
    ):
        yield _gauge(name, meaning, value)


def _anchor(seen: WatchedAnchor, now: int) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "opcycle_anchor_l2_block", "The L2 block that new games begin from.", seen.anchor.l2_block
    )
    if seen.made_at is not None:
        yield GaugeMetricFamily(
            "opcycle_anchor_age_seconds", "L1 time since the anchor's L2 block.", now - seen.made_at
        )


def _eth(amounts: Mapping[Labels, int]) -> dict[Labels, float]:
    return {labels: wei / WEI_PER_ETH for labels, wei in amounts.items()}


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{NAMESPACE}_{name}", meaning, value)


def _labelled(name: str, meaning: str, labels: Labels, values: Mapping[Labels, float]) -> Metric:
    family = GaugeMetricFamily(f"{NAMESPACE}_{name}", meaning, labels=labels)
    for found, value in values.items():
        family.add_metric(found, value)
    return family
