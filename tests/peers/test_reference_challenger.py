"""Our challenger on Optimism's own contracts.

The same tests as on ours, again, with the bytes that upstream published (`make reference`).
"""

import pytest
from tests.unit.challenger.evm_place import EvmPlace
from tests.unit.challenger.test_games_on_evm import *  # noqa: F403

pytestmark = pytest.mark.usefixtures("reference")


def test_these_are_the_reference_contracts_indeed() -> None:
    errors = EvmPlace().contracts.artifacts("DisputeGameFactory").abi
    assert "GameAlreadyExists" in {entry["name"] for entry in errors if entry["type"] == "error"}
