"""Compiling one contract of a changed source: no more than that, and never the same twice.

Compiled code is kept under `.build/mutants`, by what it was compiled from.
"""

import hashlib
import json
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.mutants.catalogue import HERE, ROOT

KEPT = ROOT / ".build" / "mutants"
_IMPORT = re.compile(r'(?:from|import) "([^"]+)";')


class CompilerError(Exception):
    """A source does not compile; the message is the compiler's."""


def digest(*parts: object) -> str:
    """Equal for what has equal content."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def closure(paths: list[str], changed: dict[str, str]) -> dict[str, str]:
    """The sources at `paths` and all that they import, by path from the root; `changed` ones as given."""
    found: dict[str, str] = {}
    todo = list(paths)
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found[path] = changed[path] if path in changed else (ROOT / path).read_text()
        todo.extend(_imports(path, found[path]))
    return found


def _imports(path: str, source: str) -> Iterator[str]:
    for name in _IMPORT.findall(source):
        if name.startswith("."):
            yield os.path.normpath(Path(path).parent / name)
            continue
        prefix, target = next(pair for pair in _remappings() if name.startswith(pair[0]))
        yield target + name.removeprefix(prefix)


def _foundry() -> dict[str, Any]:
    profile: dict[str, Any] = tomllib.loads((ROOT / "foundry.toml").read_text())["profile"]["default"]
    return profile


def _remappings() -> list[tuple[str, str]]:
    return [tuple(line.split("=", 1)) for line in _foundry()["remappings"]]


class Compiler:
    """The contracts of a source, as forge compiles them."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def compile(self, contract: str, changed: dict[str, str]) -> tuple[str, dict[str, Any]]:
        """The path of `contract`, and its ABI and code among changed sources. Raises CompilerError."""
        path = source_of(contract)
        sources = closure([path], changed)
        data = json.dumps(self._input(path, contract, sources))
        kept = KEPT / "code" / f"{digest(data)}.json"
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(self._ask(data, path, contract)))
        return path, json.loads(kept.read_text())

    def close(self) -> None:
        if self._process is not None:
            self._process.communicate()

    def _input(self, path: str, contract: str, sources: dict[str, str]) -> dict[str, Any]:
        foundry = _foundry()
        return {
            "language": "Solidity",
            "sources": {name: {"content": text} for name, text in sorted(sources.items())},
            "settings": {
                "remappings": foundry["remappings"],
                "optimizer": {"enabled": foundry["optimizer"], "runs": foundry["optimizer_runs"]},
                "evmVersion": foundry["evm_version"],
                "metadata": {"bytecodeHash": foundry["bytecode_hash"]},
                "outputSelection": {path: {contract: ["abi", "evm.bytecode", "evm.deployedBytecode"]}},
            },
        }

    def _ask(self, data: str, path: str, contract: str) -> dict[str, Any]:
        if self._process is None:
            command = ["node", str(HERE / "compiler.js"), str(ROOT / "node_modules")]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(data + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        errors = [one["formattedMessage"] for one in answer.get("errors", ()) if one["severity"] == "error"]
        if errors:
            raise CompilerError("\n".join(errors))
        compiled = answer["contracts"][path][contract]
        return {"abi": compiled["abi"]} | {
            key: {
                "object": "0x" + compiled["evm"][key]["object"],
                "linkReferences": compiled["evm"][key]["linkReferences"],
                "immutableReferences": compiled["evm"][key].get("immutableReferences", {}),
            }
            for key in ("bytecode", "deployedBytecode")
        }


def source_of(contract: str) -> str:
    """Where a contract is, from the root. Raises CompilerError unless it is in one place."""
    declared = re.compile(rf"^(?:abstract )?contract {contract} ", re.MULTILINE)
    found = [
        str(path.relative_to(ROOT))
        for folder in ("contracts", "tests/invariants")
        for path in (ROOT / folder).rglob("*.sol")
        if declared.search(path.read_text())
    ]
    if len(found) != 1:
        raise CompilerError(f"contract {contract} is in {len(found)} files: {found}")
    return found[0]
