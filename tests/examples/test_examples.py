"""The examples, each copied out of the checkout, built by its own compiler and run as its README says."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PATIENCE = 500

WITHOUT_NETWORK = {
    "FOUNDRY_SOLC": str(ROOT / "tools/solcx/solc-v0.8.30"),
    "FOUNDRY_OFFLINE": "true",
    "SOLCX_BINARY_PATH": str(ROOT / "tools/solcx"),
}
"""The checkout's compiler instead of one that is downloaded."""


def copy_of(example: str, directory: Path) -> Path:
    """Without what a compiler has left in it."""
    there = directory / example
    shutil.copytree(
        ROOT / "examples" / example, there, ignore=shutil.ignore_patterns("out", "cache", ".build")
    )
    return there


def run(project: Path, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [BIN / program, *arguments],
        cwd=project,
        env=os.environ | WITHOUT_NETWORK,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize(
    ("example", "passes", "commands"),
    [
        ("python", 1, ["pytest -p no:ape_test"]),
        ("foundry", 4, ["forge build", "pytest -p no:ape_test"]),
        ("ape", 3, ["ape test"]),
    ],
)
def test_an_example_passes(tmp_path: Path, example: str, passes: int, commands: list[str]) -> None:
    project = copy_of(example, tmp_path)
    for command in commands:
        done = run(project, *command.split())
        assert done.returncode == 0, done.stdout + done.stderr
    assert f"{passes} passed" in done.stdout


FAILS = """
from opcycle.testing.ape import ape_account, connected

def test_fails(devnet, user, project):
    with connected(devnet.l2):
        poll = project.Poll.deploy(user.address, sender=ape_account(user))
        assert poll.yes() == 1
"""


def test_an_assertion_that_fails_while_ape_is_connected_to_l2_fails_the_test(tmp_path: Path) -> None:
    project = copy_of("ape", tmp_path)
    (project / "tests" / "test_poll.py").write_text(FAILS)
    done = run(project, "ape", "test")
    assert done.returncode == 1
    assert "1 failed" in done.stdout
    assert "assert 0 == 1" in done.stdout
