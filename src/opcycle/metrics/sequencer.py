"""A sequencer's metrics, by op-node's names, which sequences too.

Names and labels: op-node 1.18, `metrics/metrics.go`.
"""

from collections.abc import Iterator

from prometheus_client.metrics_core import CounterMetricFamily, Metric

from opcycle.sequencer.agent import Sequencer


def sequencer_metrics(sequencer: Sequencer) -> Iterator[Metric]:
    """The transactions in its blocks."""
    family = CounterMetricFamily(
        "op_node_default_transactions_sequenced", "Transactions in blocks made.", labels=["type"]
    )
    for kind in ("deposits", "txns"):
        family.add_metric([kind], sequencer.sequenced[kind])
    yield family
