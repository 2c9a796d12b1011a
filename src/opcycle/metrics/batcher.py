"""A batcher's metrics and those of the throttler beside it, by op-batcher's names.

Names and labels: op-batcher 1.18, `metrics/metrics.go`, and `op-service/txmgr/metrics/tx_metrics.go`.
"""

from collections.abc import Iterator, Mapping

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from opcycle.batcher.admin import BatcherSwitch
from opcycle.batcher.counts import Counts
from opcycle.batcher.throttler import Throttler

NAMESPACE = "op_batcher_default"
GWEI = 10**9


def batcher_metrics(switch: BatcherSwitch) -> Iterator[Metric]:
    """Of a batcher that runs or has been stopped."""
    counts = switch.batcher.counts
    yield GaugeMetricFamily(f"{NAMESPACE}_up", "1 unless it was stopped.", int(switch.is_running))
    yield from _channels(counts)
    yield _counter(
        f"{NAMESPACE}_batcher_tx", "Transactions with batches.", "stage", {"submitted": counts.sent}
    )
    yield GaugeMetricFamily(
        f"{NAMESPACE}_txmgr_pending_txs", "Transactions that L1 has not mined.", counts.in_flight
    )
    yield GaugeMetricFamily(
        f"{NAMESPACE}_txmgr_tx_fee_gwei", "Fee of the last transaction that is safe.", counts.last_fee / GWEI
    )
    yield CounterMetricFamily(
        f"{NAMESPACE}_txmgr_tx_fee_gwei", "Fees of all that are safe.", counts.fees / GWEI
    )
    pending = GaugeMetricFamily(
        f"{NAMESPACE}_pending_blocks_count", "L2 blocks in no channel yet.", labels=["stage"]
    )
    pending.add_metric(["added"], counts.pending_blocks)
    yield pending
    yield GaugeMetricFamily(
        f"{NAMESPACE}_pending_blocks_bytes_current",
        "Bytes of the batches that are in no channel yet.",
        counts.pending_bytes,
    )


def _channels(counts: Counts) -> Iterator[Metric]:
    closed = {reason.replace(" ", "_"): count for reason, count in dict(counts.closed).items()}
    stages = {"closed": sum(closed.values()), "fully_submitted": counts.safe}
    yield _counter(f"{NAMESPACE}_channel", "Channels, by how far they have come.", "stage", stages)
    yield _counter("opcycle_channels_closed", "Channels, by why they were closed.", "reason", closed)
    for name, meaning, count in (
        ("opcycle_channels_given_up", "Channels posted again from the safe head.", counts.given_up),
        ("opcycle_frames", "Frames made.", counts.frames),
        (f"{NAMESPACE}_input_bytes", "Bytes of batches that went into channels.", counts.input_bytes),
        (f"{NAMESPACE}_output_bytes", "Bytes of compressed channels.", counts.output_bytes),
    ):
        yield CounterMetricFamily(name, meaning, count)


def _counter(name: str, meaning: str, label: str, counts: Mapping[str, int]) -> Metric:
    """A counter with one label."""
    family = CounterMetricFamily(name, meaning, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def throttler_metrics(throttler: Throttler) -> Iterator[Metric]:
    """As of its last step."""
    limits, options, unsafe_bytes = throttler.limits, throttler.options, throttler.unsafe_bytes
    yield GaugeMetricFamily(
        f"{NAMESPACE}_unsafe_da_bytes", "About as many bytes of L2 are not safe yet.", unsafe_bytes
    )
    intensity = GaugeMetricFamily(
        f"{NAMESPACE}_throttle_intensity", "From 0, not throttled, to 1.", labels=["type"]
    )
    intensity.add_metric([options.curve], limits.intensity)
    yield intensity
    yield GaugeMetricFamily(
        f"{NAMESPACE}_throttle_max_tx_size", "Bytes a transaction may have, 0: any.", limits.max_tx_size
    )
    yield GaugeMetricFamily(
        f"{NAMESPACE}_throttle_max_block_size", "Bytes a block may have.", limits.max_block_size
    )
    if options.lower_threshold:
        ratio = GaugeMetricFamily(
            f"{NAMESPACE}_unsafe_bytes_ratio", "Unsafe bytes by the lower threshold.", labels=["type"]
        )
        ratio.add_metric([options.curve], unsafe_bytes / options.lower_threshold)
        yield ratio
