"""`docs/known-bugs.md` answers every known bug: by a test that exists, or by the reason why it cannot be."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "known-bugs.md").read_text()
ROWS = [line.strip("| ").split(" | ") for line in DOCUMENT.splitlines() if line.startswith("| **")]
ANSWERS = {int(number.strip("*")): answer for number, _, _, answer in ROWS}
TEST = re.compile(r"([\w/.]+\.(?:sol|py))::`(\w+)`")


def defines(file: str, name: str) -> bool:
    path = ROOT / file if file.startswith("tests/") else ROOT / "tests" / "invariants" / file
    keyword = "function" if file.endswith(".sol") else "def"
    return re.search(rf"\b{keyword} {name}\(", path.read_text()) is not None


def test_bugs__are_counted_and_have_four_columns() -> None:
    assert list(ANSWERS) == list(range(1, 64))
    assert all(len(row) == 4 and all(cell.strip() for cell in row) for row in ROWS)


@pytest.mark.parametrize("number", ANSWERS)
def test_bug__has_tests_that_exist_or_cannot_be_here(number: int) -> None:
    answer = ANSWERS[number]
    tests = TEST.findall(answer)
    assert answer.count("::") == len(tests), "a test is not written as file::`name`"
    assert tests or answer.startswith("impossible: ")
    for file, name in tests:
        assert defines(file, name), f"{file} has no {name}"


def test_a_test_that_is_not_there__would_be_noticed() -> None:
    file, name = TEST.findall(ANSWERS[1])[0]
    assert defines(file, name)
    assert not defines(file, name.removesuffix("s"))
