"""The verifier's heads: safe goes where L1 goes, finalized never goes back."""

import pytest
from tests.unit.derivation.l1_builder import GENESIS, child

from opcycle.errors import CriticalError
from opcycle.node.heads import Heads

ONE = child(GENESIS, GENESIS.l1_origin)
TWO = child(ONE, GENESIS.l1_origin)
OTHER_ONE = child(GENESIS, GENESIS.l1_origin, [b"\x02"])


def test_forkchoice__heads__are_named_by_hash_and_unsafe_is_safe() -> None:
    heads = Heads(safe=TWO, finalized=ONE)
    state = heads.forkchoice
    assert (state.head, state.safe, state.finalized) == (TWO.hash, TWO.hash, ONE.hash)
    assert heads.unsafe == TWO


def test_advance__next_block__only_safe_moves() -> None:
    assert Heads(safe=ONE, finalized=GENESIS).advance(TWO) == Heads(safe=TWO, finalized=GENESIS)


def test_finalize__later_or_same__taken() -> None:
    heads = Heads(safe=TWO, finalized=ONE)
    assert heads.finalize(ONE) == heads
    assert heads.finalize(TWO) == Heads(safe=TWO, finalized=TWO)


@pytest.mark.parametrize("block", [GENESIS, OTHER_ONE], ids=["earlier", "another at its height"])
def test_finalize__earlier_or_another__critical(block) -> None:
    with pytest.raises(CriticalError, match="cannot be finalized after"):
        Heads(safe=TWO, finalized=ONE).finalize(block)


def test_heads__safe_before_finalized__critical() -> None:
    assert Heads(safe=ONE, finalized=ONE).safe == ONE
    with pytest.raises(CriticalError, match="L1 has undone what it had finalized"):
        Heads(safe=ONE, finalized=TWO)
