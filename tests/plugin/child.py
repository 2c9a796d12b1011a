"""A pytest of its own for tests that use the plugin, as in somebody's project."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import opcycle

SOURCES = Path(opcycle.__file__).parents[1]

TIMEOUT = 500
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Project:
    """A directory with tests, and nothing of ours in it. `ini` is the text of its pytest.ini."""

    directory: Path
    ini: str = "[pytest]\nfilterwarnings = error\n"

    def run(self, tests: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Runs pytest on a file that holds `tests`."""
        (self.directory / "test_it.py").write_text(tests)
        (self.directory / "pytest.ini").write_text(self.ini)
        return subprocess.run(
            self.command(*options), **self.how(), text=True, capture_output=True, check=False
        )

    def command(self, *options: str) -> list[str]:
        plugins = ["-p", "opcycle.pytest_plugin", "-p", "no:cacheprovider"]
        return [sys.executable, "-m", "pytest", *plugins, f"--basetemp={self.directory / 'tmp'}", *options]

    def how(self) -> dict[str, object]:
        """Only plugins that are named are loaded, so that it does not matter how opcycle is installed."""
        environment = {**os.environ, "PYTHONPATH": str(SOURCES), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        environment.pop("PYTEST_ADDOPTS", None)
        return {"cwd": self.directory, "env": environment, "timeout": TIMEOUT}
