"""The published steps of cannon's machine on our contract; no Go is needed for it."""

import pytest
from tests.vectors.mips64.onchain import OnChain
from tests.vectors.mips64.vectors import Vector, expected, failing, load, state_hash, taken


@pytest.fixture(scope="module")
def vectors() -> list[Vector]:
    return list(load())


@pytest.fixture(scope="module")
def chain() -> OnChain:
    return OnChain()


def test_the_contract_takes_each_step_and_refuses_what_is_to_be_refused(
    chain: OnChain, vectors: list[Vector]
) -> None:
    assert failing(chain, vectors) == []


def test_a_step_from_or_to_another_state_would_be_noticed(chain: OnChain) -> None:
    vector = next(vector for vector in load() if vector.name.startswith("opcode 0x09 addiu"))
    vector.before.heap ^= 1 << 40
    assert taken(chain, vector) != expected(vector)


def test_each_state_is_what_its_hash_says(vectors: list[Vector]) -> None:
    wrong = [
        vector.name
        for vector in vectors
        if state_hash(vector.before) != vector.before_hash
        or (vector.after is not None and state_hash(vector.after) != vector.after_hash)
    ]
    assert wrong == []


def test_each_vector_has_a_name_of_its_own_and_either_a_state_after_it_or_a_reason(
    vectors: list[Vector],
) -> None:
    assert len({vector.name for vector in vectors}) == len(vectors) > 1_000
    assert all((vector.after is None) == bool(vector.refused) for vector in vectors)
