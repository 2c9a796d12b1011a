"""Forge's invariants and the dispute machine speak of the same properties, by the same names."""

import re
from pathlib import Path

import pytest
from tests.fuzz.disputes.properties import PROPERTIES

INVARIANTS = Path(__file__).parents[3] / "tests" / "invariants"
SUITES = (
    "GameInvariants",
    "RegistryInvariants",
    "WethInvariants",
    "GamePortalInvariants",
    "MIPS64Witness",
)
NAME = re.compile(r"\b[A-Z]-\d+\b")

OF_THE_MACHINE_ONLY = {
    "F-1",  # DisputeGameFactory.t.sol has it call by call
    "G-11",  # FaultDisputeGame.t.sol and GameProofs.t.sol have it rule by rule
    "G-14",  # GameProofs.t.sol: local data
    "G-17",  # tests/invariants/gas
    "G-19",  # events: the unit tests of each contract
    "B-1",  # needs a true L2 and games that are argued about, at once
    "V-1",  # tests/peers/test_mips64.py, on a million machines; needs cannon
    "V-3",  # needs games that people load preimages for
    "D-1",  # needs two builds
}


def named(suite: str) -> set[str]:
    """The properties that a suite's description lists."""
    text = (INVARIANTS / f"{suite}.t.sol").read_text()
    return set(NAME.findall(text[: text.index("\ncontract ")]))


@pytest.mark.parametrize("suite", SUITES)
def test_a_suite_names_properties_that_exist(suite: str) -> None:
    assert named(suite)
    assert named(suite) <= set(PROPERTIES)


def test_each_property_is_held_by_a_suite_or_left_to_the_machine() -> None:
    held = set().union(*map(named, SUITES))
    assert set(PROPERTIES) - held == OF_THE_MACHINE_ONLY
