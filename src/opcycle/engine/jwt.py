"""The shared secret between a consensus client and its engine. Source: Engine API, "Authentication"."""

import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import jwt

from opcycle.errors import UserError


def create_secret(path: Path) -> bytes:
    """The 32-byte secret in `path`, written there first (readable by its owner only) if there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
        fresh.replace(path)  # whole or not at all: a kill in between leaves no half secret
    return read_secret(path)


def read_secret(path: Path) -> bytes:
    """The secret in a JWT file (64 hex digits). Raises UserError if it cannot be read or is none."""
    try:
        secret = bytes.fromhex(path.read_text().strip().removeprefix("0x"))
    except OSError as error:
        raise UserError(f"cannot read the JWT secret {path}: {error.strerror}") from error
    except ValueError as error:
        raise UserError(f"{path} is no JWT secret: it must hold 64 hex digits") from error
    if len(secret) != 32:
        raise UserError(f"{path} is no JWT secret: it holds {len(secret)} bytes, not 32")
    return secret


def bearer(secret: bytes) -> Callable[[], dict[str, str]]:
    """A source of authorization headers; the engine accepts a token for 60 s around its issue time.

    One token serves all the calls of a second: signing for each would be a good part of our time per block.
    """
    latest: tuple[int, dict[str, str]] = (0, {})

    def headers() -> dict[str, str]:
        nonlocal latest
        now = int(time.time())
        if latest[0] != now:
            token = jwt.encode({"iat": now}, secret, algorithm="HS256")
            latest = now, {"authorization": f"Bearer {token}"}
        return latest[1]

    return headers
