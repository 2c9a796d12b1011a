"""The secret file and the token made of it."""

import stat
from pathlib import Path

import jwt
import pytest

from opcycle.engine.jwt import bearer, create_secret, read_secret
from opcycle.errors import UserError


def test_create_secret__no_file__written_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "engine" / "jwt.hex"
    secret = create_secret(path)
    assert len(secret) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert create_secret(path) == read_secret(path) == secret
    assert [file.name for file in path.parent.iterdir()] == ["jwt.hex"]


def test_create_secret__two_files__two_secrets(tmp_path: Path) -> None:
    assert create_secret(tmp_path / "a") != create_secret(tmp_path / "b")


@pytest.mark.parametrize("text", ["ab" * 32, "0x" + "AB" * 32, " 0x" + "ab" * 32 + "\n"])
def test_read_secret__forms_that_clients_write__same_bytes(tmp_path: Path, text: str) -> None:
    path = tmp_path / "jwt.hex"
    path.write_text(text)
    assert read_secret(path) == b"\xab" * 32


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "0 bytes, not 32"), ("ab" * 31, "31 bytes"), ("ab" * 33, "33 bytes"), ("xyz", "64 hex digits")],
)
def test_read_secret__no_secret__user_error(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "jwt.hex"
    path.write_text(text)
    with pytest.raises(UserError, match=why):
        read_secret(path)


def test_read_secret__no_file__user_error_names_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot read the JWT secret .*none\.hex: No such file"):
        read_secret(tmp_path / "none.hex")


def test_bearer__token__signed_by_the_secret_and_by_no_other() -> None:
    scheme, token = bearer(b"\x01" * 32)()["authorization"].split(" ")
    assert scheme == "Bearer"
    assert set(jwt.decode(token, b"\x01" * 32, algorithms=["HS256"])) == {"iat"}
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, b"\x02" * 32, algorithms=["HS256"])
