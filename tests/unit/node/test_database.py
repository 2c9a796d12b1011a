"""The node's file: opened, refused, written by one thread and read by others."""

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.derivation.l1_builder import CONFIG

from opcycle.errors import UserError
from opcycle.node.database import Database
from opcycle.protocol.types import BlockId

INSERT = "INSERT INTO safe_heads VALUES (?, ?, ?, ?)"
ROW = (1, b"\x01", 2, b"\x02")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "node.db"


def test_init__new_path__directories_and_file_are_made(file: Path) -> None:
    database = Database(file, CONFIG)
    assert database.read("SELECT * FROM safe_heads") == []
    database.close()
    assert file.exists()


def test_init__same_chain_again__rows_are_still_there(file: Path) -> None:
    database = Database(file, CONFIG)
    database.write(INSERT, [ROW])
    database.close()
    assert Database(file, CONFIG).read("SELECT * FROM safe_heads") == [ROW]


def test_init__never_closed__rows_are_still_there(file: Path) -> None:
    """As after a kill: what was written is in the file."""
    Database(file, CONFIG).write(INSERT, [ROW])
    assert Database(file, CONFIG).read("SELECT * FROM safe_heads") == [ROW]


@pytest.mark.parametrize(
    "other",
    [replace(CONFIG, l2_chain_id=77), replace(CONFIG, genesis_l2=BlockId(b"\x66" * 32, 0))],
    ids=["chain id", "genesis"],
)
def test_init__database_of_another_chain__user_error_names_both(file: Path, other) -> None:
    Database(file, CONFIG).close()
    with pytest.raises(UserError, match=f"belongs to L2 chain 901 .* to chain {other.l2_chain_id} with"):
        Database(file, other)
    Database(file, CONFIG).close()


def test_init__other_schema__user_error(file: Path) -> None:
    database = Database(file, CONFIG)
    database.write("UPDATE chain SET schema_version = ?", [(99,)])
    database.close()
    with pytest.raises(UserError, match="another version of opcycle"):
        Database(file, CONFIG)


@pytest.mark.parametrize("content", [b"not a database at all, but a text", b"SQLite format 3\x00 torn"])
def test_init__damaged_file__user_error(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content.ljust(2000, b"?"))
    with pytest.raises(UserError, match="is not a node's database"):
        Database(file, CONFIG)


def test_init__sqlite_file_of_another_program__user_error(file: Path) -> None:
    file.parent.mkdir()
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with pytest.raises(UserError, match="is not a node's database"):
        Database(file, CONFIG)


def test_init__directory_in_the_way__user_error(file: Path) -> None:
    file.mkdir(parents=True)
    with pytest.raises(UserError, match="cannot be opened"):
        Database(file, CONFIG)


def test_init__file_where_its_directory_should_be__user_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cannot be opened"):
        Database(tmp_path / "file" / "node.db", CONFIG)


def test_write__one_row_fails__none_is_written(file: Path) -> None:
    database = Database(file, CONFIG)
    with pytest.raises(sqlite3.IntegrityError):
        database.write(INSERT, [ROW, ROW])
    assert database.read("SELECT * FROM safe_heads") == []
    database.write(INSERT, [ROW])
    assert database.read("SELECT * FROM safe_heads WHERE l1_number = ?", 1) == [ROW]


def test_read__from_other_threads_while_one_writes__whole_writes_only(file: Path) -> None:
    database = Database(file, CONFIG)
    counts: list[int] = []
    done = threading.Event()

    def count() -> None:
        while not done.is_set():
            counts.append(len(database.read("SELECT * FROM safe_heads")))

    readers = [threading.Thread(target=count) for _ in range(3)]
    for reader in readers:
        reader.start()
    for start in range(0, 400, 10):
        database.write(INSERT, [(number, b"\x01", number, b"\x02") for number in range(start, start + 10)])
    done.set()
    for reader in readers:
        reader.join()
    assert {number % 10 for number in counts} == {0}
    assert len(database.read("SELECT * FROM safe_heads")) == 400


def test_contents__of_an_open_file__another_file_with_the_same_rows(file: Path, tmp_path: Path) -> None:
    """Rows that SQLite has not moved from its log into the file yet are in them."""
    database = Database(file, CONFIG)
    database.write(INSERT, [ROW])
    copy = tmp_path / "copy.db"
    copy.write_bytes(database.contents())
    database.write(INSERT, [(2, b"", 3, b"")])
    assert Database(copy, CONFIG).read("SELECT * FROM safe_heads") == [ROW]
    database.close()
