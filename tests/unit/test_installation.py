"""Where things are: in this checkout, and in a user's directory."""

from pathlib import Path

import pytest

from opcycle.installation import CHECKOUT, FILES, user_directory


def test_files__of_a_checkout__are_where_git_has_them() -> None:
    assert CHECKOUT == FILES
    for name in ("tools/go/go.sum", "requirements-go.lock", "deploy/sepolia.yaml", "contracts"):
        assert (FILES / name).exists()


def test_user_directory__the_named_one__then_the_caches__then_homes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("OPCYCLE_HOME", "")
    assert user_directory() == tmp_path / ".cache" / "opcycle"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert user_directory() == tmp_path / "caches" / "opcycle"
    monkeypatch.setenv("OPCYCLE_HOME", str(tmp_path / "mine"))
    assert user_directory() == tmp_path / "mine"


def test_user_directory__a_relative_one__does_not_move_with_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPCYCLE_HOME", "mine")
    assert user_directory() == tmp_path / "mine"
