"""The helper that the other files trust: it tells one refusal from another, and from none."""

from typing import Any

import pytest
from tests.contracts.refusals import refusal, refused


def test_a_refusal_is_compared_with_its_name_and_every_argument(
    oracle: Any, user: Any, friend: Any, challenger: Any
) -> None:
    found = refused(oracle.deleteL2Outputs, 0, sender=user)
    assert found == refusal("L2OutputOracle_OnlyChallenger", caller=user, challenger=challenger)
    assert found != refusal("L2OutputOracle_OnlyProposer", caller=user, challenger=challenger)
    assert found != refusal("L2OutputOracle_OnlyChallenger", caller=friend, challenger=challenger)
    assert found != refusal("L2OutputOracle_OnlyChallenger", caler=user, challenger=challenger)
    assert found != refusal("L2OutputOracle_OnlyChallenger", caller=user)


def test_what_succeeds_is_no_refusal(superchain_config: Any, guardian: Any) -> None:
    with pytest.raises(AssertionError, match="was not refused"):
        refused(superchain_config.pause, "0x" + "00" * 20, sender=guardian)


def test_running_out_of_gas_is_no_custom_error(superchain_config: Any, guardian: Any) -> None:
    found = refused(superchain_config.pause, "0x" + "00" * 20, sender=guardian, gas=40_000)
    assert found == refusal("", data=b"")
