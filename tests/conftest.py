"""What a session of Ape needs before its first test: contracts that are not stale, and only its own suite.

ape 0.8 compiles a file again only if its own text changed, so the users of an edited library would keep their
old code; `make build` compiles with forge, which knows better, and Ape only reads. The other suites run
without Ape (`-p no:ape_test`): then nothing happens here, so nothing here imports it.
"""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tools.forge2ape import STAMP, sources_digest

pytest_plugins = ["tests.profiles"]

ROOT = Path(__file__).resolve().parents[1]
CONTRACTS = ROOT / "tests" / "contracts"


def pytest_configure(config: pytest.Config) -> None:
    # A shell's background job ignores Ctrl-C, and so would all programs that tests start and stop by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not config.pluginmanager.hasplugin("ape_test") or hasattr(config, "workerinput"):
        return
    if config.args_source is not pytest.Config.ArgsSource.ARGS:  # a bare `ape test`
        config.args = [str(CONTRACTS)]
    stamp = ROOT / STAMP
    if not stamp.is_file() or stamp.read_text() != sources_digest(ROOT):
        _build()


def pytest_report_header(config: pytest.Config) -> str | None:
    if config.args == [str(CONTRACTS)]:
        return "ape: tests/contracts alone; the other suites run without Ape, see `make test`"
    return None


def _build() -> None:
    """As `make build` does; pytest ends if it fails."""
    forge = shutil.which("forge")
    if forge is None:
        pytest.exit("there is no forge on PATH; run `make setup` first", 1)
    for command in ([forge, "build", "--quiet", "contracts"], [sys.executable, "tools/forge2ape.py"]):
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            pytest.exit(f"the contracts changed, and `{' '.join(command)}` fails", 1)
