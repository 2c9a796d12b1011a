"""The loops that agents do not have: each agent in a thread of its own, stepped until told to stop.

A critical error of one agent stops all; so does a bug, with its traceback in the agent's log.
"""

import threading
import time
from collections.abc import Callable, Sequence

from opcycle.agent import Agent
from opcycle.devnet.stepping import POLL, Stepping
from opcycle.errors import CriticalError, OpcycleError

STOP_TIMEOUT = 30.0
"""Seconds that steps on their way have when all must stop; an RPC that hangs may take longer."""


class AgentStoppedError(CriticalError):
    """An agent met an error that must stop it, and everything with it."""

    def __init__(self, name: str, error: OpcycleError):
        super().__init__(f"the {name} stopped: {error}")


class _Lane:
    """One agent's loop. `busy` is held during a step; the flags are read under it."""

    def __init__(self, agent: Agent):
        self.name = agent.name
        self.stepping = Stepping(agent)
        self.busy = threading.Lock()
        self.is_paused = False
        self.is_over = False


class Runner:
    """Runs agents until `stop()` or the first error that must stop them; `wait` and `until` raise that.

    `poll`: seconds between two looks of an agent that has nothing to do.
    """

    def __init__(self, agents: Sequence[Agent] = (), *, poll: float = POLL):
        self._poll = poll
        self._stop = threading.Event()
        self._lanes: dict[str, _Lane] = {}
        self._threads: list[threading.Thread] = []
        self._failure: BaseException | None = None
        for agent in agents:
            self.add(agent)

    @property
    def steppings(self) -> list[Stepping]:
        """The agents that run now, with the counts of their steps; for any thread to read."""
        return [lane.stepping for lane in list(self._lanes.values())]

    def add(self, agent: Agent) -> None:
        """Start stepping one more agent. Raises ValueError if one of that name runs."""
        if agent.name in self._lanes:
            raise ValueError(f"two agents have the name {agent.name}")
        lane = self._lanes[agent.name] = _Lane(agent)
        thread = threading.Thread(target=self._run, args=(lane,), name=agent.name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def remove(self, name: str) -> None:
        """Step `name` never again; returns once its current step is over."""
        lane = self._lanes.pop(name)
        lane.is_over = True
        with lane.busy:
            pass

    def pause(self, name: str) -> None:
        """Stop stepping `name`; returns once its current step is over."""
        lane = self._lanes[name]
        lane.is_paused = True
        with lane.busy:
            pass

    def resume(self, name: str) -> None:
        self._lanes[name].is_paused = False

    def stop(self) -> None:
        """Stop every agent; returns once all steps are over, or after `STOP_TIMEOUT`."""
        self._stop.set()
        deadline = time.monotonic() + STOP_TIMEOUT
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for a stop (at most `seconds`). True when stopped.

        Raises AgentStoppedError if an error stopped an agent; a bug as it is.
        """
        stopped = self._stop.wait(seconds)
        if self._failure is not None:
            raise self._failure
        return stopped

    def until(self, condition: Callable[[], bool], *, seconds: float) -> bool:
        """Wait at most that long for the condition; whether it holds. Raises as `wait` does."""
        deadline = time.monotonic() + seconds
        while not condition():
            if self.wait(POLL) or time.monotonic() > deadline:
                return False
        return True

    def _run(self, lane: _Lane) -> None:
        log = lane.stepping.log
        try:
            while not self._stop.is_set():
                with lane.busy:
                    if lane.is_over:
                        return
                    pause = POLL if lane.is_paused else lane.stepping.once()
                if pause:
                    self._stop.wait(max(pause, self._poll))
        except OpcycleError as error:
            log.critical("stopped: %s", error)
            stopped = AgentStoppedError(lane.name, error)
            stopped.__cause__ = error
            self._fail(stopped)
        except BaseException as bug:
            log.critical("stopped by a bug", exc_info=True)
            bug.add_note(f"the {lane.name} stopped by this bug")
            self._fail(bug)

    def _fail(self, error: BaseException) -> None:
        """The first failure is the one that counts."""
        self._failure = self._failure or error
        self._stop.set()
