"""The Go programs that opcycle runs: which version, from which module, and where the built ones are found.

Their versions are those that `tools/go/go.mod` pins. `opcycle setup` builds them once per user (see
`engine.building`), `make engine` and `make peers` in a checkout, into its `.tools/bin`.
"""

import functools
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from opcycle import installation
from opcycle.errors import UserError

GO_MODULE = installation.FILES / "tools" / "go"
"""The module whose go.mod and go.sum pin what is built."""

_OPTIMISM = "github.com/ethereum-optimism/optimism"
_LOOK = 10
"""Seconds that a program on PATH may take to say its version."""


@dataclass(frozen=True, slots=True)
class Program:
    """`name` is the executable's, `package` the Go package it is built from, `module` the pinned module."""

    name: str
    package: str
    module: str

    @property
    def version(self) -> str:
        """As go.mod has it, such as v1.101702.2."""
        pinned = re.search(rf"{re.escape(self.module)} (v\S+)", (GO_MODULE / "go.mod").read_text())
        assert pinned is not None
        return pinned[1]

    @property
    def of_user(self) -> Path:
        """Where `opcycle setup` puts it. Another version goes elsewhere, so two opcycles do not disturb."""
        return installation.user_directory() / f"{self.module.rpartition('/')[2]}-{self.version}" / self.name

    def find(self) -> Path | None:
        """The one that was built here: in the checkout, if this is one, or else for the user."""
        built = [] if installation.CHECKOUT is None else [installation.CHECKOUT / ".tools/bin" / self.name]
        return next((path for path in (*built, self.of_user) if os.access(path, os.X_OK)), None)


GETH = Program("geth", "github.com/ethereum/go-ethereum/cmd/geth", "github.com/ethereum-optimism/op-geth")
PEERS = tuple(
    Program(name, f"{_OPTIMISM}/{name}/cmd", _OPTIMISM)
    for name in ("op-node", "op-batcher", "op-proposer", "op-challenger")
)
"""OP Stack programs that may take the place of our agents; nothing here needs them."""
CANNON = Program("cannon", f"{_OPTIMISM}/cannon", _OPTIMISM)
"""The machine of fault proofs, off chain."""


def geth_binary() -> str:
    """The op-geth to run: `$OPCYCLE_GETH`, one built here, or one of the same version on PATH.

    Raises UserError if there is none.
    """
    named = os.environ.get("OPCYCLE_GETH")
    if named:
        if not os.access(named, os.X_OK):
            raise UserError(f"OPCYCLE_GETH names {named}, which is not an executable file")
        return named
    built = GETH.find()
    if built is not None:
        return str(built)
    on_path = shutil.which("geth")
    if on_path is not None and _is_pinned_geth(on_path, GETH.version):
        return on_path
    raise UserError(
        f"op-geth {GETH.version} is missing; run `opcycle setup`, which builds it once (four to five minutes)"
    )


def cannon_binary() -> str:
    """The cannon that was built here. Raises UserError if there is none."""
    built = CANNON.find()
    if built is None:
        raise UserError(
            f"cannon {CANNON.version} is missing; run `opcycle setup --proofs`, which builds it, once"
        )
    return str(built)


@functools.cache
def _is_pinned_geth(path: str, version: str) -> bool:
    """Whether it says so of itself. Without op-geth's own version (a build outside of its repository), the
    version of geth that it is based on has to do; a geth that is no op-geth states no such one.
    """
    try:
        said = subprocess.run([path, "version"], capture_output=True, text=True, check=False, timeout=_LOOK)
    except (OSError, subprocess.TimeoutExpired):
        return False
    own = re.search(r"^Version: (\d+\.\d+\.\d+)-(\w+)", said.stdout, re.MULTILINE)
    based_on = re.search(r"^Upstream Version: (\d+\.\d+\.\d+)", said.stdout, re.MULTILINE)
    if own is None or based_on is None:
        return False
    return version == f"v{own[1]}" or (own[2] == "untagged" and based_on[1] == upstream_version(version))


def upstream_version(version: str) -> str:
    """The geth that an op-geth is based on, which its version encodes: v1.101702.2 is on 1.17.2."""
    major, minor, _ = version.removeprefix("v").split(".")
    return f"{major}.{int(minor[-4:-2])}.{int(minor[-2:])}"
