"""A node's metrics: op-node's, and why its safe head stands where it is.

Names and labels: op-node 1.18, `metrics/metrics.go` and `op-service/metrics/ref_metrics.go`.
"""

import time
from collections.abc import Iterator, Mapping

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from opcycle import __version__
from opcycle.derivation.verdicts import Decision, Reason, Subject
from opcycle.derivation.waiting import WaitReason
from opcycle.errors import TemporaryError
from opcycle.node.agent import Node
from opcycle.node.counts import SINGULAR, SPAN
from opcycle.protocol.sync_status import SyncStatus

NAMESPACE = "op_node_default"


def node_metrics(node: Node, results: Mapping[str, int]) -> Iterator[Metric]:
    """`results` counts the node's steps by what came of them."""
    yield _labelled(f"{NAMESPACE}_info", "The version.", {"version": f"opcycle-{__version__}"})
    try:
        status = node.status
    except TemporaryError:  # before its first look at L1
        status = None
    yield GaugeMetricFamily(f"{NAMESPACE}_up", "1 once the node knows its heads.", int(status is not None))
    if status is not None:
        yield from _refs(status)
    yield from _waiting(node)
    yield from _derivation(node, results)


def _refs(status: SyncStatus) -> Iterator[Metric]:
    l1 = (
        ("l1_head", status.head_l1),
        ("l1_safe", status.safe_l1),
        ("l1_finalized", status.finalized_l1),
        ("l1_derived", status.current_l1),
    )
    l2 = (
        ("l2_unsafe", status.unsafe_l2),
        ("l2_safe", status.safe_l2),
        ("l2_finalized", status.finalized_l2),
    )
    refs = [("l1", name, ref.number, ref.timestamp) for name, ref in l1]
    refs += [("l2", name, ref.number, ref.timestamp) for name, ref in l2]
    labels = ("layer", "type")
    number = GaugeMetricFamily(f"{NAMESPACE}_refs_number", "Block numbers.", labels=labels)
    timestamp = GaugeMetricFamily(f"{NAMESPACE}_refs_time", "Block timestamps.", labels=labels)
    latency = GaugeMetricFamily(
        f"{NAMESPACE}_refs_latency", "Block timestamps minus the current time, in seconds.", labels=labels
    )
    sequence = GaugeMetricFamily(f"{NAMESPACE}_refs_seqnr", "L2 sequence numbers.", labels=["type"])
    now = time.time()
    for layer, name, block_number, block_time in refs:
        number.add_metric([layer, name], block_number)
        timestamp.add_metric([layer, name], block_time)
        latency.add_metric([layer, name], block_time - now)
    for name, block in l2:
        number.add_metric(["l1_origin", name], block.l1_origin.number)
        sequence.add_metric([name], block.sequence_number)
    yield from (number, timestamp, latency, sequence)


def _waiting(node: Node) -> Iterator[Metric]:
    waiting = node.waiting
    labels = {"reason": waiting.reason.name.lower(), "verdict": waiting.verdict.lower()}
    yield _labelled("opcycle_waiting_for", "Why the safe head stands where it is.", labels)
    yield GaugeMetricFamily(
        f"{NAMESPACE}_derivation_idle",
        "1 while the node waits for L1.",
        int(waiting.reason not in (WaitReason.FIRST_LOOK, WaitReason.UNREAD_L1)),
    )
    if waiting.details is not None:
        yield GaugeMetricFamily(
            "opcycle_blocks_to_window_end",
            "L1 blocks to be read before empty L2 blocks are forced.",
            waiting.details.blocks_to_window_end,
        )


def _derivation(node: Node, results: Mapping[str, int]) -> Iterator[Metric]:
    verdicts = dict(node.counts.verdicts)
    yield CounterMetricFamily(
        f"{NAMESPACE}_pipeline_resets", "Resets of derivation after a change of L1 or L2.", results["reset"]
    )
    yield CounterMetricFamily(
        f"{NAMESPACE}_derivation_errors", "Errors after which derivation tried again.", results["retry"]
    )
    yield CounterMetricFamily(
        f"{NAMESPACE}_frame_added",
        "Frames taken into a channel.",
        verdicts.get((Subject.FRAME, Decision.ACCEPT, Reason.VALID), 0),
    )
    yield CounterMetricFamily(
        f"{NAMESPACE}_channel_timeout",
        "Channels that timed out before their last frame.",
        verdicts.get((Subject.CHANNEL, Decision.DROP, Reason.CHANNEL_TIMED_OUT), 0),
    )
    batches = CounterMetricFamily(
        f"{NAMESPACE}_derived_batches", "Batches that L2 blocks were made of.", labels=["type"]
    )
    for kind in (SINGULAR, SPAN):
        batches.add_metric([kind], node.counts.batches[kind])
    blocks = CounterMetricFamily(
        "opcycle_derived_blocks", "L2 blocks made, by the kind of their batch.", labels=["batch"]
    )
    for kind, count in dict(node.counts.blocks).items():
        blocks.add_metric([kind], count)
    judged = CounterMetricFamily(
        "opcycle_verdicts", "What derivation has judged.", labels=["subject", "decision", "reason"]
    )
    for (subject, decision, reason), count in verdicts.items():
        judged.add_metric([subject.name.lower(), decision, reason.name.lower()], count)
    yield from (batches, blocks, judged)


def _labelled(name: str, help_text: str, labels: Mapping[str, str]) -> Metric:
    """A metric that is 1 and tells by its labels."""
    family = GaugeMetricFamily(name, help_text, labels=list(labels))
    family.add_metric(list(labels.values()), 1)
    return family
