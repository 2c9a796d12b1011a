"""Building opcycle's wheel and installing it, as whoever publishes and whoever uses it does."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300

_OWN_UV = ROOT / ".uv/bin/uv"
UV = str(_OWN_UV) if _OWN_UV.exists() else shutil.which("uv") or "uv"
"""As the Makefile: its own, where the machine has none that will do."""


def run(
    *command: str | Path, cwd: Path, env: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """To its end, whatever that is."""
    return subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def build(kind: str, into: Path, source: Path = ROOT) -> Path:
    """Build the `wheel` or the `sdist` of a checkout or of an sdist, and give its file."""
    how = ("--no-build-isolation", "--offline", "--python", sys.executable)
    done = run(UV, "build", f"--{kind}", *how, "-o", into, source, cwd=into.parent)
    assert done.returncode == 0, done.stderr
    (built,) = [path for path in into.iterdir() if path.name.startswith("opcycle-")]
    return built


@dataclass(frozen=True, slots=True)
class Installed:
    """A virtual environment with opcycle from a wheel, an empty folder to work in, and a user's directory.

    Nothing of the checkout is in its environment: not on PATH, not on Python's path.
    """

    venv: Path
    folder: Path
    home: Path

    @classmethod
    def of(cls, wheel: Path, directory: Path) -> "Installed":
        """With the locked dependencies, by their hashes."""
        directory.mkdir()
        new = cls(directory / "venv", directory / "project", directory / "home")
        new.folder.mkdir()
        python = new.venv / "bin/python"
        for command in (
            ("venv", "--python", sys.executable, new.venv),
            ("pip", "install", "--python", python, "--require-hashes", "-r", ROOT / "requirements.lock"),
            ("pip", "install", "--python", python, "--no-deps", wheel),
        ):
            done = run(UV, *command, cwd=directory)
            assert done.returncode == 0, done.stderr
        return new

    def run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """One of the environment's programs, in the empty folder."""
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        env = kept | {"PATH": f"{self.venv / 'bin'}:/usr/bin:/bin", "OPCYCLE_HOME": str(self.home)}
        return run(self.venv / "bin" / program, *arguments, cwd=self.folder, env=env)
