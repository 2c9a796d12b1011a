"""`docs/dispute-properties.md` answers every known invariant: by properties, by tests, or says why."""

import re
from pathlib import Path

import pytest
from tests.fuzz.disputes.properties import PROPERTIES

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "dispute-properties.md").read_text()
ROWS = [line.strip("| ").split(" | ") for line in DOCUMENT.splitlines() if line.startswith("| **")]
ANSWERS = {int(number.strip("*")): answer for number, _, answer in ROWS}
TEST = re.compile(r"([\w/.]+\.(?:sol|py))::`(\w+)`")
PROPERTY = re.compile(r"\b[A-Z]-\d+\b")


def defines(file: str, name: str) -> bool:
    path = ROOT / file if file.startswith("tests/") else ROOT / "tests" / "invariants" / file
    keyword = "function" if file.endswith(".sol") else "def"
    return re.search(rf"\b{keyword} {name}\(", path.read_text()) is not None


def test_invariants__are_counted() -> None:
    assert list(ANSWERS) == list(range(1, 47))


@pytest.mark.parametrize("number", ANSWERS)
def test_invariant__has_properties_or_tests_that_exist_or_a_reason(number: int) -> None:
    answer = ANSWERS[number]
    tests, properties = TEST.findall(answer), PROPERTY.findall(answer)
    assert answer.count("::") == len(tests), "a test is not written as file::`name`"
    assert tests or properties or answer.startswith("not here: ")
    assert set(properties) <= set(PROPERTIES)
    for file, name in tests:
        assert defines(file, name), f"{file} has no {name}"


def test_properties__of_the_dispute_games__each_answers_an_invariant() -> None:
    answering = {name for answer in ANSWERS.values() for name in PROPERTY.findall(answer)}
    assert set(PROPERTIES) - answering <= {"G-18", "G-19", "W-4", "D-1"}  # ours, and of two builds


def test_a_test_that_is_not_there__would_be_noticed() -> None:
    file, name = TEST.findall(ANSWERS[2])[0]
    assert defines(file, name)
    assert not defines(file, name.removesuffix("d"))
