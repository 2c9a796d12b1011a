"""A proposer's metrics, by op-proposer's names.

Names and labels: op-proposer 1.18, `metrics/metrics.go`.
"""

from collections.abc import Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from opcycle.proposer.agent import Proposer


def proposer_metrics(proposer: Proposer) -> Iterator[Metric]:
    """The L2 block whose output it has proposed last, if it has proposed any."""
    if proposer.proposed is not None:
        family = GaugeMetricFamily(
            "op_proposer_default_refs_number", "Block numbers.", labels=["layer", "type"]
        )
        family.add_metric(["l2", "proposed"], proposer.proposed)
        yield family
