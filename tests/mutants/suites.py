"""Forge's judgement of a planted bug: which tests fail with it.

forge is given a folder with the wanted tests alone, all of it compiled, and a mutant's compiled code in place
of the right one. So it compiles nothing, and a run takes a second.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.mutants.catalogue import BRIDGE, GAMES, HERE, PREIMAGES, ROOT, VM
from tests.mutants.solidity import KEPT, closure, digest

TESTS = "tests/invariants"
UPSTREAM = "upstream"
"""The suite of what the invariant tests of upstream's repository check."""
EVERYTHING = "everything"
"""All tests; never run, but compiled for the suites that are."""

Code = dict[str, tuple[str, dict[str, Any]]]
"""Contracts by name: the path of each, and its compiled code."""

_FAILED = re.compile(r"^\[FAIL.*\] (\w+)\(|^ (\w+)\(.*\(runs: ", re.MULTILINE)


class SuiteError(Exception):
    """The tests cannot judge: they fail without any bug, or forge did not run them."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Some files of tests, from the root, that forge runs together in a folder of their own."""

    name: str
    files: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return KEPT / "forge" / digest(self.name)[:12]

    def failures(self, planted: Code) -> tuple[str, ...]:
        """The tests that fail with this code in place, sorted. Raises SuiteError if that cannot be told."""
        question = ["forge", self._digest(), {name: code for name, (_, code) in planted.items()}]
        return tuple(kept(question, lambda: self._run(planted)))

    def _digest(self) -> str:
        """Changes whenever the tests, or the code that the contracts compile to, do."""
        sources = closure(list(self.files), {})
        tests = {path: text for path, text in sources.items() if path.startswith("tests/")}
        return digest(tests, (ROOT / "foundry.toml").read_text(), compiled_contracts())

    def _run(self, planted: Code) -> list[str]:
        _prepare(self)
        for name in ("fuzz", "invariant"):  # what failed with another bug
            shutil.rmtree(self.folder / "cache" / name, ignore_errors=True)
        with _in_place(self.folder, planted):
            output = _forge(self.folder, "test")
        failed = sorted({match[1] or match[2] for match in _FAILED.finditer(output)})
        if not failed and "0 failed" not in output.splitlines()[-1]:
            raise SuiteError(f"forge did not run {self.name}:\n{output[-3000:]}")
        if failed and not planted:
            raise SuiteError(f"{self.name}: these tests fail without any planted bug: {failed}")
        return failed


@cache
def _prepare(suite: Suite) -> None:
    """Bring the folder's sources and compiled code up to date. All tests are compiled together, once."""
    folder = suite.folder
    _restore(folder)  # what a run that was killed left behind
    if not folder.exists():
        compiled = ROOT if suite.name == EVERYTHING else _everything()
        shutil.copytree(compiled / "out", folder / "out")
        (folder / "cache").mkdir()
        shutil.copy2(compiled / "cache" / "solidity-files-cache.json", folder / "cache")
        for name in ("node_modules", "tools"):
            (folder / name).symlink_to(ROOT / name)
    _mirror(folder, _sources(suite.files))
    output = _forge(folder, "build")
    if "Compiler run failed" in output:
        raise SuiteError(f"{suite.name} does not compile:\n{output[-3000:]}")


def _everything() -> Path:
    suite = Suite(EVERYTHING, tuple(_files(lambda _: True)))
    _prepare(suite)
    return suite.folder


def kept(question: list[Any], answer: Callable[[], Any]) -> Any:
    """What was answered to an equal question before, or the answer now."""
    path = KEPT / "verdicts" / f"{digest(question)}.json"
    if not path.exists():
        found = answer()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found))
    return json.loads(path.read_text())


def compiled_contracts() -> str:
    """Changes whenever the code of a contract does."""
    found = {}
    for path in sorted((ROOT / "out").glob("*.sol/*.json")):
        if not path.parent.name.endswith(".t.sol"):
            found[path.stem] = json.loads(path.read_bytes())["bytecode"]["object"]
    return digest(found)


