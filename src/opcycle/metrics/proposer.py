"""A proposer's metrics, by op-proposer's names.

Names and labels: op-proposer 1.18, `metrics/metrics.go`.
"""

from collections.abc import Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from opcycle.proposer.agent import Proposer
from opcycle.proposer.games import GamesProposer

NAMESPACE = "op_proposer_default"


def proposer_metrics(proposer: Proposer | GamesProposer) -> Iterator[Metric]:
    """The L2 block whose output it has proposed last, if it has proposed any, under both of its names."""
    if proposer.proposed is not None:
        family = GaugeMetricFamily(f"{NAMESPACE}_refs_number", "Block numbers.", labels=["layer", "type"])
        family.add_metric(["l2", "proposed"], proposer.proposed)
        yield family
        yield GaugeMetricFamily(
            f"{NAMESPACE}_proposed_sequence_number", "L2 block of the last proposal.", proposer.proposed
        )
