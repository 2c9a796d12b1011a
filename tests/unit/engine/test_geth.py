"""Which op-geth is run. (How it runs: tests/e2e/test_geth_process.py.)"""

import socket
from pathlib import Path

import pytest

from opcycle.engine import geth
from opcycle.engine.geth import geth_binary, port_is_free, require_free_port
from opcycle.errors import UserError


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No op-geth in the environment, in the repository, or on PATH."""
    monkeypatch.delenv("OPCYCLE_GETH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(geth, "_REPOSITORY_BINARY", tmp_path / "built" / "geth")
    return tmp_path


def program(path: Path) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_geth_binary__none__user_error_says_make_engine(nowhere: Path) -> None:
    with pytest.raises(UserError, match="run `make engine`"):
        geth_binary()


def test_geth_binary__several__environment_then_repository_then_path(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path = program(nowhere / "geth")
    assert geth_binary() == on_path
    built = program(nowhere / "built" / "geth")
    assert geth_binary() == built
    named = program(nowhere / "named" / "op-geth")
    monkeypatch.setenv("OPCYCLE_GETH", named)
    assert geth_binary() == named


def test_geth_binary__environment_names_no_program__user_error(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(nowhere / "geth")
    monkeypatch.setenv("OPCYCLE_GETH", str(nowhere / "missing"))
    with pytest.raises(UserError, match=r"OPCYCLE_GETH names .*missing, which is not an executable file"):
        geth_binary()


def test_require_free_port__listener__user_error_until_it_is_gone() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert not port_is_free(port)
        with pytest.raises(UserError, match=f"port {port} is busy"):
            require_free_port(port)
    assert port_is_free(port)
    require_free_port(port)
