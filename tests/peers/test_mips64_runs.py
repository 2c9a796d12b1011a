"""The runs that dispute plays are about (tests/fuzz/mips64), told by cannon again."""

import json

from tests.fuzz.disputes.truth import l2
from tests.fuzz.mips64.record import lines, lying_runs, true_runs
from tests.fuzz.mips64.recorded import read, recorded
from tests.fuzz.mips64.world import FIRST, LAST, world_of

EVERY = 36
"""As many disputes for one that is told again."""


def test_cannon_says_of_some_disputes__and_makes_of_the_lies_about_them__what_was_recorded() -> None:
    world = world_of(l2(FIRST, LAST))
    truths = true_runs(world, list(world.disputes())[::EVERY])
    runs = [*truths, *lying_runs(world, truths, EVERY)]
    told = list(read(map(json.loads, map(json.dumps, lines(world, runs)))))
    known = recorded()
    assert len(told) > len(truths)
    for run in told:
        alike = [other for other in known.all if other.words == run.words and other.lie == run.lie]
        assert (run.changed, run.steps) in [(other.changed, other.steps) for other in alike]
