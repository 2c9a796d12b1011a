"""What a test waits for: a question with a name, and what is known about the answer."""

from collections.abc import Callable
from dataclasses import dataclass

from opcycle.errors import TemporaryError


@dataclass(frozen=True, slots=True)
class Condition:
    """True or false of the chains as they are now: `if condition`, `devnet.advance_until(condition)`.

    `name` completes "waited for …". `describe` says in words how things stand, None where there is nothing to
    add. `seconds_left`: L1 time until it can hold at the earliest, 0 if that is unknown.
    """

    name: str
    holds: Callable[[], bool]
    describe: Callable[[], str | None] = lambda: None
    seconds_left: Callable[[], int] = lambda: 0

    def __bool__(self) -> bool:
        """A chain that has no answer yet says no."""
        try:
            return self.holds()
        except TemporaryError:
            return False

    def __repr__(self) -> str:
        """Shown by a failing `assert condition`."""
        said = self.describe()
        return f"<{self.name}: {bool(self)}{'' if said is None else f'; {said}'}>"

    @classmethod
    def of(cls, asked: "Condition | Callable[[], object]") -> "Condition":
        """A condition, or any function without arguments, whose name then is the condition's."""
        if isinstance(asked, Condition):
            return asked
        return cls(getattr(asked, "__name__", repr(asked)), lambda: bool(asked()))
