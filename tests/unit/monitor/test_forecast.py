"""What becomes of a game if nobody moves."""

from dataclasses import replace

from tests.unit.monitor.games import CHALLENGER, CLOCK, CREATED, ETH, GRIEFER, LIAR, GameBuilder

from opcycle.monitor.forecast import forecast
from opcycle.protocol.dispute_game import GameStatus


def test_root_that_nobody_answers__stands_when_its_clock_is_over() -> None:
    seen = forecast(GameBuilder().game)
    assert seen.status is GameStatus.DEFENDER_WINS
    assert seen.decidable_at == seen.last_chance == CREATED + CLOCK
    assert seen.payouts == {LIAR: ETH}


def test_root_that_is_answered__falls() -> None:
    made = GameBuilder()
    made.answer(0, CHALLENGER, after=100)
    seen = forecast(made.game)
    assert seen.status is GameStatus.CHALLENGER_WINS
    assert (seen.fates[0].countered_by, seen.fates[0].answer) == (CHALLENGER, 1)
    assert seen.payouts == {CHALLENGER: 2 * ETH}
    # The defenders have used nothing yet when the challengers, after 100 s, answer.
    assert seen.decidable_at == seen.last_chance == CREATED + 100 + CLOCK


def test_answer_that_is_answered__no_longer_counters() -> None:
    made = GameBuilder()
    made.line(0, 2)
    seen = forecast(made.game)
    assert seen.status is GameStatus.DEFENDER_WINS
    assert [fate.stands for fate in seen.fates] == [True, False, True]
    assert seen.payouts == {LIAR: 3 * ETH}


def test_answers_that_stand__the_leftmost_counters() -> None:
    made = GameBuilder()
    made.answer(0, CHALLENGER)
    right = made.answer(1, GRIEFER, attack=False)
    left = made.answer(1, LIAR)
    assert forecast(made.game).fates[1].answer == left
    made.answer(left, CHALLENGER)
    assert forecast(made.game).fates[1].answer == right


def test_answers_at_one_position__the_first_counters() -> None:
    made = GameBuilder()
    first = made.answer(0, CHALLENGER)
    made.answer(0, GRIEFER)
    assert forecast(made.game).fates[0].answer == first


def test_step__counters_a_claim_that_nobody_answers() -> None:
    made = GameBuilder(split=2, levels=1)
    last = made.line(0, 4)
    assert forecast(made.game).status is GameStatus.DEFENDER_WINS
    made.counter(last, CHALLENGER)
    seen = forecast(made.game)
    assert seen.status is GameStatus.CHALLENGER_WINS
    assert (seen.fates[last].countered_by, seen.fates[last].answer) == (CHALLENGER, None)


def test_block_number_challenge__wins_whatever_stands_and_cannot_be_turned() -> None:
    made = GameBuilder()
    made.line(0, 2)
    assert forecast(made.game).last_chance is not None
    seen = forecast(replace(made.game, block_number_challenger=GRIEFER))
    assert seen.status is GameStatus.CHALLENGER_WINS
    assert seen.fates[0].countered_by == GRIEFER
    assert seen.last_chance is None
    assert seen.payouts == {LIAR: 2 * ETH, GRIEFER: ETH}


def test_last_chance__is_the_first_of_several_answers_that_must_all_fall() -> None:
    made = GameBuilder()
    made.answer(0, CHALLENGER, after=100)
    made.answer(0, GRIEFER, attack=True, after=300)
    assert forecast(made.game).last_chance == CREATED + 100 + CLOCK


def test_last_chance__is_the_last_of_several_ways_to_counter_one_claim() -> None:
    made = GameBuilder()
    made.answer(0, CHALLENGER, after=100)
    made.answer(1, LIAR, after=900)
    assert forecast(made.game).last_chance == CREATED + 100 + 900 + CLOCK - 100  # to answer claim 2
    assert forecast(made.game).decidable_at == CREATED + 100 + 900 + CLOCK - 100


def test_decided_game__is_as_it_was_decided() -> None:
    made = GameBuilder()
    made.answer(0, CHALLENGER)
    made.counter(0, CHALLENGER)
    made.settle(0, 1)
    made.decide(GameStatus.CHALLENGER_WINS)
    seen = forecast(made.game)
    assert seen.status is GameStatus.CHALLENGER_WINS
    assert seen.last_chance is None
    assert seen.payouts == {CHALLENGER: 2 * ETH}
