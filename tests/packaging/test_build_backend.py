"""The build backend: what of forge's output a wheel takes, and which checkouts it refuses."""

import importlib
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.packaging.building import ROOT
from tools.forge2ape import STAMP, sources_digest


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """As a builder imports it: its own folder is on the path."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("build_backend")


def compiled(root: Path, source: str, name: str, immutables: dict[str, Any]) -> None:
    """What forge would write, with more than is read of it."""
    file = root / "out" / Path(source).name / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    metadata = {
        "compiler": {"version": "0.8.30"},
        "language": "Solidity",
        "output": {"abi": [], "devdoc": {}},
        "settings": {"compilationTarget": {source: name}},
        "sources": {source: {"keccak256": "0x12", "urls": []}},
    }
    code = {"object": "0x6001", "sourceMap": "0:1"}
    file.write_text(
        json.dumps(
            {
                "abi": [],
                "bytecode": code,
                "deployedBytecode": {**code, "immutableReferences": immutables},
                "metadata": metadata,
                "ast": {},
            }
        )
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A contract and a test, compiled."""
    for name, text in {
        "contracts/Box.sol": "contract Box {}",
        "ape-config.yaml": "",
        "foundry.toml": "",
        STAMP: "",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    compiled(tmp_path, "contracts/Box.sol", "Box", {"1041": [{"start": 9}], "977": [{"start": 4}]})
    compiled(tmp_path, "tests/invariants/Box.t.sol", "BoxTest", {})
    (tmp_path / STAMP).write_text(sources_digest(tmp_path))
    return tmp_path


def test_contracts__only_those_of_the_project__and_of_them_what_is_read(
    backend: ModuleType, checkout: Path
) -> None:
    assert backend.compiled_contracts(checkout) == {
        "Box": {
            "abi": [],
            "bytecode": {"object": "0x6001"},
            "deployedBytecode": {
                "object": "0x6001",
                "immutableReferences": {"0": [{"start": 4}], "1": [{"start": 9}]},
            },
            "metadata": {
                "compiler": {"version": "0.8.30"},
                "language": "Solidity",
                "settings": {"compilationTarget": {"contracts/Box.sol": "Box"}},
                "sources": {"contracts/Box.sol": {"keccak256": "0x12"}},
            },
        }
    }


def test_contracts__not_compiled_or_changed_since__are_refused(backend: ModuleType, checkout: Path) -> None:
    (checkout / "contracts/Box.sol").write_text("contract Box { uint256 public x; }")
    with pytest.raises(SystemExit, match="not compiled, or changed since; run `make build`"):
        backend.compiled_contracts(checkout)
    (checkout / STAMP).unlink()
    with pytest.raises(SystemExit, match="not compiled, or changed since; run `make build`"):
        backend.compiled_contracts(checkout)


def test_contracts__none_at_all__are_refused(backend: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no contracts here to put into a wheel"):
        backend.compiled_contracts(tmp_path)


def test_contracts__two_of_a_name__are_refused(backend: ModuleType, checkout: Path) -> None:
    (checkout / "contracts/Other.sol").write_text("contract Box {}")
    (checkout / STAMP).write_text(sources_digest(checkout))
    compiled(checkout, "contracts/Other.sol", "Box", {})
    with pytest.raises(SystemExit, match="two contracts are called Box"):
        backend.compiled_contracts(checkout)


def test_licenses__of_each_package_that_a_source_is_from(backend: ModuleType, tmp_path: Path) -> None:
    for name in ("@a/b/package.json", "@a/b/x.sol", "c/LICENSE.txt", "c/src/y.sol", "d/LICENSE"):
        file = tmp_path / "node_modules" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    sources = {"contracts/Box.sol", "node_modules/@a/b/x.sol", "node_modules/c/src/y.sol"}
    assert backend._licenses(tmp_path, sources) == {
        "node_modules/@a/b/package.json",
        "node_modules/c/LICENSE.txt",
    }
