"""Challenges as L1 goes on: when they end, what they take along, and what is final meanwhile."""

from dataclasses import replace

import pytest
from tests.unit.derivation.da_builder import (
    ALT_DA,
    CHALLENGE_WINDOW,
    CONTRACT,
    RESOLVE_WINDOW,
    challenge,
    challenged,
    generic,
    resolved,
)
from tests.unit.derivation.l1_builder import STRANGER, block, chain

from opcycle.derivation.da_challenges import Challenge, Challenges, DAInput, InputExpiredError
from opcycle.errors import ResetError
from opcycle.protocol.alt_da import AltDAConfig, Commitment, CommitmentType
from opcycle.protocol.da_challenges import ChallengeStatus

FIRST, SECOND = Commitment.keccak_of(b"\x00first"), Commitment.keccak_of(b"\x00second")
INPUT, LATER = DAInput(FIRST, 2), DAInput(SECOND, 3)
BLOCKS = chain(20)


def follow(blocks, *, to, inputs=(), config=ALT_DA):
    """As derivation does: each L1 block's events, what it settles, and its inputs, which are all used."""
    challenges = Challenges(config)
    for each in blocks[: to + 1]:
        challenges.read(each)
        challenges.settle(each.header.number)
        for item in inputs:
            if item.inclusion == each.header.number:
                challenges.judged(item, is_used=True)
    return challenges


def test_of__challenged__is_active_until_the_resolve_window_is_over():
    blocks = challenged(BLOCKS, FIRST, 2, at=5)
    ends = 5 + RESOLVE_WINDOW
    assert follow(blocks, to=4).of(INPUT) is None
    assert follow(blocks, to=ends - 1).of(INPUT) == Challenge(ends)
    assert follow(blocks, to=ends).of(INPUT) == Challenge(ends, ChallengeStatus.EXPIRED)


def test_of__resolved_in_the_last_block_of_the_window__never_expires():
    ends = 5 + RESOLVE_WINDOW
    blocks = resolved(challenged(BLOCKS, FIRST, 2, at=5), FIRST, 2, b"\x00first", at=ends)
    assert follow(blocks, to=ends + 5).of(INPUT) == Challenge(ends, ChallengeStatus.RESOLVED, b"\x00first")


def test_of__resolved_one_block_later__has_expired():
    blocks = resolved(challenged(BLOCKS, FIRST, 2, at=5), FIRST, 2, b"\x00first", at=6 + RESOLVE_WINDOW)
    challenges = follow(blocks, to=5 + RESOLVE_WINDOW)
    assert challenges.of(INPUT).status is ChallengeStatus.EXPIRED


def test_of__resolved_without_a_challenge__is_nothing():
    assert follow(resolved(BLOCKS, FIRST, 2, b"\x00first", at=5), to=6).of(INPUT) is None


@pytest.mark.parametrize(
    "log",
    [
        challenge(FIRST, 2, address=STRANGER),
        challenge(FIRST, 3),
        challenge(SECOND, 2),
        challenge(FIRST, 2, status=3),
    ],
)
def test_of__what_is_no_challenge_of_this_input__does_not_touch_it(log):
    blocks = list(BLOCKS)
    blocks[5] = replace(blocks[5], logs=(log,))
    assert follow(blocks, to=6).of(INPUT) is None


def test_of__generic_commitments__are_never_challenged_not_even_at_the_zero_address():
    item = DAInput(generic(b"x"), 2)
    config = AltDAConfig(CommitmentType.GENERIC, CHALLENGE_WINDOW, RESOLVE_WINDOW)
    blocks = list(BLOCKS)
    blocks[5] = replace(blocks[5], logs=(challenge(item.commitment, 2, address=bytes(20)),))
    assert follow(blocks, to=6, config=config).of(item) is None


def test_settle__used_input_expires__raises_with_that_l1_block_and_not_before():
    blocks = challenged(BLOCKS, FIRST, 2, at=5)
    ends = 5 + RESOLVE_WINDOW
    challenges = follow(blocks, to=ends - 1, inputs=[INPUT])
    challenges.read(blocks[ends])
    for _ in range(2):  # until it is reset
        with pytest.raises(InputExpiredError, match=f"{FIRST} in L1 block 2"):
            challenges.settle(ends)
    challenges.reset()
    challenges.settle(ends)


