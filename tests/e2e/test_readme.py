"""The README's commands do what it says, against the devnet that it says they are for."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.programs import PATIENCE, ROOT, running_devnet

from opcycle.devnet.accounts import ACCOUNTS

README = (ROOT / "README.md").read_text()
DEFAULT_L2 = "http://127.0.0.1:9545"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    data = tmp_path_factory.mktemp("readme") / "chain"
    with running_devnet("--data", str(data), "--auto-ports"):
        yield data


def run(command: str, data: Path, **variables: str) -> str:
    """A line of the README, on the devnet's own ports; what it printed."""
    endpoints = json.loads((data / "endpoints.json").read_text())
    words = shlex.split(command.replace(DEFAULT_L2, endpoints["l2"]), comments=True)
    known = {"USER_KEY": "0x" + ACCOUNTS["user"].key.hex(), **variables}
    words = [re.sub(r"\$(\w+)", lambda match: known[match[1]], word) for word in words]
    venv = str(Path(sys.executable).parent)
    env = os.environ | {"OPCYCLE_DATA": str(data), "PATH": f"{venv}:{os.environ['PATH']}"}
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=PATIENCE, cwd=ROOT, env=env
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_cast_and_forge_work_on_the_chain(data: Path) -> None:
    (block,) = [block for block in blocks("sh") if "cast send" in block]
    cast, forge = block.splitlines()
    assert "status               1 (success)" in run(cast, data)
    assert "Deployed to: 0x" in run(forge, data)


def test_the_bridge_commands_bring_eth_over_and_back(data: Path) -> None:
    (block,) = [block for block in blocks("sh") if "opcycle deposit" in block]
    deposit, withdraw, *rest = block.splitlines()
    assert "arrived in L2 block" in run(deposit, data)
    withdrawal = run(withdraw, data).splitlines()[0]
    said = [run(command, data, WITHDRAWAL=withdrawal) for command in rest]
    assert [line.split()[1] for line in rest] == ["status", "prove", "travel", "travel", "finalize"]
    assert "proven against game" in said[1]
    assert said[4].splitlines()[1] == "finalized"


def test_the_python_example_runs(tmp_path: Path) -> None:
    (example,) = [block for block in blocks("python") if "Devnet" in block]
    ports = "from opcycle.devnet.ports import free_ports\n"
    example = ports + example.replace('Path("my-chain")', 'Path("my-chain"), ports=free_ports()')
    done = subprocess.run(
        [sys.executable, "-c", example], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    arrived, safe_head = done.stdout.splitlines()
    assert arrived.startswith("arrived in L2 block")
    assert re.fullmatch(r"\d+:0x[0-9a-f]{8}", safe_head)


def test_the_readme_is_short_and_names_what_exists() -> None:
    assert len(README.splitlines()) <= 255
    (tree,) = [
        block for block in re.findall(r"```text\n(.*?)```", README, re.DOTALL) if "contracts/" in block
    ]
    for name in re.findall(r"\b(\w+/)", tree):
        assert list(ROOT.glob(f"**/{name}")), f"the README names {name}, which does not exist"
