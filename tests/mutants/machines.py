"""The machines' judgement of planted bugs: which property breaks, and how soon.

A machine (tests/fuzz/disputes, some of whose plays are about MIPS64; tests/fuzz/bridge) is given a folder
with nothing but a mutant's compiled code; it takes all other contracts from `out/`. Its plays are the same on
every run, so that a bug is judged
alike each time.
"""

import ast
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.fuzz.bridge import hunt as bridge
from tests.fuzz.disputes import hunt as disputes
from tests.fuzz.disputes.deploy import in_directory
from tests.fuzz.disputes.rig import MIPS64 as SIZES
from tests.fuzz.mips64.recorded import PATH
from tests.mutants.catalogue import BRIDGE, GAMES, ROOT
from tests.mutants.solidity import digest
from tests.mutants.suites import Code, compiled_contracts, kept

PLAYS = 200
"""A mutant's budget; a play has 60 steps after its start."""

MIPS64 = "mips64"
"""The plays of the disputes machine that are about the real machine."""

MACHINES = {GAMES: disputes, MIPS64: disputes, BRIDGE: bridge}
"""By the suite of the mutants that each can meet."""

OPTIONS: dict[str, dict[str, Any]] = {MIPS64: {"sizes": tuple(SIZES)}}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What broke, or None; the steps until then, and the seconds of one CPU; the story of the play."""

    property: str | None
    steps: int
    seconds: float
    story: str = ""


def verdict(suite: str, planted: Code) -> Verdict:
    """What the suite's machine says of this code."""
    code = {name: compiled for name, (_, compiled) in planted.items()}
    question = [suite, PLAYS, _machine_digest(suite), compiled_contracts(), code]
    return Verdict(**kept(question, lambda: _hunt(suite, planted)))


def _hunt(suite: str, planted: Code) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="mutant-") as build:
        for contract, (path, compiled) in planted.items():
            artifact = Path(build, Path(path).name, f"{contract}.json")
            artifact.parent.mkdir(exist_ok=True)
            artifact.write_text(json.dumps(compiled))
        begun = time.process_time()
        found = MACHINES[suite].hunt(0, PLAYS, artifacts=in_directory(Path(build)), **OPTIONS.get(suite, {}))
        seconds = round(time.process_time() - begun, 1)
    if found is None:
        return {"property": None, "steps": 0, "seconds": seconds}
    error = found.error
    return {"property": error.property, "steps": found.steps, "seconds": seconds, "story": str(error)}


@cache
def _machine_digest(suite: str) -> str:
    """Changes whenever the machine does: its Python, all of the project that this imports, cannon's runs."""
    found: dict[Path, str] = {}
    todo = [Path(str(MACHINES[suite].__file__))]
    while todo:
        path = todo.pop()
        if path not in found:
            found[path] = path.read_text()
            todo.extend(_imports(ast.parse(found[path])))
    lock = (ROOT / "requirements.lock").read_text()
    runs = sha256(PATH.read_bytes()).hexdigest()
    return digest(lock, runs, {str(path.relative_to(ROOT)): text for path, text in sorted(found.items())})


def _imports(tree: ast.Module) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            base = ROOT / ("src" if name.startswith("opcycle") else "") / name.replace(".", "/")
            yield from (path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file())
