"""What a node reads of L1."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import (
    CONFIG,
    GENESIS_CONFIG,
    OTHER_BATCHER,
    STRANGER,
    block,
    chain,
    new_batcher,
    transaction,
)
from tests.unit.node.fakes import FakeBeacon, FakeL1

from opcycle.errors import TemporaryError, UserError
from opcycle.node.l1_view import AHEAD, L1View
from opcycle.protocol.types import L1Transaction
from opcycle.rpc.client import RpcUnreachableError

HASHES = tuple(bytes([1, n]) * 16 for n in range(3))
BLOBS = {item: bytes([n]) * 131_072 for n, item in enumerate(HASHES)}


def view(length: int, *, confirmations: int = 0, **labels: int) -> L1View:
    return L1View(CONFIG, FakeL1(chain(length), **labels), blobs=None, confirmations=confirmations)


def test_heads__all_three__by_their_labels() -> None:
    heads = view(9, safe=6, finalized=3).heads()
    assert [heads.head, heads.safe, heads.finalized] == [block(n).ref for n in (8, 6, 3)]


def test_heads__young_chain__neither_safe_nor_finalized() -> None:
    heads = view(1).heads()
    assert (heads.head, heads.safe, heads.finalized) == (block(0).ref, None, None)


def test_heads__l1_goes_away_between_two_questions__is_no_young_chain() -> None:
    source = FakeL1(chain(9), safe=6, finalized=3)
    read = source._read

    def away_after_the_first(what: str) -> None:
        read(what)
        source.is_down = True

    source._read = away_after_the_first  # type: ignore[method-assign]
    with pytest.raises(RpcUnreachableError):
        L1View(CONFIG, source, blobs=None, confirmations=0).heads()


def test_has__block_of_the_chain__only_with_its_hash_and_up_to_the_head() -> None:
    l1 = view(4)
    heads = l1.heads()
    assert l1.has(block(3).ref.id, heads)
    assert not l1.has(block(3, branch="b").ref.id, heads)
    assert not l1.has(block(4).ref.id, heads)
    assert not view(9).has(block(4).ref.id, heads)  # the heads say how far L1 counts


@pytest.mark.parametrize(
    ("confirmations", "first", "numbers"),
    [
        (0, 7, [7, 8, 9]),
        (0, 9, [9]),
        (0, 10, []),
        (2, 6, [6, 7]),
        (2, 7, [7]),
        (2, 8, []),
        (99, 0, []),
    ],
)
def test_blocks_from__confirmed_ones__up_to_the_head(
    confirmations: int, first: int, numbers: list[int]
) -> None:
    l1 = view(10, confirmations=confirmations)
    assert [found.header.number for found in l1.blocks_from(first, l1.heads(), GENESIS_CONFIG)] == numbers


def test_blocks_from__far_behind__so_many_at_a_time() -> None:
    l1 = view(AHEAD + 10)
    numbers = [found.header.number for found in l1.blocks_from(3, l1.heads(), GENESIS_CONFIG)]
    assert numbers == list(range(3, 3 + AHEAD))


def test_blocks_from__head_has_moved_since__only_up_to_the_heads_asked_with() -> None:
    l1, longer = view(5), view(9)
    assert [found.header.number for found in longer.blocks_from(3, l1.heads(), GENESIS_CONFIG)] == [3, 4]


def test_block__missing__temporary_error() -> None:
    assert view(3).block(2, GENESIS_CONFIG) == block(2)
    with pytest.raises(TemporaryError, match="no block 3"):
        view(3).block(3, GENESIS_CONFIG)


def test_header__any__as_l1_has_it() -> None:
    assert view(3).header(1) == replace(block(1)).header


# --- blobs --------------------------------------------------------------------------------------------


def with_blobs(*transactions: L1Transaction, beacon: FakeBeacon | None) -> L1View:
    """L1 with these in block 1; from block 2 on OTHER_BATCHER is the batcher, and posts blobs in 2 and 3."""
    others = [
        transaction(b"", kind=3, blob_hashes=HASHES[2:], sender=OTHER_BATCHER, name=str(n)) for n in (2, 3)
    ]
    blocks = [
        block(0),
        block(1, transactions),
        block(2, others[:1], logs=[new_batcher(OTHER_BATCHER)]),
        block(3, others[1:]),
    ]
    return L1View(CONFIG, FakeL1(blocks), blobs=beacon, confirmations=0)


def test_blocks_from__batcher_transactions_with_blobs__carry_them_whoever_is_the_batcher_then() -> None:
    beacon = FakeBeacon(dict(BLOBS))
    l1 = with_blobs(transaction(b"", kind=3, blob_hashes=HASHES[:2]), beacon=beacon)
    found = list(l1.blocks_from(1, l1.heads(), GENESIS_CONFIG))
    expected = (HASHES[:2], HASHES[2:], HASHES[2:])
    assert [read.blobs for read in found] == [{item: BLOBS[item] for item in hashes} for hashes in expected]
    assert beacon.reads == [
        (read.header.timestamp, hashes) for read, hashes in zip(found, expected, strict=True)
    ]


@pytest.mark.parametrize(
    "other",
    [
        transaction(b"", kind=3, blob_hashes=HASHES[:1], sender=STRANGER),
        transaction(b"", kind=3, blob_hashes=HASHES[:1], sender=OTHER_BATCHER),  # not yet the batcher
        transaction(b"", kind=3, blob_hashes=HASHES[:1], to=STRANGER),
        transaction(b"\x00calldata"),
    ],
)
def test_blocks_from__blobs_of_others__are_not_asked_for(other: L1Transaction) -> None:
    beacon = FakeBeacon()
    assert with_blobs(other, beacon=beacon).block(1, GENESIS_CONFIG).blobs == {}
    assert beacon.reads == []


def test_blocks_from__blob_that_is_not_there_yet__blocks_before_it_and_then_temporary() -> None:
    l1 = with_blobs(transaction(b"", kind=3, blob_hashes=HASHES[:1]), beacon=FakeBeacon({HASHES[0]: b""}))
    blocks = l1.blocks_from(1, l1.heads(), GENESIS_CONFIG)
    assert next(blocks).blobs == {HASHES[0]: b""}
    with pytest.raises(TemporaryError, match="no blob"):
        next(blocks)


def test_block__blobs_and_no_beacon_node__says_which_option_is_missing() -> None:
    l1 = with_blobs(transaction(b"", kind=3, blob_hashes=HASHES[:1]), beacon=None)
    assert l1.block(0, GENESIS_CONFIG) == block(0)
    with pytest.raises(UserError, match="--beacon URL"):
        l1.block(1, GENESIS_CONFIG)
