"""`opcycle setup`: what it says of programs that it builds, and of those that are there."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from opcycle import installation
from opcycle.cli.setup import setup
from opcycle.engine.programs import cannon_binary
from opcycle.errors import UserError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a user who has Go, here a stand-in that builds at once, and no checkout."""
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text(
        "#!/bin/sh\n[ $1 = env ] && echo go1.26.0 && exit\n"
        'while [ "$1" != "-o" ]; do shift; done; echo built > "$2"; chmod +x "$2"\n'
    )
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{go.parent}:/usr/bin:/bin")
    monkeypatch.setenv("OPCYCLE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(installation, "CHECKOUT", None)
    return tmp_path / "home"


def ran(*arguments: str) -> Result:
    return CliRunner(mix_stderr=False).invoke(setup, list(arguments))


def test_setup__builds_op_geth__and_a_second_run_finds_it(home: Path) -> None:
    first, second = ran(), ran()
    path = home / "op-geth-v1.101702.2" / "geth"
    assert first.stdout == f"geth v1.101702.2 is built: {path}\n"
    assert first.stderr == "… building geth v1.101702.2 from pinned Go modules\n"
    assert second.stdout == f"geth v1.101702.2 is there: {path}\n"
    assert second.stderr == ""


def test_setup__peers__come_after_it(home: Path) -> None:
    ran()
    lines = [json.loads(line) for line in ran("--peers", "--json").stdout.splitlines()]
    assert [(line["program"], line["built"]) for line in lines] == [
        ("geth", False),
        ("op-node", True),
        ("op-batcher", True),
        ("op-proposer", True),
        ("op-challenger", True),
    ]
    assert {line["path"] for line in lines[1:]} == {
        str(home / "optimism-v1.18.1" / line["program"]) for line in lines[1:]
    }


def test_setup__proofs__cannon_comes_after_it(home: Path) -> None:
    lines = [json.loads(line) for line in ran("--proofs", "--json").stdout.splitlines()]
    assert [(line["program"], line["built"]) for line in lines] == [("geth", True), ("cannon", True)]
    assert cannon_binary() == str(home / "optimism-v1.18.1" / "cannon")


def test_cannon_binary__nothing_is_built__one_sentence_says_what_to_run(home: Path) -> None:
    with pytest.raises(
        UserError, match=r"^cannon v1.18.1 is missing; run `opcycle setup --proofs`, which builds"
    ):
        cannon_binary()


def test_setup__a_build_that_fails__says_so_and_nothing_is_there(home: Path, tmp_path: Path) -> None:
    (tmp_path / "bin" / "go").write_text(
        "#!/bin/sh\n[ $1 = env ] && echo go1.26.0 && exit\necho the disk is full; exit 1\n"
    )
    result = ran()
    assert isinstance(result.exception, UserError)
    assert str(result.exception) == "building geth failed: the disk is full"
    assert not (home / "op-geth-v1.101702.2" / "geth").exists()
