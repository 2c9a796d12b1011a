"""Agents in threads: who is stepped, who is not, and what stops them all."""

import logging
import threading
from collections.abc import Callable, Iterator

import pytest
from tests.unit.devnet.agents import NOTHING, CallingAgent, ScriptedAgent

from opcycle.agent import Outcome
from opcycle.devnet.runner import AgentStoppedError, Runner
from opcycle.errors import CriticalError, ResetError, TemporaryError, UserError

PATIENCE = 60


@pytest.fixture
def runner() -> Iterator[Runner]:
    runner = Runner()
    yield runner
    runner.stop()


class Gate:
    """An agent whose step begins, tells so, and ends when it is let go."""

    def __init__(self) -> None:
        self.begun, self.let_go = threading.Event(), threading.Event()
        self.ended = 0

    def __call__(self) -> Outcome:
        self.begun.set()
        assert self.let_go.wait(PATIENCE)
        self.ended += 1
        return NOTHING


def test_every_agent_is_stepped_again_and_again(runner: Runner) -> None:
    agents = [ScriptedAgent(name="first"), ScriptedAgent(name="second")]
    for agent in agents:
        runner.add(agent)
    assert runner.until(lambda: all(agent.steps > 2 for agent in agents), seconds=PATIENCE)


def test_the_steps_of_those_who_run_are_counted(runner: Runner) -> None:
    runner.add(ScriptedAgent(Outcome.done("one"), name="first"))
    runner.add(ScriptedAgent(name="second"))
    assert runner.until(lambda: all(item.results["idle"] for item in runner.steppings), seconds=PATIENCE)
    assert {item.agent.name: item.results["progress"] for item in runner.steppings} == {
        "first": 1,
        "second": 0,
    }
    runner.remove("first")
    assert [item.agent.name for item in runner.steppings] == ["second"]


def test_errors_that_pass_stop_nobody(runner: Runner) -> None:
    agent = ScriptedAgent(TemporaryError("later"), ResetError("again"))
    runner.add(agent)
    assert runner.until(lambda: agent.steps > 2, seconds=PATIENCE)
    assert agent.resets == 1


def test_until_gives_up_in_time(runner: Runner) -> None:
    runner.add(ScriptedAgent())
    assert not runner.until(lambda: False, seconds=0)


def test_a_critical_error_stops_all_and_says_whose_it_was(
    runner: Runner, caplog: pytest.LogCaptureFixture
) -> None:
    error = UserError("the key is another's")
    runner.add(ScriptedAgent(name="bystander"))
    runner.add(ScriptedAgent(error, name="proposer"))
    with pytest.raises(AgentStoppedError, match=r"^the proposer stopped: the key is another's$") as caught:
        runner.wait(PATIENCE)
    assert caught.value.__cause__ is error
    assert "Traceback" not in caplog.text
    assert ("opcycle.proposer", logging.CRITICAL, "stopped: the key is another's") in caplog.record_tuples


def test_a_bug_stops_all_with_its_traceback_in_the_agents_log(
    runner: Runner, caplog: pytest.LogCaptureFixture
) -> None:
    def step() -> Outcome:
        return Outcome.done({}["a bug"])

    runner.add(CallingAgent(step, name="batcher"))
    with pytest.raises(KeyError, match="a bug") as caught:
        runner.until(lambda: False, seconds=PATIENCE)
    assert caught.value.__notes__ == ["the batcher stopped by this bug"]
    (record,) = [record for record in caplog.records if record.name == "opcycle.batcher"]
    assert record.exc_info is not None
    assert 'return Outcome.done({}["a bug"])' in caplog.text


def test_of_two_failures_the_first_counts(runner: Runner) -> None:
    gate = Gate()

    def second() -> Outcome:
        gate()
        raise CriticalError("the second")

    runner.add(CallingAgent(second, name="slow"))
    assert gate.begun.wait(PATIENCE)
    runner.add(ScriptedAgent(CriticalError("the first"), name="quick"))
    with pytest.raises(AgentStoppedError, match="the first"):
        runner.wait(PATIENCE)
    gate.let_go.set()
    runner.stop()
    with pytest.raises(AgentStoppedError, match="the first"):
        runner.wait()


@pytest.mark.parametrize("end", [Runner.pause, Runner.remove])
def test_pause_and_remove_return_when_the_step_is_over(
    runner: Runner, end: Callable[[Runner, str], None]
) -> None:
    gate = Gate()
    runner.add(CallingAgent(gate, name="gate"))
    assert gate.begun.wait(PATIENCE)
    ended_before_return: list[int] = []

    def pause() -> None:
        end(runner, "gate")
        ended_before_return.append(gate.ended)

    pausing = threading.Thread(target=pause)
    pausing.start()
    assert ended_before_return == []
    gate.let_go.set()
    pausing.join(PATIENCE)
    assert ended_before_return == [1]


def test_a_paused_agent_is_not_stepped_until_it_is_resumed(runner: Runner) -> None:
    paused, other = ScriptedAgent(name="paused"), ScriptedAgent(name="other")
    runner.add(paused)
    runner.add(other)
    paused.until_stepped()
    runner.pause("paused")
    steps = paused.steps
    other.until_stepped()
    other.until_stepped()
    assert paused.steps == steps
    runner.resume("paused")
    paused.until_stepped()


def test_a_removed_agents_name_is_free_again(runner: Runner) -> None:
    first, second = ScriptedAgent(name="node"), ScriptedAgent(name="node")
    runner.add(first)
    with pytest.raises(ValueError, match="two agents have the name node"):
        runner.add(second)
    first.until_stepped()
    runner.remove("node")
    steps = first.steps
    runner.add(second)
    second.until_stepped()
    second.until_stepped()
    assert first.steps == steps


def test_stop_returns_when_the_steps_are_over_and_no_more_follow() -> None:
    gate = Gate()
    runner = Runner([CallingAgent(gate)])
    assert gate.begun.wait(PATIENCE)
    threading.Thread(target=gate.let_go.set).start()
    runner.stop()
    assert gate.ended == 1
    assert runner.wait()
    late = ScriptedAgent()
    runner.add(late)
    runner.stop()
    assert late.steps == 0


def test_wait_says_whether_all_was_stopped(runner: Runner) -> None:
    assert not runner.wait(0)
    runner.stop()
    assert runner.wait(0)
