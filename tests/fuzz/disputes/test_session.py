"""`opcycle fuzz`: what it tells, what it saves, and that what it saved plays again."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.fuzz.disputes import session
from tests.fuzz.plays import Found, as_json

from opcycle.artifacts import OUT
from opcycle.errors import UserError

WAIT = ["wait", {"seconds": 1}]


def run_of(*steps: Any, size: str = "6 levels") -> str:
    return json.dumps({"is_lazy": False, "size": size, "steps": steps})


def ticking(seconds: float) -> Callable[[], float]:
    times = count(0, seconds)
    return lambda: next(times)


def hunted(artifacts: Path | None = None, plays: int = 3) -> tuple[Found | None, list[str]]:
    told: list[str] = []
    found = session.run(
        seed=1, plays=plays, length=10, artifacts=artifacts, say=told.append, clock=ticking(3)
    )
    return found, told


@pytest.fixture
def other_build(tmp_path: Path) -> Path:
    """Our own game in forge's layout, but that its bonds are for 400,001 gas instead of 400,000."""
    name = "FaultDisputeGame.sol/FaultDisputeGame.json"
    constant, changed = (f"62{gas:06x}" for gas in (400_000, 400_001))  # PUSH3
    text = (OUT / name).read_text()
    assert constant in text
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text(text.replace(constant, changed))
    return tmp_path


def test_a_hunt_that_finds_nothing__tells_how_it_goes__and_what_was_done_and_refused() -> None:
    found, told = hunted()
    assert found is None
    assert told[0] == "3 plays of 10 random steps, seed 1"
    assert any("plays" in line and "a second" in line for line in told[1:-2])
    assert told[-2].startswith("done: ")
    assert "× create" in told[-2]
    assert told[-1].startswith("refused: ")


def test_the_same_seed_plays_the_same() -> None:
    _, first = hunted()
    _, again = hunted()
    assert again == first


def test_another_build_that_is_our_own__does_the_same() -> None:
    found, told = hunted(OUT, plays=1)
    assert found is None
    assert "FaultDisputeGame" in told[0]


def test_another_build_with_other_bonds__is_told_apart__in_a_run_that_plays_again(other_build: Path) -> None:
    found, told = hunted(other_build)
    assert found is not None
    assert told[0] == f"{other_build}: FaultDisputeGame; beside ours, call by call"
    story = session.story(found)
    assert story.startswith("D-1: ")
    assert "getRequiredBond" in story
    assert "What happened:" in story
    text = as_json(found.play)
    again = session.play_again(text, other_build)
    assert again is not None
    assert again.error.property == "D-1"
    assert session.play_again(text, None) is None
    assert session.name_of(found).startswith("d-1-")


def test_a_directory_without_contracts__is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no contract to play with"):
        hunted(tmp_path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("nonsense", "this is no run"),
        ("[]", "this is no run"),
        ('{"is_lazy": true}', "this is no run"),
        (run_of(WAIT, size="99 levels"), "does not know trees of '99 levels'"),
        (run_of(["dance", {}]), "does not know 'dance'"),
        (run_of(["wait", {"minutes": 1}]), "does not know 'wait', or not its arguments"),
        (run_of("wait"), "this is no run"),
    ],
)
def test_what_is_no_run__is_refused(text: str, complaint: str) -> None:
    assert session.play_again(run_of(WAIT), None) is None
    with pytest.raises(UserError, match=complaint):
        session.play_again(text, None)


def test_a_run_is_kept_once_under_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "RUNS", tmp_path / "runs")
    path = session.keep(run_of(WAIT))
    assert session.keep(run_of(WAIT) + "\n") == path
    assert session.play_again(path.read_text(), None) is None
    assert [path] == list((tmp_path / "runs").iterdir())
    assert session.keep(run_of(WAIT, WAIT)) != path
