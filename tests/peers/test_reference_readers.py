"""What our proposer and bridge read of dispute games, and what they send, on Optimism's own contracts.

The same tests as on ours, again, with the bytes that upstream published (`make reference`).
"""

import pytest
from tests.unit.bridge.test_games import *  # noqa: F403
from tests.unit.l1.games_on_evm import GamesL1
from tests.unit.l1.test_dispute_games import *  # noqa: F403

pytestmark = pytest.mark.usefixtures("reference")


def test_these_are_the_reference_contracts_indeed() -> None:
    errors = GamesL1().contracts.artifacts("DisputeGameFactory").abi
    assert "GameAlreadyExists" in {entry["name"] for entry in errors if entry["type"] == "error"}
