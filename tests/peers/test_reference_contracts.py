"""Our dispute contracts beside Optimism's own, in the very bytes that upstream published (`make reference`).

Everything is done to both in one process, and both must come to the same. Where ours are meant to differ:
docs/findings/dispute-contracts.md.
"""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from tests.fuzz.disputes.deploy import in_directory
from tests.fuzz.disputes.differential import Differential
from tests.fuzz.disputes.hunt import hunt
from tests.fuzz.disputes.rig import MIPS64
from tests.fuzz.disputes.twin import beside
from tests.fuzz.tally import run_and_count

from opcycle.artifacts import artifact

REFERENCE = in_directory(Path(__file__).parents[2] / ".tools/reference/out")
"""And our own of what is not there: proxies, the machine."""

CALLS = (
    *("create", "move", "attack", "defend", "addLocalData", "resolveClaim", "resolve", "closeGame"),
    *("claimCredit", "blacklistDisputeGame", "updateRetirementTimestamp", "setRespectedGameType"),
    *("deposit", "approve", "transfer", "unlock", "recover", "setInitBond", "proveWithdrawalTransaction"),
)


class CallsOfBoth(Differential):
    theirs = staticmethod(REFERENCE)


def test_everybody_plays__ours_and_the_reference_do_the_same() -> None:
    found = hunt(1, settings().max_examples, make=beside(REFERENCE))
    assert found is None, found.error


def test_everybody_plays_about_the_real_machine__ours_and_the_reference_do_the_same() -> None:
    """Theirs, too: MIPS64 with its oracle."""
    found = hunt(1, settings().max_examples // 3, sizes=MIPS64, make=beside(REFERENCE))
    assert found is None, found.error


def test_anything_is_called__ours_and_the_reference_do_the_same() -> None:
    run_and_count(CallsOfBoth, deeds=CALLS)


@pytest.mark.parametrize("changed", [{"extension": 61}, {"weth_delay": 701}])
def test_the_other_build_differs_by_a_second__the_play_notices(changed: dict[str, Any]) -> None:
    found = hunt(1, 100, make=beside(artifact, **changed))
    assert found is not None
    assert found.error.property == "D-1"
