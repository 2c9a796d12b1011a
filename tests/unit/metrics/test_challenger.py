"""A games challenger's metrics."""

from tests.fuzz.challenger_l1 import CLOCK, FINALITY_DELAY, RULES, START, WETH_DELAY
from tests.unit.challenger.place import LIE, Place
from tests.unit.metrics.scrape import key, named, scrape

from opcycle.devnet.stepping import Stepping


def scraped(place: Place):
    return scrape(lambda: [Stepping(place.challenger)])


def test_metrics__moves_games_and_bonds_at_stake__of_the_last_step() -> None:
    place = Place()
    assert scraped(place)[key("op_challenger_up")] == 1
    place.propose()
    place.propose(LIE, START + 6)
    place.challenger.step()
    samples = scraped(place)
    assert samples[key("op_challenger_moves")] == 2
    assert samples[key("op_challenger_steps")] == 0
    assert named(samples, "op_challenger_tracked_games") == {
        ("in_progress",): 2,
        ("defender_won",): 0,
        ("challenger_won",): 0,
    }
    assert samples[key("opcycle_bonds_at_stake")] == 2 * RULES.bond(1) / 10**18
    assert samples[key("op_challenger_highest_acted_l1_block")] == place.chain.head.header.number


def test_metrics__steps_and_bonds_collected__counted() -> None:
    place = Place()
    place.to_the_bottom()
    place.rest()
    place.chain.mine(3 * CLOCK)
    place.rest()
    for delay in (FINALITY_DELAY + 1, WETH_DELAY):
        place.chain.mine(delay)
        place.rest()
    samples = scraped(place)
    assert samples[key("op_challenger_steps")] == 1
    assert samples[key("op_challenger_bonds")] == sum(claim.bond for claim in place.game().model.claims)


def test_metrics__claim_that_fails__counted_by_kind() -> None:
    place = Place()
    place.propose()
    place.account.purse = 0
    place.challenger.step()
    samples = scraped(place)
    assert samples[key("opcycle_failed_actions_total", kind="move")] == 1
    assert samples[key("op_challenger_claim_failures")] == 0
