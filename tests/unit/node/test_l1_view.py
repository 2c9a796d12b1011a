"""What a node reads of L1."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import CONFIG, block, chain
from tests.unit.node.fakes import FakeL1

from opcycle.errors import TemporaryError
from opcycle.node.l1_view import AHEAD, L1View
from opcycle.rpc.client import RpcUnreachableError


def view(length: int, *, confirmations: int = 0, **labels: int) -> L1View:
    return L1View(CONFIG, FakeL1(chain(length), **labels), confirmations=confirmations)


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
        L1View(CONFIG, source, confirmations=0).heads()


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
    assert [found.header.number for found in l1.blocks_from(first, l1.heads())] == numbers


def test_blocks_from__far_behind__so_many_at_a_time() -> None:
    l1 = view(AHEAD + 10)
    numbers = [found.header.number for found in l1.blocks_from(3, l1.heads())]
    assert numbers == list(range(3, 3 + AHEAD))


def test_blocks_from__head_has_moved_since__only_up_to_the_heads_asked_with() -> None:
    l1, longer = view(5), view(9)
    assert [found.header.number for found in longer.blocks_from(3, l1.heads())] == [3, 4]


def test_block__missing__temporary_error() -> None:
    assert view(3).block(2) == block(2)
    with pytest.raises(TemporaryError, match="no block 3"):
        view(3).block(3)


def test_header__any__as_l1_has_it() -> None:
    assert view(3).header(1) == replace(block(1)).header
