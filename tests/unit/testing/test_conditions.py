"""Conditions: what they answer, and what a failing assertion shows of them."""

from opcycle.errors import TemporaryError
from opcycle.testing.conditions import Condition


def test_a_condition_is_asked_anew_each_time() -> None:
    answers = iter([False, True])
    condition = Condition("it", lambda: next(answers))
    assert not condition
    assert condition


def test_no_answer_yet_is_no() -> None:
    def raises() -> bool:
        raise TemporaryError("not yet")

    assert not Condition("it", raises)


def test_a_functions_name_is_the_conditions() -> None:
    def everybody_is_paid() -> list[int]:
        return [1]

    condition = Condition.of(everybody_is_paid)
    assert condition.name == "everybody_is_paid"
    assert condition


def test_a_condition_stays_itself() -> None:
    condition = Condition("it", lambda: True)
    assert Condition.of(condition) is condition


def test_it_shows_what_is_known() -> None:
    assert repr(Condition("it", lambda: False, lambda: "half done")) == "<it: False; half done>"
    assert repr(Condition("it", lambda: True)) == "<it: True>"
