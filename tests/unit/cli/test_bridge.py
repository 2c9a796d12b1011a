"""When `opcycle finalize` waits, and when it says at once that it is too early."""

import pytest

from opcycle.bridge.status import Finalizable, Finalized, Proven, WithdrawalStatus
from opcycle.cli.bridge import PATIENCE, ends_soon


@pytest.mark.parametrize("seconds", [1, PATIENCE])
def test_ends_soon__the_window_is_almost_over__worth_waiting(seconds: int) -> None:
    assert ends_soon(WithdrawalStatus(None, Proven(0, seconds)))


@pytest.mark.parametrize("stage", [Proven(0, PATIENCE + 1), Finalizable(0), Finalized()], ids=str)
def test_ends_soon__days_to_go_or_none__no_reason_to_wait(stage: Proven | Finalizable | Finalized) -> None:
    assert not ends_soon(WithdrawalStatus(None, stage))
