"""A proposer's metrics."""

from tests.unit.metrics.scrape import named, scrape
from tests.unit.proposer.settlement import INTERVAL
from tests.unit.proposer.test_agent import World

from opcycle.devnet.stepping import Stepping


def test_metrics__proposed__the_last_block() -> None:
    world = World()
    stepping = Stepping(world.proposer)
    assert named(scrape(lambda: [stepping]), "op_proposer_default_refs_number") == {}
    stepping.once()
    numbers = named(scrape(lambda: [stepping]), "op_proposer_default_refs_number")
    assert numbers == {("l2", "proposed"): INTERVAL}
