"""The memory of safe heads."""

from pathlib import Path

import pytest
from tests.unit.derivation.l1_builder import CONFIG

from opcycle.node.database import Database
from opcycle.node.safedb import SafeDB
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.types import BlockId


def entry(l1: int, l2: int, branch: int = 0) -> SafeHead:
    return SafeHead(
        BlockId(bytes([branch]) + l1.to_bytes(31, "big"), l1), BlockId(b"\x02" + l2.to_bytes(31, "big"), l2)
    )


@pytest.fixture
def safe_db(tmp_path: Path) -> SafeDB:
    safe_db = SafeDB(Database(tmp_path / "node.db", CONFIG))
    safe_db.record([entry(10, 50), entry(20, 120), entry(30, 121)])
    return safe_db


@pytest.mark.parametrize(
    ("l1", "expected"),
    [
        (9, None),
        (10, entry(10, 50)),
        (19, entry(10, 50)),
        (20, entry(20, 120)),
        (30, entry(30, 121)),
        (2**64 - 1, entry(30, 121)),
    ],
)
def test_at__any_l1_block__newest_entry_not_after_it(
    safe_db: SafeDB, l1: int, expected: SafeHead | None
) -> None:
    assert safe_db.at(l1) == expected


def test_newest_first__all_entries__by_falling_l1_block(safe_db: SafeDB) -> None:
    assert list(safe_db.newest_first()) == [entry(30, 121), entry(20, 120), entry(10, 50)]


def test_newest_first__empty__nothing(tmp_path: Path) -> None:
    assert list(SafeDB(Database(tmp_path / "empty.db", CONFIG)).newest_first()) == []


def test_record__same_l1_block_again__the_later_word_counts(safe_db: SafeDB) -> None:
    safe_db.record([entry(30, 140), entry(30, 150)])
    assert safe_db.at(30) == entry(30, 150)
    safe_db.record([entry(30, 145, branch=1)])
    assert safe_db.at(30) == entry(30, 145, branch=1)
    assert len(list(safe_db.newest_first())) == 3


@pytest.mark.parametrize(("l2", "left"), [(121, 3), (120, 2), (119, 1), (50, 1), (49, 0)])
def test_forget_after__l2_block__later_safe_heads_are_gone(safe_db: SafeDB, l2: int, left: int) -> None:
    safe_db.forget_after(l2)
    assert [found.safe_head.number for found in safe_db.newest_first()] == [121, 120, 50][3 - left :]
