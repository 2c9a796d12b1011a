"""Which op-geth is run: the one that is named, the one that was built, or one on PATH that is the same."""

from pathlib import Path

import pytest

from opcycle import installation
from opcycle.engine import programs
from opcycle.engine.programs import GETH, PEERS, geth_binary, upstream_version
from opcycle.errors import UserError

OURS = "Geth\nVersion: 0.1.0-untagged\nUpstream Version: 1.17.2-stable\nArchitecture: amd64\n"
RELEASED = "Geth\nVersion: 1.101702.2-stable\nUpstream Version: 1.17.2-stable\n"


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No op-geth in the environment, in the checkout, of the user, or on PATH; where all of these look."""
    monkeypatch.delenv("OPCYCLE_GETH", raising=False)
    monkeypatch.setenv("OPCYCLE_HOME", str(tmp_path / "user"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")
    monkeypatch.setattr(installation, "CHECKOUT", tmp_path / "checkout")
    programs._is_pinned_geth.cache_clear()
    return tmp_path


def program(path: Path, says: str = "") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{says}END\n")
    path.chmod(0o755)
    return str(path)


def test_geth_binary__none__one_sentence_says_what_to_run(nowhere: Path) -> None:
    with pytest.raises(
        UserError, match=r"^op-geth v1\.101702\.2 is missing; run `opcycle setup`, which [^.]*$"
    ):
        geth_binary()


def test_geth_binary__several__named_then_the_checkouts_then_the_users_then_on_path(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path = program(nowhere / "path" / "geth", OURS)
    assert geth_binary() == on_path
    of_user = program(nowhere / "user" / "op-geth-v1.101702.2" / "geth")
    assert geth_binary() == of_user
    built = program(nowhere / "checkout" / ".tools" / "bin" / "geth")
    assert geth_binary() == built
    named = program(nowhere / "named" / "op-geth")
    monkeypatch.setenv("OPCYCLE_GETH", named)
    assert geth_binary() == named


def test_geth_binary__installed_from_a_wheel__looks_in_no_checkout(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(nowhere / "checkout" / ".tools" / "bin" / "geth")
    monkeypatch.setattr(installation, "CHECKOUT", None)
    with pytest.raises(UserError, match="is missing"):
        geth_binary()


def test_geth_binary__environment_names_no_program__user_error(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(nowhere / "path" / "geth", OURS)
    monkeypatch.setenv("OPCYCLE_GETH", str(nowhere / "missing"))
    with pytest.raises(UserError, match=r"OPCYCLE_GETH names .*missing, which is not an executable file"):
        geth_binary()


def test_geth_binary__on_path__a_release_of_the_version_is_taken(nowhere: Path) -> None:
    on_path = program(nowhere / "path" / "geth", RELEASED)
    assert geth_binary() == on_path


@pytest.mark.parametrize(
    "says",
    [
        "",
        "Geth\nVersion: 1.17.2-stable\nArchitecture: amd64\n",
        OURS.replace("1.17.2", "1.17.1"),
        RELEASED.replace("1.101702.2", "1.101702.1"),
    ],
    ids=["says nothing", "a geth that is no op-geth", "on another geth", "another release"],
)
def test_geth_binary__on_path__anything_else_is_not(nowhere: Path, says: str) -> None:
    program(nowhere / "path" / "geth", says)
    with pytest.raises(UserError, match="is missing"):
        geth_binary()


def test_of_user__another_version__is_elsewhere(
    nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(GETH.of_user)
    assert GETH.find() == GETH.of_user
    (tmp_path / "go.mod").write_text("replace … => github.com/ethereum-optimism/op-geth v1.101702.3\n")
    monkeypatch.setattr(programs, "GO_MODULE", tmp_path)
    assert GETH.version == "v1.101702.3"
    assert GETH.find() is None


def test_version__each_program__is_pinned() -> None:
    assert GETH.version == "v1.101702.2"
    assert {peer.version for peer in PEERS} == {"v1.18.1"}


def test_upstream_version__is_encoded_in_op_geths() -> None:
    assert upstream_version("v1.101702.2") == "1.17.2"
    assert upstream_version("v1.101315.0") == "1.13.15"
