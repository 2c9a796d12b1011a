"""Many plays in little time: the table of `rules.py` with plain random numbers, and failures made shorter.

Hypothesis finds the smaller example; this finds the first one sooner.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.fuzz.disputes.play import Play, Step
from tests.fuzz.disputes.properties import BrokenError
from tests.fuzz.disputes.rig import SIZES
from tests.fuzz.disputes.rules import OFTEN, SELDOM, Terms, rules_of
from tests.fuzz.disputes.starts import STARTS

Watch = Callable[[Play], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A property that broke, in which run; `steps` of the whole hunt were needed to meet it."""

    error: BrokenError
    play: Play
    steps: int


def hunt(
    seed: int,
    plays: int,
    length: int = 60,
    *,
    sizes: Iterable[str] = SIZES,
    watch: Watch = lambda play: None,
    **options: Any,
) -> Found | None:
    """Play until something breaks, `plays` times at most, `length` random steps each. None: nothing broke.

    `watch` sees each play that broke nothing.
    """
    steps = 0
    for number in range(plays):
        random = Random(f"{seed} {number}")
        size = random.choice(list(sizes))
        play = Play(is_lazy=random.random() < 0.5, size=size, **options)
        try:
            for name, arguments in _steps(random, length, rules_of(size)):
                play.do(name, **arguments)
            play.finish()
        except BrokenError as error:
            return Found(error, play, steps + len(play.run))
        finally:
            play.end()
        steps += len(play.run)
        watch(play)
    return None


def _steps(random: Random, length: int, rules: dict[str, Terms]) -> Iterator[Step]:
    start = random.choice(list(STARTS.values()))
    yield from start(random.randrange(8))
    weights = [1 if name in SELDOM else 4 * OFTEN.get(name, 1) for name in rules]
    for name in random.choices(list(rules), weights, k=length):
        yield name, {term: random.choice(values) for term, values in rules[name].items()}


def shrink(found: Found, **options: Any) -> Found:
    """The same property broken by fewer steps: leave out what is not needed, larger parts first."""
    size = max(1, len(found.play.run) // 2)
    while size:
        at = 0
        while at < len(run := found.play.run):
            again = broken_by(run[:at] + run[at + size :], like=found.play, **options)
            if again is not None and again.error.property == found.error.property:
                found = Found(again.error, again.play, found.steps)
            else:
                at += size
        size //= 2
    return found


def broken_by(run: list[Step], *, like: Play, **options: Any) -> Found | None:
    """What a run breaks, in a play of the same kind."""
    play = Play(is_lazy=like.is_lazy, size=like.size, **options)
    try:
        for rule, arguments in run:
            play.do(rule, **arguments)
        play.finish()
    except BrokenError as error:
        return Found(error, play, len(run))
    finally:
        play.end()
    return None
