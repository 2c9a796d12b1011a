"""One step, sorted by what its exception asks for."""

import logging

import pytest
from tests.unit.devnet.agents import NOTHING, ScriptedAgent

from opcycle.agent import Outcome
from opcycle.devnet.stepping import BACKOFF, POLL, Stepping
from opcycle.errors import CriticalError, ResetError, TemporaryError


def words(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage()) for record in caplog.records]


def test_progress_is_logged_and_wants_the_next_step_at_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert Stepping(ScriptedAgent(Outcome.done("one thing", "another"))).once() == 0
    assert words(caplog) == [("INFO", "one thing"), ("INFO", "another")]


def test_nothing_to_do_is_silent_and_waits(caplog: pytest.LogCaptureFixture) -> None:
    assert Stepping(ScriptedAgent(NOTHING)).once() == POLL
    assert words(caplog) == []


def test_a_temporary_error_backs_off_and_forgets_nothing(caplog: pytest.LogCaptureFixture) -> None:
    agent = ScriptedAgent(TemporaryError("L1 is away"))
    assert Stepping(agent).once() == BACKOFF
    assert words(caplog) == [("WARNING", "retry: L1 is away")]
    assert agent.resets == 0


def test_the_same_complaint_is_logged_once_until_something_else_happens(
    caplog: pytest.LogCaptureFixture,
) -> None:
    away, late = TemporaryError("L1 is away"), TemporaryError("L1 is late")
    stepping = Stepping(ScriptedAgent(away, away, late, away, NOTHING, away))
    for _ in range(6):
        stepping.once()
    said = ["L1 is away", "L1 is late", "L1 is away", "L1 is away"]
    assert words(caplog) == [("WARNING", f"retry: {what}") for what in said]


def test_a_reset_is_done_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    agent = ScriptedAgent(ResetError("a reorg"))
    assert Stepping(agent).once() == POLL
    assert words(caplog) == [("WARNING", "reset: a reorg")]
    assert agent.resets == 1


@pytest.mark.parametrize("error", [CriticalError("a broken promise"), KeyError("a bug")])
def test_what_must_stop_the_agent_escapes(error: Exception) -> None:
    agent = ScriptedAgent(error)
    with pytest.raises(type(error)):
        Stepping(agent).once()
    assert agent.resets == 0
