"""Many plays in little time: the table of `rules.py` with plain random numbers, and failures made shorter.

Hypothesis finds the smaller example; this finds the first one sooner.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.fuzz.bridge.play import Play, Step
from tests.fuzz.bridge.properties import BrokenError
from tests.fuzz.bridge.rules import OFTEN, RULES, SELDOM

Watch = Callable[[Play], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A property that broke, in which run; `steps` of the whole hunt were needed to meet it."""

    error: BrokenError
    play: Play
    steps: int


def hunt(
    seed: int, plays: int, length: int = 60, *, watch: Watch = lambda play: None, **options: Any
) -> Found | None:
    """Play until something breaks, `plays` times at most, `length` steps each. None: nothing broke.

    `watch` sees each play that broke nothing. `settlements`, an option: those that are played, in turns.
    """
    steps = 0
    settlements = options.pop("settlements", ("games", "oracle"))
    for number in range(plays):
        random = Random(f"{seed} {number}")
        play = Play(settlement=settlements[number % len(settlements)], **options)
        found = _broken_by(play, _steps(random, length))
        steps += len(play.run)
        if found is not None:
            return Found(found, play, steps)
        watch(play)
    return None


def _steps(random: Random, length: int) -> Iterator[Step]:
    weights = [1 if name in SELDOM else 4 * OFTEN.get(name, 1) for name in RULES]
    for name in random.choices(list(RULES), weights, k=length):
        yield name, {term: random.choice(values) for term, values in RULES[name].items()}


def _broken_by(play: Play, steps: Iterator[Step]) -> BrokenError | None:
    try:
        for name, arguments in steps:
            play.do(name, **arguments)
        play.finish()
    except BrokenError as error:
        return error
    finally:
        play.end()
    return None


def shrink(found: Found, **options: Any) -> Found:
    """The same property broken by fewer steps: leave out what is not needed, larger parts first."""
    options = {name: option for name, option in options.items() if not name.startswith("settlement")}
    size = max(1, len(found.play.run) // 2)
    while size:
        at = 0
        while at < len(run := found.play.run):
            play = Play(settlement=found.play.settlement, **options)
            error = _broken_by(play, iter(run[:at] + run[at + size :]))
            if error is not None and error.property == found.error.property:
                found = Found(error, play, found.steps)
            else:
                at += size
        size //= 2
    return found
