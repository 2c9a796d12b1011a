"""Our MIPS64 contract beside cannon's own machine, step by step.

A difference names a number: `python -m tests.peers.mips64.differential --seed SEED --only NUMBER` shows it.
"""

import pytest
from tests.peers.mips64.cannon import step_all
from tests.peers.mips64.cases import TURN
from tests.peers.mips64.differential import SEED, Comparison, answer, compare
from tests.peers.mips64.vectors import lines
from tests.vectors.mips64.machine import MASK, Machine, Thread
from tests.vectors.mips64.onchain import OnChain
from tests.vectors.mips64.vectors import SAMPLE

TURNS = 21
"""How often everything has its turn; in `make differential-mips64` a thousand times, from any seed."""


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


@pytest.mark.parametrize("file", [1, 2, 4])
def test_cannon_dies_of_a_write_that_runs_around_memory_to_its_own_page__our_contract_does_not(
    file: int,
) -> None:
    address, syscall, page = 0x1010, 0x0000_000C, 0x1000
    writes = [
        Machine(
            memory={0x1000: syscall << 32},
            left=[Thread(pc=0x1000, next_pc=0x1004, registers={2: 5001, 4: file, 5: address, 6: count})],
        )
        for count in (page, MASK + 1 - 0x10)
    ]
    short, around = step_all(writes)
    chain = OnChain()
    assert answer(chain, short) == short.hash.hex()
    assert "slice bounds out of range" in around.refused
    assert len(answer(chain, around)) == len(short.hash.hex())
