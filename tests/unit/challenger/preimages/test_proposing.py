"""How a large part gets into the oracle, decided from what is known; the oracle itself has no part in it."""

from dataclasses import replace

import pytest
from tests.unit.challenger.preimages.oracle_place import HONEST, LIAR, text

from opcycle.challenger.preimages.proposing import (
    LEAVES_AT_ONCE,
    Add,
    Known,
    Propose,
    Squeeze,
    Wait,
    decide,
    is_large,
)
from opcycle.l1.preimage_oracle import Proposal, ProposalRules
from opcycle.protocol.large_preimages import LargePreimage, proposal_uuid
from opcycle.protocol.preimages import BlobElement, Hashed, HashKind, LocalWord, PrecompileResult

PREIMAGE = LargePreimage(text(1000))
OFFSET, PERIOD, NOW = 40, 100, 5000
NAME = proposal_uuid(PREIMAGE.data, OFFSET, HONEST)
LEAVES = len(PREIMAGE.leaves)


def known(*, leaves: int = LEAVES, root: bytes | None = None, **changes) -> Known:
    proposal = Proposal(
        index=0,
        claimant=HONEST,
        uuid=NAME,
        offset=OFFSET,
        size=1000,
        leaves=leaves,
        completed_at=NOW if leaves == LEAVES else None,
        is_countered=False,
        bond=1,
    )
    return Known(replace(proposal, **changes), PREIMAGE.root_of(leaves) if root is None else root)


def decided(*items: Known, now: int = NOW):
    return decide(PREIMAGE, OFFSET, items, us=HONEST, period=PERIOD, now=now)


def test_nothing_proposed__we_propose_it() -> None:
    assert decided() == Propose(NAME)


@pytest.mark.parametrize("leaves", [0, 1, LEAVES - 1])
def test_begun_by_us__what_is_missing_is_added(leaves: int) -> None:
    action = decided(known(leaves=leaves))
    assert action == Add(PREIMAGE.chunks(offset=OFFSET, uuid=NAME, start=leaves, size=LEAVES_AT_ONCE))
    assert action.chunks[0].start == leaves


def test_begun_by_another__we_cannot_go_on_with_it() -> None:
    assert decided(known(leaves=1, claimant=LIAR)) == Propose(NAME)


def test_complete__squeezed_in_the_first_second_after_the_period() -> None:
    item = known()
    assert decided(item, now=NOW + PERIOD) == Wait(item.proposal, NOW + PERIOD + 1)
    assert decided(item, now=NOW + PERIOD + 1) == Squeeze(item.proposal)


def test_complete_by_another__as_good_as_ours() -> None:
    item = known(claimant=LIAR, uuid=5)
    assert decided(item, now=NOW + PERIOD + 1) == Squeeze(item.proposal)


def test_complete_by_two__the_one_that_can_be_squeezed_first() -> None:
    first = known(index=1, claimant=LIAR, completed_at=NOW - 10)
    assert decided(known(), first) == Wait(first.proposal, NOW - 10 + PERIOD + 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"offset": OFFSET + 1},
        {"root": bytes(32)},
        {"is_countered": True, "bond": 0},
        {"bond": 0},
    ],
    ids=["another part", "other leaves", "countered", "settled"],
)
def test_complete_but_of_no_use__proposed_by_us(changes) -> None:
    assert decided(known(claimant=LIAR, uuid=5, **changes)) == Propose(NAME)


@pytest.mark.parametrize(
    "changes",
    [
        {"leaves": 2, "offset": OFFSET + 1},
        {"leaves": 2, "size": 999},
        {"leaves": 2, "root": bytes(32)},
        {"root": bytes(32)},
        {"is_countered": True, "bond": 0},
    ],
    ids=["another part", "another size", "other leaves", "complete with other leaves", "countered"],
)
def test_our_name_was_used_for_something_else__the_next_one(changes) -> None:
    spoilt = known(**changes)
    assert decided(spoilt) == Propose(NAME + 1)
    assert decided(spoilt, known(leaves=0, uuid=NAME + 1)).chunks[0].uuid == NAME + 1


def test_is_large__by_size_and_never_less_than_two_leaves() -> None:
    rules = ProposalRules(min_size=300, bond=1, period=1)
    tiny = ProposalRules(min_size=0, bond=1, period=1)
    assert is_large(Hashed(HashKind.KECCAK256, bytes(300), 0), rules)
    assert not is_large(Hashed(HashKind.KECCAK256, bytes(299), 0), rules)
    assert is_large(Hashed(HashKind.KECCAK256, bytes(136), 0), tiny)
    assert not is_large(Hashed(HashKind.KECCAK256, bytes(135), 0), tiny), "one leaf cannot be squeezed"


@pytest.mark.parametrize(
    "read",
    [
        LocalWord(4, 0),
        Hashed(HashKind.SHA256, bytes(10**6), 0),
        PrecompileResult(bytes(20), 0, bytes(10**6), 0),
        BlobElement(bytes(32), bytes(32), bytes(48), bytes(48), 0),
    ],
    ids=lambda read: type(read).__name__,
)
def test_is_large__only_keccak_preimages_can_be_proposed(read) -> None:
    assert not is_large(read, ProposalRules(min_size=1, bond=1, period=1))
