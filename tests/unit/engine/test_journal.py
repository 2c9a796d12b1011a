"""Which payloads an engine gets back, whatever state it and the file were left in."""

from pathlib import Path

import orjson
import pytest
from tests.unit.engine.payloads import block_hash, envelope

from opcycle.engine.codec import envelope_to_json
from opcycle.engine.journal import PayloadJournal
from opcycle.errors import UserError


def recorded(path: Path, *chain: tuple[str, str], keep: int = 64) -> PayloadJournal:
    """A journal of (block, parent) pairs."""
    journal = PayloadJournal(path, keep=keep)
    for number, (name, parent) in enumerate(chain, 1):
        journal.record(envelope(name, parent, number=number))
    return journal


def lost(journal: PayloadJournal, head: str) -> list[str]:
    return [
        entry.payload.block_hash.rstrip(b"\x00").decode() for entry in journal.lost_after(block_hash(head))
    ]


CHAIN = (("a", "genesis"), ("b", "a"), ("c", "b"))


@pytest.mark.parametrize(
    ("head", "expected"), [("genesis", ["a", "b", "c"]), ("a", ["b", "c"]), ("b", ["c"]), ("c", [])]
)
def test_lost_after__engine_fell_back__what_followed(tmp_path: Path, head: str, expected: list[str]) -> None:
    assert lost(recorded(tmp_path / "j", *CHAIN), head) == expected


def test_lost_after__head_of_somebody_else__nothing(tmp_path: Path) -> None:
    assert lost(recorded(tmp_path / "j", *CHAIN), "stranger") == []


def test_lost_after__empty_journal__nothing(tmp_path: Path) -> None:
    assert lost(PayloadJournal(tmp_path / "j"), "genesis") == []


@pytest.mark.parametrize(
    ("head", "expected"),
    [("a", ["x", "y"]), ("x", ["y"]), ("y", []), ("b", ["a", "x", "y"]), ("c", ["a", "x", "y"])],
)
def test_lost_after__reorg__branch_recorded_last_wins(tmp_path: Path, head: str, expected: list[str]) -> None:
    assert lost(recorded(tmp_path / "j", *CHAIN, ("x", "a"), ("y", "x")), head) == expected


def test_lost_after__block_recorded_again__it_is_the_newest(tmp_path: Path) -> None:
    assert lost(
        recorded(tmp_path / "j", ("a", "genesis"), ("x", "genesis"), ("a", "genesis")), "genesis"
    ) == ["a"]


def test_find__recorded_or_not__payload_or_none(tmp_path: Path) -> None:
    journal = recorded(tmp_path / "j", *CHAIN)
    found = journal.find(block_hash("b"))
    assert found is not None
    assert envelope_to_json(found) == envelope_to_json(envelope("b", "a", number=2))
    assert journal.find(block_hash("stranger")) is None


@pytest.mark.parametrize("cut", [1, 100])
def test_init__torn_last_line__dropped_and_the_next_record_is_whole(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "j"
    recorded(path, *CHAIN)
    path.write_bytes(path.read_bytes()[:-cut])
    journal = PayloadJournal(path)
    assert lost(journal, "genesis") == ["a", "b"]
    journal.record(envelope("d", "b", number=3))
    assert lost(PayloadJournal(path), "genesis") == ["a", "b", "d"]


def test_record__each_payload__one_json_line_at_once(tmp_path: Path) -> None:
    path = tmp_path / "j"
    journal = PayloadJournal(path)
    for count, name in enumerate(("a", "b"), 1):
        journal.record(envelope(name))
        lines = path.read_bytes().splitlines()
        assert len(lines) == count
        assert orjson.loads(lines[-1]) == envelope_to_json(envelope(name))


def test_record__many__file_holds_between_one_and_two_times_keep(tmp_path: Path) -> None:
    path, keep = tmp_path / "j", 4
    journal = PayloadJournal(path, keep=keep)
    for number in range(1, 30):
        journal.record(envelope(str(number), str(number - 1), number=number))
        lines = len(path.read_bytes().splitlines())
        assert min(number, keep) <= lines <= 2 * keep
        assert lost(journal, str(number - min(number, keep) + 1)) == [
            str(n) for n in range(number - min(number, keep) + 2, number + 1)
        ]


@pytest.mark.parametrize("line", [b"\xff\xfe", b"{", b"[1, 2]", b"{}", b'{"executionPayload": 7}'])
def test_lost_after__damaged_line__user_error_until_the_file_is_gone(tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "j"
    recorded(file, *CHAIN)
    file.write_bytes(line + b"\n" + file.read_bytes())
    with pytest.raises(UserError, match=r"j is damaged .*; delete it"):
        lost(PayloadJournal(file), "a")
    file.unlink()
    assert lost(PayloadJournal(file), "a") == []


def test_restore__contents_of_before__what_was_recorded_since_is_gone(tmp_path: Path) -> None:
    journal = recorded(tmp_path / "journal", ("a", "genesis"))
    before = journal.contents()
    journal.record(envelope("b", "a"))
    assert journal.find(block_hash("b")) is not None
    journal.restore(before)
    assert journal.contents() == before
    assert journal.find(block_hash("b")) is None
    journal.record(envelope("c", "a"))
    assert lost(journal, "a") == ["c"]
