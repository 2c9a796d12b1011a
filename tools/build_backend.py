"""The build backend: flit's, after what runs need of the checkout was gathered into `opcycle/_packaged/`.

Compiled contracts are not in git, so a wheel can only be made where `make build` was run; anything else is
refused. With them come their sources, which explorers want and other contracts may import. An sdist carries
the gathered files and so makes the same wheel anywhere. Everything happens in a copy: the checkout stays as
it is, and `out/` goes on being read in its place by an editable install. The same files give the same bytes.
"""

import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from flit_core import buildapi
from flit_core.buildapi import (
    build_editable,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)
from forge2ape import STAMP, sources_digest

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

PACKAGED = Path("src/opcycle/_packaged")
AS_THEY_ARE = (
    "tools/go/go.mod",
    "tools/go/go.sum",
    "requirements-go.lock",
    "deploy/local.yaml",
    "deploy/sepolia.yaml",
)
BACKEND = ("tools/build_backend.py", "tools/forge2ape.py")
SOURCES = ("pyproject.toml", "README.md", "LICENSE", *BACKEND, "src/opcycle")
TIMESTAMP = "315532800"
"""1980, where the dates of a zip file begin: those of the files must not matter."""


def build_wheel(directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    with _gathered():
        return buildapi.build_wheel(directory, config_settings, metadata_directory)


def build_sdist(directory: str, config_settings: Any = None) -> str:
    with _gathered():
        return buildapi.build_sdist(directory, config_settings)


@contextlib.contextmanager
def _gathered() -> Iterator[None]:
    """The current directory is a copy of this one, with the packaged files in it, meanwhile."""
    root, date = Path.cwd(), os.environ.get("SOURCE_DATE_EPOCH")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in SOURCES:
            _copy(root / name, copy / name)
        if not (root / PACKAGED).is_dir():  # it is there in an unpacked sdist
            _gather(root, copy / PACKAGED)
        os.environ["SOURCE_DATE_EPOCH"] = date or TIMESTAMP
        os.chdir(copy)
        try:
            yield
        finally:
            os.chdir(root)
            if date is None:
                del os.environ["SOURCE_DATE_EPOCH"]


def _gather(root: Path, target: Path) -> None:
    """Files as they are, compiled contracts, and the Solidity that these were compiled from."""
    contracts = compiled_contracts(root)
    solidity = {source for contract in contracts.values() for source in contract["metadata"]["sources"]}
    for name in (*AS_THEY_ARE, *sorted(solidity), *sorted(_licenses(root, solidity))):
        _copy(root / name, target / name)
    for name, contract in contracts.items():
        file = target / "out" / f"{name}.sol" / f"{name}.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(contract, separators=(",", ":")))


def _licenses(root: Path, solidity: set[str]) -> set[str]:
    """What the npm packages that sources are from say of their license."""
    packages = {
        Path(*path.parts[: 3 if path.parts[1].startswith("@") else 2])
        for path in map(Path, solidity)
        if path.parts[0] == "node_modules"
    }
    return {
        str(file.relative_to(root))
        for package in packages
        for pattern in ("package.json", "LICENSE*")
        for file in (root / package).glob(pattern)
    }


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(source, target)


def compiled_contracts(root: Path) -> dict[str, Mapping[str, Any]]:
    """Of each contract in contracts/, by name, what `opcycle.artifacts` reads of forge's output.

    Ends the build with a sentence if they are not compiled, or were compiled from another text.
    """
    found: dict[str, Mapping[str, Any]] = {}
    sources = {str(path.relative_to(root)) for path in (root / "contracts").rglob("*.sol")}
    if not sources:
        sys.exit(
            "there are no contracts here to put into a wheel; build it from opcycle's repository or sdist"
        )
    stamp = root / STAMP
    if not stamp.is_file() or stamp.read_text() != sources_digest(root):
        sys.exit(
            "the contracts are not compiled, or changed since; run `make build`, then build the wheel again"
        )
    for path in sorted((root / "out").glob("*.sol/*.json")):
        data = json.loads(path.read_bytes())
        target = data.get("metadata", {}).get("settings", {}).get("compilationTarget") or {}
        for source, name in target.items():
            if source in sources:
                if name in found:
                    sys.exit(f"two contracts are called {name}: a wheel can carry one of a name")
                found[name] = _what_python_reads(data)
    return found


def _what_python_reads(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Immutables are numbered in the order of declaration: their ids depend on what else was compiled."""
    code, metadata = data["deployedBytecode"], data["metadata"]
    immutables = code.get("immutableReferences") or {}
    in_order = {str(number): immutables[key] for number, key in enumerate(sorted(immutables, key=int))}
    return {
        "abi": data["abi"],
        "bytecode": {"object": data["bytecode"]["object"]},
        "deployedBytecode": {"object": code["object"], "immutableReferences": in_order},
        "metadata": {
            "compiler": metadata["compiler"],
            "language": metadata["language"],
            "settings": metadata["settings"],
            "sources": {
                path: {"keccak256": source["keccak256"]} for path, source in metadata["sources"].items()
            },
        },
    }
