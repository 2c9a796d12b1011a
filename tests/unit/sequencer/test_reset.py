"""How far the sequencer goes back when L1 has replaced blocks."""

import pytest
from tests.unit.derivation.l1_builder import GENESIS, child
from tests.unit.node.fakes import l2_block

from opcycle.errors import CriticalError
from opcycle.protocol.types import BlockId
from opcycle.sequencer.reset import newest_on_l1

EPOCHS = [0, 0, 0, 1, 1, 2, 3, 3]
CHAIN = [l2_block(GENESIS)]
for epoch in EPOCHS[1:]:
    origin = GENESIS.l1_origin if epoch == 0 else BlockId(bytes([epoch]) * 32, epoch)
    CHAIN.append(l2_block(child(CHAIN[-1].ref, origin)))


def go_back(good_up_to: int, *, finalized: int = 0, head: int = 7) -> tuple[int, int]:
    """Number of the block found, and how many blocks were asked for, if L1 is good up to that block."""
    asked = []

    def block_at(number: int):
        asked.append(number)
        return CHAIN[number]

    found = newest_on_l1(
        CHAIN[head], finalized=finalized, block_at=block_at, is_on_l1=lambda block: block.number <= good_up_to
    )
    return found.ref.number, len(asked)


@pytest.mark.parametrize(("good_up_to", "found", "asked"), [(3, 7, 0), (2, 5, 1), (1, 4, 2), (0, 2, 3)])
def test_newest_on_l1__any_reorg__last_block_of_the_newest_epoch_left(
    good_up_to: int, found: int, asked: int
) -> None:
    assert go_back(good_up_to) == (found, asked)


def test_newest_on_l1__head_within_an_epoch__goes_to_the_end_of_the_one_before() -> None:
    assert go_back(2, head=6) == (5, 1)
    assert go_back(0, head=3) == (2, 1)


@pytest.mark.parametrize(("finalized", "fits"), [(4, True), (5, False), (6, False)])
def test_newest_on_l1__finalized_block_would_be_undone__critical(finalized: int, fits: bool) -> None:
    if fits:
        assert go_back(1, finalized=finalized)[0] == 4
    else:
        with pytest.raises(CriticalError, match=f"finalized L2 block {finalized} rests"):
            go_back(1, finalized=finalized)


def test_newest_on_l1__not_even_the_genesis__critical() -> None:
    with pytest.raises(CriticalError):
        go_back(-1)
