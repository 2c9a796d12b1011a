"""The loops that agents do not have: each agent in a thread of its own, stepped until told to stop.

An exception is sorted by what it asks for (see `opcycle.errors`): temporary → try again a little later,
reset → `agent.reset()`, critical → stop everything. Any other exception is a bug; it stops everything too,
with its traceback in the agent's log.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from opcycle.agent import Agent, Outcome
from opcycle.errors import ResetError, TemporaryError

POLL = 0.05
"""Seconds between two looks at a chain when there was nothing to do."""

BACKOFF = 0.5
"""Seconds before the next try after a temporary error."""


class Runner:
    """Runs agents until `stop()` or the first error that must stop them; `failure` then says which.

    `poll`: seconds between two looks of an agent that has nothing to do.
    """

    def __init__(self, agents: Sequence[Agent] = (), *, poll: float = POLL):
        self._poll = poll
        self._stop = threading.Event()
        self._paused: set[str] = set()
        self._threads: dict[str, threading.Thread] = {}
        self._busy: dict[str, threading.Lock] = {}
        self.failure: BaseException | None = None
        for agent in agents:
            self.add(agent)

    def add(self, agent: Agent) -> None:
        """Start stepping one more agent."""
        self._busy[agent.name] = threading.Lock()
        thread = threading.Thread(target=self._run, args=(agent,), name=agent.name, daemon=True)
        self._threads[agent.name] = thread
        thread.start()

    def pause(self, name: str) -> None:
        """Stop stepping `name`; returns once its current step is over."""
        self._paused.add(name)
        with self._busy[name]:
            pass

    def resume(self, name: str) -> None:
        self._paused.discard(name)

    def stop(self) -> None:
        """Stop every agent; returns once all steps are over."""
        self._stop.set()
        for thread in self._threads.values():
            if thread is not threading.current_thread():
                thread.join(timeout=30)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for a stop (at most `seconds`). True when stopped. Raises what stopped it, if an error did."""
        stopped = self._stop.wait(seconds)
        if self.failure is not None:
            raise self.failure
        return stopped

    def until(self, condition: Callable[[], bool], *, seconds: float) -> bool:
        """Wait at most that long for the condition; whether it holds. Raises what stopped the agents."""
        deadline = time.monotonic() + seconds
        while not condition():
            if self.wait(POLL) or time.monotonic() > deadline:
                return False
        return True

    def _run(self, agent: Agent) -> None:
        log = logging.getLogger(f"opcycle.{agent.name}")
        try:
            while not self._stop.is_set():
                if agent.name in self._paused:
                    self._stop.wait(POLL)
                    continue
                with self._busy[agent.name]:
                    pause = step_once(agent, log)
                if pause:
                    self._stop.wait(max(pause, self._poll))
        except BaseException as error:
            log.exception("stopped")
            self.failure = self.failure or error
            self._stop.set()


def step_once(agent: Agent, log: logging.Logger) -> float:
    """One step, its errors sorted; returns the seconds to wait before the next. The rest escape."""
    try:
        outcome: Outcome = agent.step()
    except TemporaryError as error:
        log.warning("retry: %s", error)
        return BACKOFF
    except ResetError as error:
        log.warning("reset: %s", error)
        agent.reset()
        return POLL
    for did in outcome.did:
        log.info(did)
    return 0.0 if outcome.progress else POLL
