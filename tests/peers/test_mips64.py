"""Our MIPS64 contract beside cannon's own machine, step by step.

A difference names a number: `python -m tests.peers.mips64.differential --seed SEED --only NUMBER` shows it.
"""

import os

import pytest
from tests.peers.mips64.cases import TURN
from tests.peers.mips64.differential import SEED, Comparison, compare
from tests.peers.mips64.vectors import lines
from tests.vectors.mips64.vectors import SAMPLE

TURNS = int(os.environ.get("OPCYCLE_MIPS64_TURNS", "21"))
"""How often everything has its turn."""


@pytest.fixture(scope="module")
def compared() -> Comparison:
    *_, last = compare(SEED, TURNS * len(TURN))
    return last


def test_of_20_000_machines_each_steps_as_cannon_does_or_is_refused_for_the_same_reason(
    compared: Comparison,
) -> None:
    assert compared.differences == [], f"seed {SEED}"
    assert len(compared.distinct) >= 20_000


def test_every_instruction_and_syscall_had_its_turn(compared: Comparison) -> None:
    assert [name for name, row in compared.rows.items() if row.states < TURNS] == [], compared.table()


def test_what_has_no_name_is_refused_and_the_rest_is_not(compared: Comparison) -> None:
    nameless = {name for name in compared.rows if name.endswith(" -") and not name.startswith("regimm")}
    nameless |= {"syscall: unknown", "fetch: unaligned", "state: no thread is active"}
    taken = {name for name, row in compared.rows.items() if row.moved + row.exited}
    assert compared.rows.keys() - taken == nameless


def test_the_published_steps_are_cannons() -> None:
    assert list(lines(SEED, 1)) == SAMPLE.read_bytes().splitlines()
