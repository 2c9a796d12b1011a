"""Agents stepped one after another while chain time moves only when told to: the runner as tests want it."""

from collections.abc import Callable, Sequence

from opcycle.agent import Agent
from opcycle.devnet.clock import SteppedClock
from opcycle.devnet.stepping import Stepping
from opcycle.errors import CriticalError

MAX_ROUNDS = 10_000
"""Rounds in which the agents must come to rest; a round that never ends is a bug."""


class Stepper:
    """Steps agents in the order in which they were added. `quantum` is the longest stretch of chain time,
    in seconds, that passes between two rounds: an L1 block time, so that each agent sees each L1 block."""

    def __init__(self, clocks: Sequence[SteppedClock], *, quantum: int):
        self._clocks = clocks
        self._quantum = quantum
        self._agents: dict[str, Stepping] = {}
        self._paused: set[str] = set()

    @property
    def steppings(self) -> list[Stepping]:
        """The agents that are there now, with the counts of their steps."""
        return list(self._agents.values())

    def add(self, agent: Agent) -> None:
        """Raises ValueError if one of that name is there."""
        if agent.name in self._agents:
            raise ValueError(f"two agents have the name {agent.name}")
        self._agents[agent.name] = Stepping(agent)

    def remove(self, name: str) -> None:
        """Step `name` never again."""
        del self._agents[name]
        self._paused.discard(name)

    def pause(self, name: str) -> None:
        """Stop stepping `name`."""
        self._paused.add(name)

    def resume(self, name: str) -> None:
        self._paused.discard(name)

    def settle(self) -> None:
        """Step every agent until none has anything to do at this moment."""
        for _ in range(MAX_ROUNDS):
            pauses = [agent.once() for name, agent in self._agents.items() if name not in self._paused]
            if all(pauses):  # each asks for one: nobody made progress
                return
        raise CriticalError(f"the agents did not come to rest in {MAX_ROUNDS} rounds")

    def advance(self, seconds: int) -> None:
        """Let chain time pass."""
        self.settle()
        while seconds > 0:
            stretch = min(seconds, self._quantum)
            for clock in self._clocks:
                clock.jump(stretch)
            self.settle()
            seconds -= stretch

    def until(self, condition: Callable[[], bool], *, seconds: int) -> bool:
        """Let at most that much chain time pass until the condition holds; whether it does."""
        self.settle()
        while not condition():
            if seconds <= 0:
                return False
            self.advance(min(seconds, self._quantum))
            seconds -= self._quantum
        return True

    def stop(self) -> None:
        self._agents.clear()