def test_settle__skipped_input__has_nothing_to_take_along():
    blocks = challenged(BLOCKS, FIRST, 2, at=5)
    challenges = follow(blocks, to=5 + RESOLVE_WINDOW)
    challenges.judged(INPUT, is_used=False)
    challenges.settle(5 + RESOLVE_WINDOW)


def test_settle__input_behind_one_that_was_challenged_late__waits_for_that_one():
    blocks = challenged(challenged(BLOCKS, FIRST, 2, at=6), SECOND, 3, at=4)
    blocks = resolved(blocks, FIRST, 2, b"\x00first", at=7)
    inputs = [INPUT, LATER]
    follow(blocks, to=5 + RESOLVE_WINDOW, inputs=inputs)  # the later one has expired in block 4 + the window
    with pytest.raises(InputExpiredError, match="L1 block 3"):
        follow(blocks, to=6 + RESOLVE_WINDOW, inputs=inputs)


def test_reset__after_an_expiry__keeps_challenges_and_otherwise_forgets_them():
    blocks = challenged(BLOCKS, FIRST, 2, at=5)
    challenges = follow(blocks, to=4 + RESOLVE_WINDOW, inputs=[INPUT])
    challenges.read(blocks[5 + RESOLVE_WINDOW])
    with pytest.raises(InputExpiredError):
        challenges.settle(5 + RESOLVE_WINDOW)
    challenges.reset()
    assert (challenges.of(INPUT).status, challenges.read_to) == (ChallengeStatus.EXPIRED, 5 + RESOLVE_WINDOW)
    challenges.reset()
    assert (challenges.of(INPUT), challenges.read_to) == (None, -1)


def test_read__a_block_again__changes_nothing_and_another_in_its_place_asks_for_a_reset():
    challenges = follow(BLOCKS, to=6)
    challenges.read(BLOCKS[4])
    with pytest.raises(ResetError, match="another L1 block than 4:"):
        challenges.read(block(4, branch="b"))


# --- finality


def test_final_l1__no_challenge__is_the_challenge_window_behind_l1s_finality():
    challenges = follow(BLOCKS, to=15, inputs=[INPUT, LATER])
    assert [challenges.final_l1(n) for n in (3, 6, 12)] == [n - CHALLENGE_WINDOW for n in (3, 6, 12)]


def test_final_l1__derivation_is_behind__counts_from_there():
    assert follow(BLOCKS, to=9).final_l1(15) == 9 - CHALLENGE_WINDOW


def test_final_l1__challenged_input__holds_up_finality_until_the_challenge_is_final_too():
    blocks = challenged(BLOCKS, FIRST, 2, at=6)
    blocks = resolved(blocks, FIRST, 2, b"\x00first", at=7)
    ends = 6 + RESOLVE_WINDOW
    challenges = follow(blocks, to=15, inputs=[INPUT, LATER])
    assert challenges.final_l1(ends - 1) == INPUT.inclusion - 1
    assert challenges.final_l1(ends) == ends - CHALLENGE_WINDOW


def test_final_l1__skipped_input__holds_up_finality_as_well():
    blocks = challenged(BLOCKS, FIRST, 2, at=6)
    ends = 6 + RESOLVE_WINDOW
    challenges = follow(blocks, to=15)
    challenges.judged(INPUT, is_used=False)
    assert challenges.final_l1(ends - 1) == INPUT.inclusion - 1
    assert challenges.final_l1(ends) == ends - CHALLENGE_WINDOW


def test_final_l1__challenge_of_what_was_never_posted__holds_up_nothing():
    blocks = challenged(BLOCKS, FIRST, 2, at=6)
    assert follow(blocks, to=15).final_l1(8) == 8 - CHALLENGE_WINDOW


def test_contract__of_the_config__is_the_only_one_listened_to():
    blocks = list(BLOCKS)
    blocks[5] = replace(blocks[5], logs=(challenge(FIRST, 2, address=CONTRACT),))
    other = replace(ALT_DA, challenge_contract=STRANGER)
    assert follow(blocks, to=6).of(INPUT) is not None
    assert follow(blocks, to=6, config=other).of(INPUT) is None
