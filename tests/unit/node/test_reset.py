"""Where a node goes on: the rules by themselves, without chains."""

import pytest
from tests.unit.derivation.l1_builder import GENESIS, child
from tests.unit.node.fakes import l2_block

from opcycle.errors import CriticalError, TemporaryError
from opcycle.node.reset import block_of_epoch, block_to_go_on_from
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.types import BlockId


def on_l1(number: int) -> BlockId:
    return BlockId(b"\x01" * 31 + bytes([number]), number)


def on_l2(number: int) -> BlockId:
    return BlockId(b"\x02" * 31 + bytes([number]), number)


RECORDS = [SafeHead(on_l1(number), on_l2(10 * number)) for number in (5, 4, 3, 0)]
"""Newest first: L1 block 5 gave L2 block 50, and so on."""


def go_on(
    finalized: int, *, l1_good_up_to: int = 9, l2_has_up_to: int = 99, records=RECORDS, l1_head: int = 9
):
    found = block_to_go_on_from(
        records,
        on_l2(finalized),
        l1_head=l1_head,
        is_on_l1=lambda block: block.number <= l1_good_up_to,
        is_on_l2=lambda block: block == on_l2(block.number) and block.number <= l2_has_up_to,
    )
    assert found is None or found in records
    return finalized if found is None else found.safe_head.number


@pytest.mark.parametrize(
    ("finalized", "l1_good_up_to", "l2_has_up_to", "expected"),
    [
        (0, 9, 99, 50),
        (0, 9, 50, 50),
        (0, 9, 49, 40),
        (0, 4, 99, 40),
        (0, 3, 99, 30),
        (0, 4, 35, 30),
        (0, 9, 29, 0),
        (30, 9, 45, 40),
        (40, 9, 45, 40),
        (45, 9, 45, 45),
        (45, 5, 49, 45),
        (50, 5, 50, 50),
    ],
)
def test_block_to_go_on_from__newest_that_both_chains_have_but_none_before_finalized(
    finalized: int, l1_good_up_to: int, l2_has_up_to: int, expected: int
) -> None:
    assert go_on(finalized, l1_good_up_to=l1_good_up_to, l2_has_up_to=l2_has_up_to) == expected


@pytest.mark.parametrize(("finalized", "l1_good_up_to"), [(50, 4), (45, 4), (40, 3)])
def test_block_to_go_on_from__l1_undid_where_the_finalized_block_came_from__critical(
    finalized: int, l1_good_up_to: int
) -> None:
    assert go_on(finalized, l1_good_up_to=l1_good_up_to + 1) >= finalized
    with pytest.raises(CriticalError, match=f"finalized L2 block {finalized}:"):
        go_on(finalized, l1_good_up_to=l1_good_up_to)


@pytest.mark.parametrize(("l1_head", "error"), [(4, TemporaryError), (5, CriticalError)])
def test_block_to_go_on_from__l1_not_that_far__is_no_reorg(l1_head: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        go_on(45, l1_good_up_to=4, l1_head=l1_head)


@pytest.mark.parametrize("records", [[], RECORDS[1:], RECORDS[3:]])
def test_block_to_go_on_from__records_end_before_finalized__finalized(records: list[SafeHead]) -> None:
    assert go_on(60, records=records, l1_good_up_to=0) == 60


def test_block_to_go_on_from__nothing_at_all__genesis() -> None:
    assert go_on(0, records=[]) == 0


@pytest.mark.parametrize(("finalized", "l2_has_up_to"), [(50, 49), (45, 39)])
def test_block_to_go_on_from__engine_finalized_a_chain_of_its_own__critical(
    finalized: int, l2_has_up_to: int
) -> None:
    """`l2_has_up_to` is where the engine's chain leaves ours."""
    with pytest.raises(CriticalError, match="belong to different chains"):
        go_on(finalized, l2_has_up_to=l2_has_up_to)


def test_block_to_go_on_from__usual_restart__asks_each_chain_once() -> None:
    asked = []
    block_to_go_on_from(
        RECORDS,
        on_l2(30),
        l1_head=9,
        is_on_l1=lambda block: not asked.append(("L1", block.number)),
        is_on_l2=lambda block: not asked.append(("L2", block.number)),
    )
    assert asked == [("L1", 5), ("L2", 50)]


def test_block_to_go_on_from__engine_lost_a_lot__l1_vouches_once_for_all_of_it() -> None:
    asked = []
    found = block_to_go_on_from(
        RECORDS,
        on_l2(0),
        l1_head=9,
        is_on_l1=lambda block: not asked.append(block.number),
        is_on_l2=lambda block: block.number == 0,
    )
    assert (found, asked) == (RECORDS[-1], [5])


def chain_of(epochs: list[int]):
    """L2 blocks whose L1 origins have these numbers, the genesis first."""
    refs = [GENESIS]
    for epoch in epochs:
        refs.append(child(refs[-1], BlockId(bytes([epoch]) * 32, epoch)))
    return [l2_block(ref) for ref in refs]


@pytest.mark.parametrize("epoch", [0, 1, 2, 3])
@pytest.mark.parametrize("epochs", [[1, 2, 3], [0, 0, 0, 1, 2, 2, 2, 2, 3], [0, 1, 2, 3, 3, 3, 3]])
def test_block_of_epoch__any_chain__finds_one_with_that_origin(epoch: int, epochs: list[int]) -> None:
    chain = chain_of(epochs)
    found = block_of_epoch(chain.__getitem__, epoch, first=0, last=len(chain) - 1)
    assert found.ref.l1_origin.number == epoch


def test_block_of_epoch__long_chain__asks_for_few_blocks() -> None:
    chain = chain_of([number // 6 for number in range(1, 600)])
    asked = []
    block_of_epoch(lambda number: asked.append(number) or chain[number], 77, first=0, last=599)
    assert len(asked) <= 10


@pytest.mark.parametrize("epoch", [4, 7])
def test_block_of_epoch__no_such_epoch__is_a_bug_of_the_caller(epoch: int) -> None:
    chain = chain_of([1, 2, 3])
    with pytest.raises(ValueError, match=f"no L2 block up to .* has the L1 origin {epoch}"):
        block_of_epoch(chain.__getitem__, epoch, first=0, last=3)