ABOUT = {
    GAMES: re.compile(r"support/Game|contracts/dispute/|vm/(AlphabetVM|MIPS64)"),
    PREIMAGES: re.compile(r"support/Proposals|vm/(Keccak|LeafTree|PreimageOracle)\.sol"),
    BRIDGE: re.compile(
        r"support/(Bridge|Courier|Messe)|(Messenger|StandardBridge|ERC721Bridge)\.sol|OptimismMintable|Encoding"
    ),
    VM: re.compile(r"support/Machines"),
}
"""What the tests of a suite import."""


def suites_of(tests: str) -> list[Suite]:
    """The tests that `Mutant.tests` names; those with many in two parts, the quick one first."""
    if tests not in ABOUT:
        wanted = re.compile(tests)
        return [Suite(tests, tuple(_files(lambda source: any(map(wanted.search, _contracts(source))))))]
    files = [path for path in _files(lambda source: _is_about(tests, source)) if "Gas.t" not in path]
    slow = [path for path in files if path.endswith("Invariants.t.sol")]
    quick = [path for path in files if path not in slow]
    return [Suite(tests, tuple(quick)), *([Suite(f"{tests}, invariants", tuple(slow))] if slow else [])]


def _is_about(tests: str, source: str) -> bool:
    """What builds states of the MIPS64 machine by hand is about this machine alone."""
    of_the_machine = bool(ABOUT[VM].search(source))
    return of_the_machine if tests == VM else not of_the_machine and bool(ABOUT[tests].search(source))


def upstream_suite() -> Suite:
    return Suite(UPSTREAM, tuple(str(path.relative_to(ROOT)) for path in (HERE / UPSTREAM).glob("*.t.sol")))


def _files(wanted: Callable[[str], bool]) -> Iterator[str]:
    for path in sorted((ROOT / TESTS).glob("*.t.sol")):
        if wanted(path.read_text()):
            yield str(path.relative_to(ROOT))


def _contracts(source: str) -> list[str]:
    return re.findall(r"^contract (\w+)", source, re.MULTILINE)


def _sources(files: tuple[str, ...]) -> Iterator[str]:
    """These tests, all that they import or read, and all contracts."""
    yield "foundry.toml"
    yield from (path for path in closure(list(files), {}) if not path.startswith("node_modules/"))
    for pattern in ("contracts/**/*.sol", f"{TESTS}/vectors/*"):
        yield from (str(path.relative_to(ROOT)) for path in ROOT.glob(pattern) if path.is_file())


def _mirror(folder: Path, wanted: Iterable[str]) -> None:
    """Make the folder's sources those of the project, all tests where forge looks for them."""
    names = {name.replace("tests/mutants/", f"{TESTS}/"): name for name in wanted}
    for path in [*folder.glob("contracts/**/*"), *folder.glob("tests/**/*")]:
        if path.is_file() and str(path.relative_to(folder)) not in names:
            path.unlink()
    for name, original in names.items():
        source, copy = ROOT / original, folder / name
        if not copy.exists() or copy.read_bytes() != source.read_bytes():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)


@contextmanager
def _in_place(folder: Path, planted: Code) -> Iterator[None]:
    """The compiled code among forge's, and afterwards all as before."""
    for name, (path, code) in planted.items():
        artifact = Path(Path(path).name, f"{name}.json")
        right, kept_ = folder / "out" / artifact, folder / "before" / artifact
        kept_.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(right, kept_)
        right.write_text(json.dumps(json.loads(right.read_bytes()) | code))
    try:
        yield
    finally:
        _restore(folder)


def _restore(folder: Path) -> None:
    for path in (folder / "before").glob("*/*.json"):
        path.replace(folder / "out" / path.relative_to(folder / "before"))


def _forge(folder: Path, command: str) -> str:
    forge = next((ROOT / "node_modules" / "@foundry-rs").glob("forge-*/bin/forge"))
    # A failure is enough: nobody reads the shortest way to it, nor what gas it took.
    environment = {
        **os.environ,
        "FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT": "0",
        "FOUNDRY_GAS_SNAPSHOT_CHECK": "false",
    }
    run = subprocess.run(
        [str(forge), command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return run.stdout + run.stderr
