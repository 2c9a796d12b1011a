"""Planted bugs: do the forge tests notice them? `make mutants` runs all of `mutants.toml`, `--quick` a few.

Each mutant is one textual change of one contract, made in a copy of the sources, never in the checkout. It
is caught when a test fails on it. One that does not compile, or no longer fits the code, counts as missed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("foundry.toml", "contracts", "tests/invariants", "out", "cache")
LINKED = ("node_modules", "tools")


@dataclass(frozen=True, slots=True)
class Mutant:
    """See the head of mutants.toml."""

    name: str
    file: str
    code: str
    becomes: str
    tests: str
    quick: bool = False

    def apply(self, contracts: Path) -> str:
        """Plant the bug; returns the source as it was. Raises ValueError unless `code` is there just once."""
        path = contracts / self.file
        source = path.read_text()
        if source.count(self.code) != 1:
            raise ValueError(
                f"{self.file} has the code {source.count(self.code)} times, not once: {self.code!r}"
            )
        path.write_text(source.replace(self.code, self.becomes))
        return source


def mutants() -> list[Mutant]:
    """The list, in its order."""
    with (Path(__file__).parent / "mutants.toml").open("rb") as file:
        return [Mutant(**entry) for entry in tomllib.load(file)["mutant"]]


def copy_sources(target: Path) -> None:
    """Everything that forge reads. Compiled files come along, so that only mutants are compiled."""
    for name in COPIED:
        source, copy = ROOT / name, target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy)
        elif source.exists():
            shutil.copy2(source, copy)
    for name in LINKED:
        (target / name).symlink_to(ROOT / name)


def forge_test(directory: Path, tests: str) -> tuple[bool, str]:
    """Whether the tests pass, and what forge says."""
    forge = next((ROOT / "node_modules" / "@foundry-rs").glob("forge-*/bin/forge"))
    command = [str(forge), "test", "--match-contract", tests, "--fail-fast"]
    environment = {**os.environ, "FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT": "0"}  # a failure is enough
    run = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    return run.returncode == 0, run.stdout + run.stderr


def verdict(mutant: Mutant, directory: Path) -> tuple[bool, str]:
    """Whether the mutant is caught, and by what, or why not."""
    contracts = directory / "contracts"
    try:
        source = mutant.apply(contracts)
    except ValueError as error:
        return False, f"NOT PLANTED: {error}"
    try:
        passed, output = forge_test(directory, mutant.tests)
    finally:
        (contracts / mutant.file).write_text(source)
    if passed:
        return False, f"SURVIVED {mutant.tests}"
    failure = re.search(r"^\[FAIL.*\] (\w+)\(|^ (\w+)\(.*\(runs: ", output, re.MULTILINE)
    if failure is None:
        return False, f"NOT TESTED:\n{output[-2000:]}"
    return True, failure[1] or failure[2]


def main() -> int:
    """Exit code 1 if a mutant was not caught."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="only those that the list calls quick")
    parser.add_argument("--only", default="", help="only those with this text in their name or file")
    options = parser.parse_args()
    chosen = [
        mutant
        for mutant in mutants()
        if (mutant.quick or not options.quick) and options.only in f"{mutant.name} {mutant.file}"
    ]
    missed = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        directory = Path(name)
        copy_sources(directory)
        tests = "|".join(sorted({mutant.tests for mutant in chosen}))
        passed, output = forge_test(directory, tests)
        if not passed:
            print(f"the tests fail without any mutant:\n{output[-4000:]}")
            return 1
        for mutant in chosen:
            caught, why = verdict(mutant, directory)
            missed += not caught
            print(f"{'caught' if caught else 'MISSED'}  {mutant.name}: {why}", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} planted bugs caught")
    return 1 if missed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
