"""A games challenger's metrics."""

from tests.fuzz.challenger_l1 import CLOCK, FINALITY_DELAY, RULES, START, WETH_DELAY
from tests.unit.challenger.evm_place import HONEST, PARAMETERS, EvmPlace
from tests.unit.challenger.place import LIE, Place
from tests.unit.challenger.preimages.oracle_place import BOND
from tests.unit.metrics.scrape import key, named, scrape

from opcycle.devnet.stepping import Stepping


def scraped(place: Place | EvmPlace):
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


def test_large_preimages__counted_and_what_was_done_about_them() -> None:
    place = EvmPlace()
    place.propose_preimage(lies=[7])
    place.rest()
    samples = scraped(place)
    assert samples[key("op_challenger_preimage_count")] == 1
    assert samples[key("op_challenger_preimage_challenged")] == 1
    assert samples[key("op_challenger_preimage_challenge_failed")] == 0
    assert samples[key("op_challenger_bonds")] == BOND
    assert samples[key("opcycle_preimages_examined")] == 0, "it is over"


def test_own_large_preimage__examined_then_loaded() -> None:
    place = EvmPlace()
    place.propose_preimage(by=HONEST)
    place.rest()
    assert scraped(place)[key("opcycle_preimages_examined")] == 1
    assert scraped(place)[key("opcycle_preimages_loaded_total")] == 0
    place.mine(PARAMETERS.preimage_period + 1)
    place.rest()
    assert scraped(place)[key("opcycle_preimages_loaded_total")] == 1
