"""Who steps the agents of a devnet, and when."""

from collections.abc import Callable
from typing import Protocol

from opcycle.agent import Agent
from opcycle.devnet.stepping import Stepping


class Pace(Protocol):
    """`Runner` (threads) or `Stepper` (one after another)."""

    @property
    def steppings(self) -> list[Stepping]: ...

    def add(self, agent: Agent) -> None: ...

    def remove(self, name: str) -> None: ...

    def pause(self, name: str) -> None: ...

    def resume(self, name: str) -> None: ...

    def stop(self) -> None: ...

    def until(self, condition: Callable[[], bool], *, seconds: int) -> bool: ...
