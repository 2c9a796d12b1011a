"""The catalogue of tests/mutants: `make mutants` judges them; whether each fits its code is seen here."""

import re
from collections import Counter

from tests.mutants.catalogue import BRIDGE, GAMES, ROOT, VM, mutants

KNOWN_BUGS = ROOT / "docs" / "known-bugs.md"
NOT_OURS = {58, 59}
"""Of the EVM, and of the library that reads proofs: no line of ours could have them."""


def test_every_planted_bug_fits_the_code_as_it_is() -> None:
    for mutant in mutants():
        assert mutant.planted() != (ROOT / mutant.path).read_text(), mutant.name


def test_no_two_planted_bugs_have_one_name() -> None:
    assert [name for name, count in Counter(mutant.name for mutant in mutants()).items() if count > 1] == []


def test_the_quick_sample_has_bugs_of_games_of_the_bridge_of_the_machine_and_others() -> None:
    suites = {mutant.tests for mutant in mutants() if mutant.quick}
    assert {GAMES, BRIDGE, VM} < suites


def test_each_known_bug_of_games_their_portal_the_bridge_and_the_machine_is_planted() -> None:
    """Those in these contracts that are kept out by tests, and not by what is not there."""
    planted = {number for mutant in mutants() for number in mutant.bugs}
    contracts = re.compile(
        r"DisputeGame|AnchorStateRegistry|DelayedWETH|OptimismPortal2|[Mm]essenger|[Bb]ridge|MIPS64"
    )
    rows = [line.split("|") for line in KNOWN_BUGS.read_text().splitlines() if line.startswith("| **")]
    kept_out = {int(row[1].strip(" *")) for row in rows if contracts.search(row[3]) and ".t.sol::" in row[4]}
    assert kept_out - planted == NOT_OURS
