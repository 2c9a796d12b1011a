"""Our challenger on Optimism's own contracts.

The same tests as on ours, again, with the bytes that upstream published (`make reference`).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fuzz.disputes.deploy import chosen
from tests.unit.challenger.evm_place import EvmPlace
from tests.unit.challenger.test_games_on_evm import *  # noqa: F403

REFERENCE = Path(__file__).parents[2] / ".tools/reference/out"


@pytest.fixture(autouse=True, scope="module")
def reference() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPCYCLE_ARTIFACTS", str(REFERENCE))
        chosen.cache_clear()
        yield
    chosen.cache_clear()


def test_these_are_the_reference_contracts_indeed() -> None:
    errors = EvmPlace().contracts.artifacts("DisputeGameFactory").abi
    assert "GameAlreadyExists" in {entry["name"] for entry in errors if entry["type"] == "error"}
