"""`opcycle fuzz`: what it says where it cannot play, and how it ends."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from opcycle.artifacts import OUT
from opcycle.cli import fuzz as command
from opcycle.cli.fuzz import fuzz
from opcycle.errors import UserError

WAITS = json.dumps({"is_lazy": False, "size": "6 levels", "steps": [["wait", {"seconds": 1}]]})


def ran(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(fuzz, list(arguments), input=given)


def test_outside_of_a_checkout__it_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "CHECKOUT", None)
    result = ran("--examples", "1")
    assert isinstance(result.exception, UserError)
    assert "clone it, run `make build` there" in str(result.exception)


def test_a_few_plays__that_break_nothing__end_well() -> None:
    result = ran("--examples", "1", "--seed", "1")
    assert result.exit_code == 0, result.output
    assert "1 plays of 60 random steps, seed 1" in result.output
    assert result.output.endswith("every property held\n")


def test_plays_about_the_real_machine__end_well__those_about_an_unknown_one_do_not_begin() -> None:
    result = ran("--examples", "1", "--seed", "1", "--vm", "mips64")
    assert result.exit_code == 0, result.output
    assert ran("--vm", "alphabet").exit_code == 2


def test_without_a_seed__the_one_that_was_drawn_is_printed() -> None:
    first, second = (ran("--examples", "1").output.splitlines()[0] for _ in range(2))
    assert ", seed " in first
    assert first != second


def test_a_run_from_standard_input_is_played_again() -> None:
    assert ran("replay", "-", given=WAITS).exit_code == 0
    assert isinstance(ran("replay", "-", given="{}").exception, UserError)


def test_a_directory_without_contracts__is_refused(tmp_path: Path) -> None:
    result = ran("--artifacts", str(tmp_path))
    assert isinstance(result.exception, UserError)
    assert "has no contract to play with" in str(result.exception)


def test_a_property_that_breaks__is_told_and_saved__and_breaks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = "FaultDisputeGame.sol/FaultDisputeGame.json"
    dearer = (OUT / name).read_text().replace("62061a80", "62061a81")  # bonds for 400,001 gas, not 400,000
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text(dearer)
    result = ran("--examples", "1", "--seed", "1", "--artifacts", str(tmp_path))
    assert result.exit_code == 1
    assert "D-1: " in result.output
    (saved,) = Path(".opcycle/fuzz").glob("d-1-*.json")
    assert f"opcycle fuzz replay {saved} --artifacts {tmp_path}" in result.output
    assert ran("replay", str(saved), "--artifacts", str(tmp_path)).exit_code == 1
    assert ran("replay", str(saved)).exit_code == 0
