"""The verifier's heads: safe goes where L1 goes, finalized never goes back."""

import pytest
from tests.unit.derivation.l1_builder import GENESIS, child

from opcycle.errors import CriticalError
from opcycle.node.heads import Heads
from opcycle.protocol.types import L2BlockRef

ONE = child(GENESIS, GENESIS.l1_origin)
TWO = child(ONE, GENESIS.l1_origin)
OTHER_ONE = child(GENESIS, GENESIS.l1_origin, [b"\x02"])


THREE = child(TWO, GENESIS.l1_origin)


def heads_of(safe: L2BlockRef, finalized: L2BlockRef, *, unsafe: L2BlockRef = THREE) -> Heads:
    return Heads(unsafe=unsafe, safe=safe, finalized=finalized)


def test_forkchoice__heads__are_named_by_hash() -> None:
    state = heads_of(TWO, ONE).forkchoice
    assert (state.head, state.safe, state.finalized) == (THREE.hash, TWO.hash, ONE.hash)


def test_extend__announced_block__only_unsafe_moves() -> None:
    assert heads_of(ONE, GENESIS, unsafe=TWO).extend(THREE) == heads_of(ONE, GENESIS)


def test_consolidate__block_of_the_unsafe_chain__only_safe_moves() -> None:
    assert heads_of(ONE, GENESIS).consolidate(TWO) == heads_of(TWO, GENESIS)


def test_advance__block_that_l1_gives_instead__ends_the_unsafe_chain() -> None:
    assert heads_of(GENESIS, GENESIS).advance(OTHER_ONE) == heads_of(OTHER_ONE, GENESIS, unsafe=OTHER_ONE)


def test_without_unsafe__heads__end_with_the_safe_one() -> None:
    assert heads_of(ONE, GENESIS).without_unsafe() == heads_of(ONE, GENESIS, unsafe=ONE)


def test_finalize__later_or_same__taken() -> None:
    heads = heads_of(TWO, ONE)
    assert heads.finalize(ONE) == heads
    assert heads.finalize(TWO) == heads_of(TWO, TWO)


@pytest.mark.parametrize("block", [GENESIS, OTHER_ONE], ids=["earlier", "another at its height"])
def test_finalize__earlier_or_another__critical(block) -> None:
    with pytest.raises(CriticalError, match="cannot be finalized after"):
        heads_of(TWO, ONE).finalize(block)


def test_heads__safe_before_finalized__critical() -> None:
    assert heads_of(ONE, ONE).safe == ONE
    with pytest.raises(CriticalError, match="L1 has undone what it had finalized"):
        heads_of(ONE, TWO)
