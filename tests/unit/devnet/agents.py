"""Agents that do what a test tells them."""

import threading
from collections.abc import Callable

from opcycle.agent import Outcome

NOTHING = Outcome.idle("the test")


class ScriptedAgent:
    """Each step plays the next act of the script, an Outcome or an error; then there is nothing to do.

    `steps` counts them; `until_stepped` waits for one more.
    """

    def __init__(self, *script: Outcome | BaseException, name: str = "scripted"):
        self.name = name
        self.steps = 0
        self.resets = 0
        self._script = list(script)
        self._stepped = threading.Condition()

    def step(self) -> Outcome:
        with self._stepped:
            self.steps += 1
            self._stepped.notify_all()
        act = self._script.pop(0) if self._script else NOTHING
        if isinstance(act, BaseException):
            raise act
        return act

    def reset(self) -> None:
        self.resets += 1

    def until_stepped(self) -> None:
        with self._stepped:
            before = self.steps
            assert self._stepped.wait_for(lambda: self.steps > before, timeout=60)


class CallingAgent:
    """Each step calls a function that returns the outcome."""

    def __init__(self, act: Callable[[], Outcome], name: str = "calling"):
        self.name = name
        self._act = act

    def step(self) -> Outcome:
        return self._act()

    def reset(self) -> None:
        """Nothing to forget."""
