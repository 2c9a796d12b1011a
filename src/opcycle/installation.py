"""Where opcycle's own files are, and where it keeps what it builds for a user.

The wheel carries, in `_packaged/`, the few files of a checkout that runs need, under the same names:
tools/build_backend.py gathers them. A checkout has no such folder, so there everything is read in its place.
"""

import os
from pathlib import Path

_PACKAGED = Path(__file__).with_name("_packaged")

CHECKOUT: Path | None = None if _PACKAGED.is_dir() else Path(__file__).resolve().parents[2]
"""The root of the checkout that this code belongs to; None if it was installed from a wheel."""

FILES = CHECKOUT or _PACKAGED
"""Here are `out/` (compiled contracts), `deploy/`, `tools/go/` and `requirements-go.lock`."""


def user_directory() -> Path:
    """`$OPCYCLE_HOME`, or `opcycle` in the user's cache directory: what is built once, for all projects."""
    named = os.environ.get("OPCYCLE_HOME")
    if named:
        return Path(named).absolute()
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "opcycle"
