"""The window on L1 from which the sequencer takes origins: read ahead, and read again after a reorg."""

import pytest
from tests.unit.derivation.l1_builder import CONFIG, block, chain
from tests.unit.node.fakes import FakeL1

from opcycle.errors import ResetError, TemporaryError
from opcycle.protocol.types import BlockId, L1Block
from opcycle.sequencer.l1_origins import AHEAD, L1Origins


def origin(number: int, branch: str = "") -> BlockId:
    return block(number, branch=branch).header.id


def branch_from(fork: int, length: int) -> list[L1Block]:
    return chain(fork) + [
        block(n, branch="b", parent_branch="" if n == fork else "b") for n in range(fork, length)
    ]


def range_reads(l1: FakeL1) -> list[str]:
    return [read for read in l1.reads if read.startswith("blocks")]


def test_at__after_refresh__the_origin_and_the_block_after_it() -> None:
    origins = L1Origins(CONFIG, FakeL1(chain(9)), confirmations=0)
    origins.refresh(origin(5))
    assert origins.at(origin(5)) == (block(5), block(6))
    assert origins.at(origin(7)) == (block(7), block(8))
    assert origins.at(origin(8)) == (block(8), None)


@pytest.mark.parametrize(("confirmations", "following"), [(0, 6), (2, 6), (3, None), (99, None)])
def test_at__confirmations__the_next_block_counts_once_so_many_follow_it(
    confirmations: int, following: int | None
) -> None:
    origins = L1Origins(CONFIG, FakeL1(chain(9)), confirmations=confirmations)
    origins.refresh(origin(5))
    assert origins.at(origin(5)) == (block(5), None if following is None else block(following))


def test_refresh__many_origins_ahead__one_read_for_all_of_them() -> None:
    l1 = FakeL1(chain(200))
    origins = L1Origins(CONFIG, l1, confirmations=0)
    origins.refresh(origin(10))
    for number in range(10, 10 + AHEAD):
        assert origins.at(origin(number))[1] == block(number + 1)
    assert range_reads(l1) == [f"blocks 10 to {10 + AHEAD}"]


def test_refresh__l1_grew__reads_only_what_is_new() -> None:
    l1 = FakeL1(chain(8))
    origins = L1Origins(CONFIG, l1, confirmations=0)
    origins.refresh(origin(5))
    l1.chain = chain(10)
    origins.refresh(origin(6))
    assert range_reads(l1) == ["blocks 5 to 7", "blocks 8 to 9"]
    assert origins.at(origin(8)) == (block(8), block(9))


def test_refresh__nothing_new__one_header() -> None:
    l1 = FakeL1(chain(8))
    origins = L1Origins(CONFIG, l1, confirmations=0)
    origins.refresh(origin(5))
    l1.reads.clear()
    origins.refresh(origin(5))
    assert l1.reads == ["header 'latest'"]


@pytest.mark.parametrize("length", [8, 9, 12])
def test_refresh__blocks_after_the_origin_replaced__reads_the_new_ones(length: int) -> None:
    """By a branch as long, and longer."""
    l1 = FakeL1(chain(8))
    origins = L1Origins(CONFIG, l1, confirmations=0)
    origins.refresh(origin(5))
    l1.chain = branch_from(6, length)
    origins.refresh(origin(5))
    assert origins.at(origin(5)) == (block(5), l1.chain[6])


def test_refresh__replaced_by_a_shorter_branch__forgets_what_is_gone() -> None:
    l1 = FakeL1(chain(8))
    origins = L1Origins(CONFIG, l1, confirmations=0)
    origins.refresh(origin(5))
    l1.chain = chain(6)
    origins.refresh(origin(5))
    assert origins.at(origin(5)) == (block(5), None)


@pytest.mark.parametrize("is_known", [True, False])
def test_refresh__origin_itself_replaced__reset(is_known: bool) -> None:
    l1 = FakeL1(chain(8))
    origins = L1Origins(CONFIG, l1, confirmations=0)
    if is_known:
        origins.refresh(origin(5))
    l1.chain = branch_from(5, 10)
    with pytest.raises(
        ResetError, match=f"L1 origin {origin(5)}, where L1 now has {block(5, branch='b').ref}"
    ):
        origins.refresh(origin(5))


def test_refresh__l1_lost_the_origin_and_is_shorter__waits_for_it() -> None:
    l1 = FakeL1(chain(8))
    origins = L1Origins(CONFIG, l1, confirmations=0)
    origins.refresh(origin(5))
    l1.chain = chain(4)
    with pytest.raises(TemporaryError, match="no block 5"):
        origins.refresh(origin(5))
    l1.chain = chain(8)
    origins.refresh(origin(5))
    assert origins.at(origin(5)) == (block(5), block(6))


def test_clear__after_a_reset__reads_everything_again() -> None:
    l1 = FakeL1(chain(8))
    origins = L1Origins(CONFIG, l1, confirmations=0)
    origins.refresh(origin(5))
    origins.clear()
    origins.refresh(origin(4))
    assert range_reads(l1) == ["blocks 5 to 7", "blocks 4 to 7"]
