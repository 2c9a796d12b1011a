"""`docs/bridge-properties.md` says what `properties.py` says, and where each property is checked besides."""

import re
from pathlib import Path

import pytest
from tests.fuzz.bridge.properties import PROPERTIES

ROOT = Path(__file__).parents[3]
INVARIANTS = ROOT / "tests" / "invariants"
DOCUMENT = (ROOT / "docs" / "bridge-properties.md").read_text()
ROWS = [line.strip("| ").split(" | ") for line in DOCUMENT.splitlines() if line.startswith("| **")]
NAMES = [row[0].strip("*") for row in ROWS]
TEST = re.compile(r"([\w/.]+\.(?:sol|py))::`(\w+)`")
INVARIANT = re.compile(r"\bI-[A-Z]+-\d+\b")
PROPERTY = re.compile(r"\b[A-Z]-\d+\b")
REPLAY = (ROOT / "tests" / "e2e" / "test_bridge_replay.py").read_text()


def held_by(suite: str) -> dict[str, set[str]]:
    """Of each property, the invariants of a forge suite that name it."""
    text = (INVARIANTS / f"{suite}.t.sol").read_text()
    description = re.sub(r"\n///\s+", " ", text[: text.index("\ncontract ")])
    held: dict[str, set[str]] = {}
    for part in re.split(r"(?=\bI-[A-Z]+-\d+  )", description)[1:]:
        for name in PROPERTY.findall(part[part.rindex("(") : part.rindex(")")]):
            held.setdefault(name, set()).add(part.split()[0])
    return held


SUITES = held_by("MessengerInvariants"), held_by("BridgeInvariants")


def defines(file: str, name: str) -> bool:
    path = ROOT / file if file.startswith("tests/") else INVARIANTS / file
    keyword = "function" if file.endswith(".sol") else "def"
    return re.search(rf"\b{keyword} {name}\(", path.read_text()) is not None


def test_document__has_each_property_in_order() -> None:
    assert list(PROPERTIES) == NAMES


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_row__says_what_is_so(row: list[str]) -> None:
    name, english, forge, devnet = row[0].strip("*"), *row[1:]
    assert english == PROPERTIES[name]
    assert set(INVARIANT.findall(forge)) == set().union(*(suite.get(name, set()) for suite in SUITES))
    for file, test in TEST.findall(forge):
        assert defines(file, test), f"{file} has no {test}"
    assert forge.count("::") == len(TEST.findall(forge)), "a test is not written as file::`name`"
    assert (devnet == "yes") == (re.search(rf"\b{name}\b", REPLAY) is not None)


def test_suites__name_properties_that_exist() -> None:
    for suite in SUITES:
        assert suite
        assert set(suite) <= set(PROPERTIES)


def test_a_test_that_is_not_there__would_be_noticed() -> None:
    file, name = TEST.findall(DOCUMENT)[0]
    assert defines(file, name)
    assert not defines(file, name + "_")
