"""Plays: what anybody could do to contracts, step by step, each written down as it is taken.

So a failure can be told, made shorter, saved as plain JSON and played again, without Hypothesis. The suites
`disputes` and `bridge` say what the steps are, and what must be true after each.
"""

import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar, TypeAlias, TypeVar

Step: TypeAlias = tuple[str, dict[str, Any]]
"""A rule's name and its arguments: numbers, words, truth values."""

Terms: TypeAlias = dict[str, tuple[Any, ...]]
"""A rule's arguments, and the values that each takes; those are repeated that are drawn more often."""


class BrokenError(AssertionError):
    """A property does not hold; `property` is its name, `sentence` what it says."""

    def __init__(self, property_: str, sentence: str, detail: str):
        super().__init__(f"{property_}: {sentence} But {detail}")
        self.property = property_

    def with_story(self, story: str) -> "BrokenError":
        """The same, with what led there."""
        self.args = (f"{self.args[0]}\n{story}",)
        return self


class Recorded(ABC):
    """A play: its rules are methods. `run` is what has been done so far; `story`, step by step, when and what
    came of it; `done` and `refused` count the deeds that succeeded, and the reasons why others did not."""

    genesis: ClassVar[int]
    """The time at which plays begin."""

    def __init__(self) -> None:
        self.run: list[Step] = []
        self.story: list[tuple[int, list[str]]] = []
        self.outcomes: list[str] = []
        self.broke: BrokenError | None = None
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    @property
    @abstractmethod
    def terms(self) -> dict[str, Any]:
        """What it was made with, plain data."""

    @property
    @abstractmethod
    def about(self) -> str:
        """The same in a sentence."""

    @property
    @abstractmethod
    def now(self) -> int: ...

    @abstractmethod
    def look(self) -> None:
        """The comparison after a step. Raises BrokenError."""

    @abstractmethod
    def come_to_an_end(self) -> None:
        """All that is under way ends; what must hold then is checked. Raises BrokenError."""

    @abstractmethod
    def end(self) -> None:
        """The contracts are as they were before."""

    @staticmethod
    @abstractmethod
    def actor(rule: str) -> str:
        """Who does what nobody is named for."""

    def do(self, rule: str, **arguments: Any) -> None:
        """One step, and the comparison after it. Raises BrokenError if a property does not hold."""
        self.run.append((rule, arguments))
        self.outcomes = []
        self.story.append((self.now - self.genesis, self.outcomes))
        with _kept(self):
            getattr(self, rule)(**arguments)
            self.look()

    def finish(self) -> None:
        """To the end. Raises BrokenError if a property does not hold."""
        with _kept(self):
            self.come_to_an_end()


@contextmanager
def _kept(play: Recorded) -> Iterator[None]:
    """What breaks is kept with the play."""
    try:
        yield
    except BrokenError as error:
        play.broke = error
        raise


# --- a run, played again --------------------------------------------------------------------------

Played = TypeVar("Played", bound=Recorded)


def broken_by(play: Recorded, steps: Iterable[Step]) -> BrokenError | None:
    """What some steps break, or the end after them."""
    try:
        for rule, arguments in steps:
            play.do(rule, **arguments)
        play.finish()
    except BrokenError as error:
        return error
    finally:
        play.end()
    return None


def replay_json(text: str, kind: type[Played], **options: Any) -> Played:
    """A run as `as_json` writes it. Raises BrokenError as the first play did."""
    terms = json.loads(text)
    steps = terms.pop("steps")
    play = kind(**terms, **options)
    if (error := broken_by(play, steps)) is not None:
        raise error
    return play


@dataclass(frozen=True, slots=True)
class Found:
    """A property that broke, in which play; `steps` of the whole hunt were needed to meet it."""

    error: BrokenError
    play: Recorded
    steps: int


def shrink(found: Found, **options: Any) -> Found:
    """The same property broken by fewer steps: leave out what is not needed, larger parts first.

    `options`: of a play, besides its terms.
    """
    size = max(1, len(found.play.run) // 2)
    while size:
        at = 0
        while at < len(run := found.play.run):
            play = type(found.play)(**options | found.play.terms)
            error = broken_by(play, run[:at] + run[at + size :])
            if error is not None and error.property == found.error.property:
                found = Found(error, play, found.steps)
            else:
                at += size
        size //= 2
    return found


# --- many plays -----------------------------------------------------------------------------------


def hunt(
    seed: int,
    plays: int,
    begin: Callable[[int, Random], tuple[Recorded, Iterable[Step]]],
    watch: Callable[[Any], None] = lambda play: None,
) -> Found | None:
    """Play until something breaks, `plays` times at most. None: nothing broke.

    `begin`: the play with a number, and its steps. `watch` sees each play that broke nothing.
    """
    steps = 0
    for number in range(plays):
        play, run = begin(number, Random(f"{seed} {number}"))
        error = broken_by(play, run)
        steps += len(play.run)
        if error is not None:
            return Found(error, play, steps)
        watch(play)
    return None


def random_steps(
    random: Random, length: int, rules: Mapping[str, Terms], weights: Iterable[int]
) -> Iterator[Step]:
    """From a table of rules; `weights`: how often each of them."""
    for name in random.choices(list(rules), list(weights), k=length):
        yield name, {term: random.choice(values) for term, values in rules[name].items()}


# --- a run, told ----------------------------------------------------------------------------------


def told(play: Recorded) -> str:
    """Line by line, and as JSON for `replay_json`."""
    lines = [line(number, play) for number in range(len(play.run))]
    return "\n".join(["What happened:", play.about, *lines, "As data:", as_json(play)])


def line(number: int, play: Recorded) -> str:
    """When, who, what, and what came of it."""
    (rule, arguments), (seconds, outcomes) = play.run[number], play.story[number]
    counted = [f"{n} × {what}" if n > 1 else what for what, n in Counter(outcomes).items()]
    came = f" → {', '.join(counted)}" if counted else ""
    who = arguments.get("by", play.actor(rule))
    terms = ", ".join(f"{name} {value}" for name, value in arguments.items() if name != "by")
    said = f"{who}: {rule.replace('_', ' ')}" + (f" ({terms})" if terms else "")
    return f"  {number:3} {seconds:+7}s {said}{came}"


def as_json(play: Recorded) -> str:
    """As data, a step a line: what the play was made with, and its steps."""
    head = "".join(f"{json.dumps(name)}: {json.dumps(value)}, " for name, value in play.terms.items())
    steps = ",\n".join(f"  {json.dumps(step)}" for step in play.run)
    return f'{{{head}"steps": [\n{steps}\n]}}'
