"""A proposer's metrics."""

import pytest
from tests.unit.metrics.scrape import named, scrape
from tests.unit.proposer.settlement import INTERVAL
from tests.unit.proposer.test_agent import World as OracleWorld
from tests.unit.proposer.test_games import World as GamesWorld

from opcycle.devnet.stepping import Stepping

NUMBERS, LAST = "op_proposer_default_refs_number", "op_proposer_default_proposed_sequence_number"


@pytest.mark.parametrize("world", [OracleWorld, GamesWorld])
def test_metrics__proposed__the_last_block(world: type[OracleWorld | GamesWorld]) -> None:
    stepping = Stepping(world().proposer)
    before = scrape(lambda: [stepping])
    assert (named(before, NUMBERS), named(before, LAST)) == ({}, {})
    stepping.once()
    after = scrape(lambda: [stepping])
    assert named(after, NUMBERS) == {("l2", "proposed"): INTERVAL}
    assert named(after, LAST) == {(): INTERVAL}
