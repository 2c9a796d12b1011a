"""What agents have logged in one test."""

from pathlib import Path

from opcycle.testing.agent_logs import logged, sizes


def test_only_what_came_since_counts(tmp_path: Path) -> None:
    node, batcher = tmp_path / "node.log", tmp_path / "batcher.log"
    node.write_text("before\n")
    batcher.write_text("before\n")
    start = sizes(tmp_path)
    assert logged(tmp_path, since=start) == {}
    with node.open("a") as file:
        file.write("first\nsecond\n")
    (tmp_path / "l1.log").write_text("a new one\n")
    assert logged(tmp_path, since=start) == {"l1": ["a new one"], "node": ["first", "second"]}


def test_no_logs_nothing_said(tmp_path: Path) -> None:
    assert logged(tmp_path / "nowhere", since={}) == {}
