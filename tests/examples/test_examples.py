"""The examples, each copied out of the checkout, built by its own compiler and run as its README says."""

import os
import re
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
        ROOT / "examples" / example, there, ignore=shutil.ignore_patterns("out", "cache", ".build", "lib")
    )
    return there


def run(project: Path, command: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """As a line of a shell."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-c", command],
        cwd=project,
        env=os.environ | WITHOUT_NETWORK | {"PATH": path} | env,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def commands(project: Path) -> list[str]:
    """What its README says to type, after the installation."""
    (block,) = re.findall(r"```sh\n(.*?)```", (project / "README.md").read_text(), re.DOTALL)
    lines = [line.partition("#")[0].strip() for line in block.splitlines()]
    assert lines[:2] == ["pip install opcycle", "opcycle setup"]
    return lines[1:]


@pytest.mark.parametrize(("example", "passes"), [("python", 1), ("foundry", 4), ("solidity", 3), ("ape", 3)])
def test_an_example_passes_by_what_its_readme_says(tmp_path: Path, example: str, passes: int) -> None:
    project = copy_of(example, tmp_path)
    env = {} if example == "ape" else {"PYTEST_ADDOPTS": "-p no:ape_test"}  # sooner
    for command in commands(project):
        done = run(project, command, **env)
        assert done.returncode == 0, done.stdout + done.stderr
    assert f"{passes} passed" in done.stdout


def test_every_example_is_named_in_the_readme() -> None:
    folders = {path.name for path in (ROOT / "examples").iterdir() if path.is_dir()}
    named = re.findall(r"^\| \[(\w+)\]\(\1\) ", (ROOT / "examples/README.md").read_text(), re.MULTILINE)
    assert set(named) == folders


def test_the_ten_lines_are_those_of_the_projects_readme() -> None:
    assert (ROOT / "examples/python/test_withdrawal.py").read_text() in (ROOT / "README.md").read_text()
