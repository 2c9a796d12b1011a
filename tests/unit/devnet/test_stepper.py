"""Agents stepped in turn while chain time moves when told to."""

import pytest
from tests.unit.devnet.agents import CallingAgent, ScriptedAgent

from opcycle.agent import Outcome
from opcycle.devnet import stepper as stepper_module
from opcycle.devnet.clock import SteppedClock
from opcycle.devnet.stepper import Stepper
from opcycle.errors import CriticalError, UserError


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(1000)


@pytest.fixture
def stepper(clock: SteppedClock) -> Stepper:
    return Stepper([clock], quantum=2)


class Follower:
    """Does something once at each moment of chain time, and writes down when."""

    name = "follower"

    def __init__(self, clock: SteppedClock):
        self._clock = clock
        self.moments: list[int] = []

    def step(self) -> Outcome:
        if self._clock.now() in self.moments:
            return Outcome.idle("the next moment")
        self.moments.append(self._clock.now())
        return Outcome.done("looked")

    def reset(self) -> None:
        """Nothing to forget."""


def test_time_passes_in_stretches_of_a_quantum_and_agents_see_each(
    clock: SteppedClock, stepper: Stepper
) -> None:
    follower = Follower(clock)
    stepper.add(follower)
    stepper.advance(5)
    assert follower.moments == [1000, 1002, 1004, 1005]


def test_two_clocks_move_together(clock: SteppedClock) -> None:
    other = SteppedClock(500)
    Stepper([clock, other], quantum=2).advance(3)
    assert (clock.now(), other.now()) == (1003, 503)


def test_settle_goes_on_as_long_as_anybody_makes_progress(stepper: Stepper) -> None:
    busy = ScriptedAgent(*[Outcome.done("work")] * 3, name="busy")
    idle = ScriptedAgent(name="idle")
    stepper.add(idle)
    stepper.add(busy)
    stepper.settle()
    assert (busy.steps, idle.steps) == (4, 4)


def test_agents_that_never_rest_are_an_error(stepper: Stepper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stepper_module, "MAX_ROUNDS", 5)
    restless = ScriptedAgent(*[Outcome.done("work")] * 5)
    stepper.add(restless)
    with pytest.raises(CriticalError, match="did not come to rest in 5 rounds"):
        stepper.settle()
    stepper.settle()


def test_a_paused_agent_is_not_stepped_until_it_is_resumed(stepper: Stepper) -> None:
    agent = ScriptedAgent(name="batcher")
    stepper.add(agent)
    stepper.pause("batcher")
    stepper.advance(2)
    assert agent.steps == 0
    stepper.resume("batcher")
    stepper.settle()
    assert agent.steps == 1


def test_a_removed_agents_name_is_free_again(stepper: Stepper) -> None:
    first, second = ScriptedAgent(name="node"), ScriptedAgent(name="node")
    stepper.add(first)
    with pytest.raises(ValueError, match="two agents have the name node"):
        stepper.add(second)
    stepper.remove("node")
    stepper.add(second)
    stepper.settle()
    assert (first.steps, second.steps) == (0, 1)


def test_until_lets_only_as_much_time_pass_as_is_needed(clock: SteppedClock, stepper: Stepper) -> None:
    assert stepper.until(lambda: clock.now() >= 1003, seconds=10)
    assert clock.now() == 1004


def test_until_gives_up_when_the_time_is_over(clock: SteppedClock, stepper: Stepper) -> None:
    assert not stepper.until(lambda: False, seconds=3)
    assert clock.now() == 1003


def test_until_settles_before_it_looks(clock: SteppedClock, stepper: Stepper) -> None:
    did: list[str] = []

    def step() -> Outcome:
        if did:
            return Outcome.idle("nothing")
        did.append("it")
        return Outcome.done("it")

    stepper.add(CallingAgent(step))
    assert stepper.until(lambda: bool(did), seconds=0)
    assert clock.now() == 1000


def test_what_must_stop_an_agent_reaches_the_caller(stepper: Stepper) -> None:
    stepper.add(ScriptedAgent(UserError("another chain")))
    with pytest.raises(UserError, match="another chain"):
        stepper.advance(1)


def test_nobody_is_stepped_after_stop(stepper: Stepper) -> None:
    agent = ScriptedAgent()
    stepper.add(agent)
    stepper.stop()
    stepper.advance(2)
    assert agent.steps == 0
