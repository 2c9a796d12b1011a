"""A sequencer's metrics."""

from pathlib import Path

from tests.unit.metrics.scrape import named, scrape
from tests.unit.sequencer.test_agent import World

from opcycle.devnet.stepping import Stepping

NAME = "op_node_default_transactions_sequenced_total"


def test_metrics__blocks_made__their_transactions(tmp_path: Path) -> None:
    world = World(tmp_path)
    stepping = Stepping(world.sequencer)
    assert named(scrape(lambda: [stepping]), NAME) == {("deposits",): 0, ("txns",): 0}
    world.clock.time += 10
    stepping.once()
    blocks = [world.engine.block(number) for number in range(1, 1 + (world.engine.number() or 0))]
    assert len(blocks) == 5
    assert named(scrape(lambda: [stepping]), NAME) == {
        ("deposits",): sum(len(block.transactions) - len(block.user_transactions) for block in blocks),
        ("txns",): sum(len(block.user_transactions) for block in blocks),
    }
