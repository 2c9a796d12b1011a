"""Planted bugs: does anything notice them? `make mutants` tries all of mutants.toml, games.toml
and bridge.toml.

Each is one textual change of one contract, never made in the checkout. Forge's tests judge all of them,
the machines of disputes and of the bridge those that they can meet. One that nothing catches, or that no
longer fits the code, makes the command fail. Nothing is compiled or judged again unless what it depends on
changed. The table (--markdown) says besides what upstream's invariants notice.
"""

import argparse
import sys
from pathlib import Path

from tests.mutants.catalogue import GAMES, CatalogueError, Mutant, mutants
from tests.mutants.machines import MIPS64, verdict
from tests.mutants.report import Judgement, markdown
from tests.mutants.solidity import Compiler, CompilerError
from tests.mutants.suites import Code, SuiteError, suites_of, upstream_suite


def main() -> int:
    """Exit code 1 if a mutant was not caught."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="only those that the lists call quick")
    parser.add_argument("--only", default="", help="only those with this text in their name, file or suite")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table to a file, too")
    options = parser.parse_args()
    chosen = [
        mutant
        for mutant in mutants()
        if (mutant.quick or not options.quick)
        and options.only in f"{mutant.name} {mutant.file} {mutant.tests}"
    ]
    compiler = Compiler()
    judgements = []
    try:
        for mutant in chosen:
            judgements.append(judge(mutant, compiler, upstream=bool(options.markdown)))
            print(judgements[-1].line, flush=True)
    except SuiteError as error:
        print(error)
        return 1
    finally:
        compiler.close()
    if options.markdown:
        options.markdown.write_text(markdown(judgements))
    caught = sum(judgement.is_caught for judgement in judgements)
    print(f"{caught} of {len(chosen)} planted bugs caught")
    return 0 if chosen and caught == len(chosen) else 1


def judge(mutant: Mutant, compiler: Compiler, *, upstream: bool) -> Judgement:
    """Plant the bug and ask who can judge it. Raises SuiteError if forge's tests fail without it."""
    try:
        changed = {mutant.path: mutant.planted()}
        planted: Code = {name: compiler.compile(name, changed) for name in mutant.compile}
    except (CatalogueError, CompilerError) as error:
        return Judgement(mutant, problem=str(error))
    forge = failing_tests(mutant, planted)
    machine = verdict(mutant.tests, planted) if mutant.has_machine else None
    mips64 = verdict(MIPS64, planted) if mutant.mips64 else None
    if mutant.tests != GAMES or not upstream:
        return Judgement(mutant, forge, machine=machine, mips64=mips64)
    upstream_suite().failures({})
    return Judgement(mutant, forge, upstream_suite().failures(planted), machine, mips64)


def failing_tests(mutant: Mutant, planted: Code) -> tuple[str, ...]:
    """Of the mutant's suites, in the first that has any."""
    for suite in suites_of(mutant.tests):
        suite.failures({})
        if failures := suite.failures(planted):
            return failures
    return ()


if __name__ == "__main__":
    sys.exit(main())
