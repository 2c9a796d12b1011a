"""The first wrong leaf is found, wherever it is, and what shows it."""

import pytest
from tests.unit.challenger.preimages.oracle_place import lying, text

from opcycle.challenger.preimages.examining import Examination
from opcycle.protocol.keccak_state import EMPTY, absorb, commitment
from opcycle.protocol.large_preimages import LargePreimage

PREIMAGE = LargePreimage(text(1000))
LAST = len(PREIMAGE.leaves) - 1


def told(*lies: int):
    (chunk,) = PREIMAGE.chunks(offset=0, uuid=0, start=0, size=100)
    return lying(chunk, lies).leaves()


def test_all_leaves_right__the_transition_to_the_last_is_what_squeezes() -> None:
    examination = Examination(PREIMAGE.leaves)
    assert examination.advance(1000) == LAST + 1
    assert examination.root == PREIMAGE.root
    assert examination.verdict.is_right
    assert examination.verdict.transition == PREIMAGE.last


@pytest.mark.parametrize("lie", range(LAST + 1))
def test_wrong_leaf__found_with_the_state_before_it(lie: int) -> None:
    examination = Examination(told(lie))
    examination.advance(1000)
    found = examination.verdict.transition
    assert not examination.verdict.is_right
    assert found.after.index == lie
    assert (found.before is None) == (lie == 0)
    assert commitment(found.state) == (commitment(EMPTY) if lie == 0 else found.before.commitment)
    assert commitment(absorb(found.state, found.after.block)) != found.after.commitment


def test_many_wrong_leaves__the_first_is_shown_which_follows_a_right_one() -> None:
    examination = Examination(told(3, 4, 6))
    examination.advance(1000)
    assert examination.verdict.transition.after.index == 3


def test_in_pieces__the_same_verdict_and_none_before() -> None:
    examination = Examination(told(5))
    assert examination.advance(5) == 5
    assert examination.verdict is None
    assert examination.advance(5) == 1
    assert examination.verdict.transition.after.index == 5
    assert examination.advance(5) == 0


def test_other_states_than_those_of_the_blocks__wrong_from_the_first() -> None:
    """Each follows from the one before, but of another preimage."""
    other = LargePreimage(text(1001)[1:])
    leaves = [
        type(a)(a.block, a.index, b.commitment) for a, b in zip(PREIMAGE.leaves, other.leaves, strict=True)
    ]
    examination = Examination(leaves)
    examination.advance(1000)
    assert examination.verdict.transition.after.index == 0
