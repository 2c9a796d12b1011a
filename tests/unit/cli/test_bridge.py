"""When `opcycle finalize` waits, and when it says at once that it is too early."""

import pytest

from opcycle.bridge.status import Finalizable, Finalized, Proven, Reason, Wait, WithdrawalStatus
from opcycle.cli.bridge import PATIENCE, ends_soon


def proven(seconds: int) -> Proven:
    return Proven("output 0", (Wait(Reason.PERIOD, seconds),))


@pytest.mark.parametrize("seconds", [1, PATIENCE])
def test_ends_soon__the_window_is_almost_over__worth_waiting(seconds: int) -> None:
    assert ends_soon(WithdrawalStatus(None, proven(seconds)))


@pytest.mark.parametrize("stage", [proven(PATIENCE + 1), Finalizable("output 0"), Finalized()], ids=str)
def test_ends_soon__days_to_go_or_none__no_reason_to_wait(stage: Proven | Finalizable | Finalized) -> None:
    assert not ends_soon(WithdrawalStatus(None, stage))
