"""Many plays on the bridge in little time: the table of `rules.py` with plain random numbers.

Hypothesis finds the smaller example; this finds the first one sooner.
"""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

from tests.fuzz import plays
from tests.fuzz.bridge.play import Play
from tests.fuzz.bridge.rules import OFTEN, RULES, SELDOM
from tests.fuzz.plays import Found, Step, random_steps

WEIGHTS = [1 if name in SELDOM else 4 * OFTEN.get(name, 1) for name in RULES]


def hunt(
    seed: int,
    number: int,
    length: int = 60,
    *,
    settlements: Sequence[str] = ("games", "oracle"),
    watch: Callable[[Play], None] = lambda play: None,
    **options: Any,
) -> Found | None:
    """So many plays of `length` random steps until something breaks, with the settlements in turns; see
    `plays.hunt`."""

    def begin(which: int, random: Random) -> tuple[Play, Iterable[Step]]:
        play = Play(settlement=settlements[which % len(settlements)], **options)
        return play, random_steps(random, length, RULES, WEIGHTS)

    return plays.hunt(seed, number, begin, watch)
