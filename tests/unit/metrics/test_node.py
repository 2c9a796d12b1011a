"""A node's metrics: its heads, what it waits for, what it has judged."""

from pathlib import Path

import pytest
from tests.unit.derivation.l1_builder import (
    CONFIG,
    GENESIS,
    STRANGER,
    batch,
    chain,
    frame,
    payload_of,
    transaction,
)
from tests.unit.metrics.scrape import Samples, key, named, scrape
from tests.unit.node.world import World, l1_with

from opcycle import __version__
from opcycle.devnet.stepping import Stepping
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.protocol.types import L1Block


class Metered:
    """A node that is stepped as a runner steps it, and its metrics."""

    def __init__(self, directory: Path, blocks: list[L1Block]):
        self.world = World(directory, blocks)
        self.stepping = Stepping(self.world.start(config=CONFIG))

    def settle(self) -> "Metered":
        while not self.stepping.once():
            pass
        return self

    def scrape(self) -> Samples:
        return scrape(lambda: [self.stepping])


@pytest.fixture
def metered(tmp_path: Path) -> Metered:
    """L1 block 3 holds twelve L2 blocks."""
    return Metered(tmp_path, l1_with({3: 12}, length=5)[0])


def test_metrics__before_the_first_step__down_and_why(metered: Metered) -> None:
    samples = metered.scrape()
    assert samples[key("op_node_default_up")] == 0
    assert samples[key("op_node_default_info", version=f"opcycle-{__version__}")] == 1
    assert named(samples, "opcycle_waiting_for") == {("first_look", ""): 1}
    assert named(samples, "op_node_default_refs_number") == {}


def test_metrics__derived__heads_of_both_chains(metered: Metered) -> None:
    samples = metered.settle().scrape()
    assert samples[key("op_node_default_up")] == 1
    numbers = named(samples, "op_node_default_refs_number")
    assert numbers["l1", "l1_head"] == numbers["l1", "l1_derived"] == 4
    assert numbers["l2", "l2_safe"] == numbers["l2", "l2_unsafe"] == 12
    assert numbers["l2", "l2_finalized"] == numbers["l1", "l1_finalized"] == 0
    safe = metered.world.node.status.safe_l2
    assert numbers["l1_origin", "l2_safe"] == safe.l1_origin.number
    assert named(samples, "op_node_default_refs_time")["l2", "l2_safe"] == safe.timestamp
    assert named(samples, "op_node_default_refs_seqnr")["l2_safe",] == safe.sequence_number


def test_metrics__derived__batches_and_verdicts(metered: Metered) -> None:
    samples = metered.settle().scrape()
    assert named(samples, "op_node_default_derived_batches_total") == {("singular",): 12, ("span",): 0}
    assert named(samples, "opcycle_derived_blocks_total") == {("singular",): 12}
    assert samples[key("op_node_default_frame_added_total")] == 1
    assert named(samples, "opcycle_verdicts_total")["accept", "valid", "batch"] == 12


def test_metrics__nothing_more_on_l1__no_batch_and_idle(metered: Metered) -> None:
    samples = metered.settle().scrape()
    left = metered.world.node.waiting.to_json()["blocksToWindowEnd"]
    assert named(samples, "opcycle_waiting_for") == {("no_batch", ""): 1}
    assert samples[key("op_node_default_derivation_idle")] == 1
    assert samples[key("opcycle_blocks_to_window_end")] == left


def test_metrics__more_l1_than_one_step_reads__unread_and_not_idle(tmp_path: Path) -> None:
    metered = Metered(tmp_path, l1_with({}, length=200)[0])
    metered.stepping.once()
    samples = metered.scrape()
    assert named(samples, "opcycle_waiting_for") == {("unread_l1", ""): 1}
    assert samples[key("op_node_default_derivation_idle")] == 0


def test_metrics__safe_head_stalls_on_a_bad_batch__the_rule_it_broke(tmp_path: Path) -> None:
    wrong = payload_of([batch(GENESIS, parent_hash=b"\x01" * 32)])
    stalled = Metered(tmp_path, chain(3, {2: [wrong, transaction(b"junk", sender=STRANGER)]})).settle()
    samples = stalled.scrape()
    assert named(samples, "opcycle_waiting_for") == {("dropped", "parent_mismatch"): 1}
    assert named(samples, "opcycle_verdicts_total")["drop", "parent_mismatch", "batch"] == 1
    assert named(samples, "opcycle_verdicts_total")["drop", "other_sender", "transaction"] == 1


def test_metrics__channel_without_its_end__missing_frame_then_timeout(tmp_path: Path) -> None:
    payload = encode_batcher_payload([frame(0)])
    stalled = Metered(tmp_path, chain(3, {2: [payload]})).settle()
    samples = stalled.scrape()
    assert named(samples, "opcycle_waiting_for") == {("missing_frame", ""): 1}
    assert samples[key("op_node_default_channel_timeout_total")] == 0
    stalled.world.l1.chain = chain(60, {2: [payload]})
    assert stalled.settle().scrape()[key("op_node_default_channel_timeout_total")] == 1


def test_metrics__faults__are_counted_and_told(metered: Metered) -> None:
    metered.settle()
    metered.world.l1.is_down = True
    metered.stepping.once()
    samples = metered.scrape()
    assert named(samples, "opcycle_waiting_for") == {("retry", ""): 1}
    assert samples[key("op_node_default_derivation_errors_total")] == 1
    assert samples[key("op_node_default_pipeline_resets_total")] == 0


def test_metrics__l1_reorg__is_a_reset(metered: Metered) -> None:
    metered.settle()
    metered.world.l1.chain, _ = l1_with({3: 12}, length=6, fork=4)
    metered.stepping.once()
    assert metered.scrape()[key("op_node_default_pipeline_resets_total")] == 1


def test_metrics__second_verifier__leaves_the_nodes_names_alone(metered: Metered) -> None:
    metered.settle()
    metered.world.node.name = "rebuilt-node"
    samples = metered.scrape()
    assert named(samples, "op_node_default_refs_number") == {}
    assert named(samples, "opcycle_steps_total")["rebuilt-node", "progress"] > 0
