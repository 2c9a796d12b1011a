"""Many plays of dispute games in little time: the table of `rules.py` with plain random numbers.

Hypothesis finds the smaller example; this finds the first one sooner.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from random import Random
from typing import Any

from tests.fuzz import plays
from tests.fuzz.disputes.play import Play
from tests.fuzz.disputes.rig import SIZES
from tests.fuzz.disputes.rules import rules_of, weights_of
from tests.fuzz.disputes.starts import STARTS
from tests.fuzz.plays import Found, Step, random_steps


def hunt(
    seed: int,
    number: int,
    length: int = 60,
    *,
    sizes: Iterable[str] = SIZES,
    watch: Callable[[Play], None] = lambda play: None,
    **options: Any,
) -> Found | None:
    """So many plays, of `length` random steps after a start, until something breaks; see `plays.hunt`."""

    def begin(_: int, random: Random) -> tuple[Play, Iterable[Step]]:
        size = random.choice(list(sizes))
        play = Play(is_lazy=random.random() < 0.5, size=size, **options)
        start = random.choice(list(STARTS.values()))(random.randrange(8))
        return play, chain(start, random_steps(random, length, rules_of(size), weights_of(size)))

    return plays.hunt(seed, number, begin, watch)
