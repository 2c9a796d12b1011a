"""Many plays in little time: the table of `rules.py` with plain random numbers, and failures made shorter.

Hypothesis finds the smaller example; this finds the first one sooner.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.fuzz.disputes.play import Play, Step
from tests.fuzz.disputes.properties import BrokenError
from tests.fuzz.disputes.replay import replay
from tests.fuzz.disputes.rules import RULES
from tests.fuzz.disputes.starts import STARTS


@dataclass(frozen=True, slots=True)
class Found:
    """A property that broke, in which run; `steps` of the whole hunt were needed to meet it."""

    error: BrokenError
    is_lazy: bool
    run: list[Step]
    steps: int


def hunt(seed: int, plays: int, length: int = 60, **options: Any) -> Found | None:
    """Play until something breaks, `plays` times at most, `length` random steps each. None: nothing broke."""
    steps = 0
    for number in range(plays):
        random = Random(f"{seed} {number}")
        play = Play(is_lazy=random.random() < 0.5, **options)
        try:
            for name, arguments in _steps(random, length):
                play.do(name, **arguments)
            play.finish()
        except BrokenError as error:
            return Found(error, play.is_lazy, play.run, steps + len(play.run))
        finally:
            play.end()
        steps += len(play.run)
    return None


def _steps(random: Random, length: int) -> Iterator[Step]:
    start = random.choice(list(STARTS.values()))
    yield from start(random.randrange(8))
    names = list(RULES)
    for _ in range(length):
        name = random.choice(names)
        yield name, {term: random.choice(values) for term, values in RULES[name].items()}


def shrink(found: Found, **options: Any) -> Found:
    """The same property broken by fewer steps: leave out what is not needed, larger parts first."""
    size = max(1, len(found.run) // 2)
    while size:
        at = 0
        while at < len(found.run):
            shorter = found.run[:at] + found.run[at + size :]
            again = broken_by(shorter, found.is_lazy, **options)
            if again is not None and again.property == found.error.property:
                found = Found(again, found.is_lazy, shorter, found.steps)
            else:
                at += size
        size //= 2
    return found


def broken_by(run: list[Step], is_lazy: bool, **options: Any) -> BrokenError | None:
    """What a run breaks."""
    try:
        replay(run, is_lazy=is_lazy, **options)
    except BrokenError as error:
        return error
    return None
