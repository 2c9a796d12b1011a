"""What became of the planted bugs, for a terminal and as the page docs/mutants.md."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.mutants.catalogue import BRIDGE, GAMES, VM, Mutant
from tests.mutants.machines import PLAYS, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of one mutant: which forge tests fail, which of upstream's invariants do, what the machine says, and
    what its plays about MIPS64 say.

    None is for who was not asked; `problem` is why it could not be planted.
    """

    mutant: Mutant
    forge: tuple[str, ...] = ()
    upstream: tuple[str, ...] | None = None
    machine: Verdict | None = None
    mips64: Verdict | None = None
    problem: str = ""

    @property
    def is_caught(self) -> bool:
        """By plays about MIPS64, if it is for them."""
        if self.mips64 and not self.mips64.property:
            return False
        return bool(self.forge or self.mips64 or (self.machine and self.machine.property))

    @property
    def line(self) -> str:
        """For a terminal."""
        if self.problem:
            return f"MISSED  {self.mutant.name}: {self.problem}"
        verdicts = [told for asked in (self.machine, self.mips64) if asked for told in _told(asked)]
        by = "; ".join([_tests(self.forge, "no forge test"), *verdicts])
        return f"{'caught' if self.is_caught else 'MISSED'}  {self.mutant.name}: {by}"


def _tests(names: tuple[str, ...], none: str) -> str:
    if not names:
        return none
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0]}{more}"


def _told(verdict: Verdict) -> Iterator[str]:
    if verdict.property:
        yield f"{verdict.property} after {verdict.steps} steps, {verdict.seconds:.1f} s"
    else:
        yield f"the machine finds nothing in {PLAYS} plays, {verdict.seconds:.1f} s"


INTRODUCTION = """# Planted bugs

<!-- written by tests/mutants/run.py --markdown -->

Each row is a bug that somebody planted in a contract on purpose, to see who notices. `make mutants` plants
them all, one by one, and fails if one is not noticed. They are in `tests/mutants/mutants.toml`, `games.toml`,
`bridge.toml` and `vm.toml`, as patches.

- **known bug**: which bug of another implementation it repeats, by its number in
  [known-bugs.md](known-bugs.md).
- **forge**: the first of the tests of `tests/invariants` that fail with it, and how many more do.
- **dispute machine**, its **plays about MIPS64**, **bridge machine**: the property that breaks first
  ([disputes](dispute-properties.md), [bridge](bridge-properties.md)), and after how much: steps of its plays,
  and seconds of one CPU.
- **upstream's invariants**: whether the four stateful tests that upstream has of games and withdrawals do:
  `FaultDisputeGame_Solvency_Invariant`, `OptimismPortal2_CannotTimeTravel`, `..._CannotFinalizeTwice` and
  `OptimismPortal_CanAlwaysFinalizeAfterWindow`, told anew in `tests/mutants/upstream` and run on the same
  bug. (Upstream has unit tests besides, of which this says nothing.)
"""


def markdown(judgements: Iterable[Judgement]) -> str:
    """The page."""
    found = list(judgements)
    games = [one for one in found if one.mutant.tests == GAMES]
    bridge = [one for one in found if one.mutant.tests == BRIDGE]
    machine = [one for one in found if one.mutant.tests == VM]
    others = [one for one in found if one.mutant.tests not in (GAMES, BRIDGE, VM)]
    tables = (*_games(games), *_bridge(bridge), *_vm(machine), *_others(others))
    return "\n".join([INTRODUCTION, *_summary(games, bridge, machine), *tables])


def _summary(games: list[Judgement], bridge: list[Judgement], vm: list[Judgement]) -> Iterator[str]:
    upstream = sum(bool(one.upstream) for one in games)
    yield f"Of {len(games)} bugs of games, registry, escrow and portal, forge's tests notice {_forge(games)},"
    yield f"the machine {_machine(games)}, and upstream's invariants {upstream}. Of {len(bridge)} bugs of"
    yield "messengers, token bridges, tokens and their factories, forge's tests notice"
    yield f"{_forge(bridge)}, and the machine {_machine(bridge)}. Of {len(vm)} bugs of the MIPS64 machine,"
    yield f"forge's tests notice {_forge(vm)}; these are also met by the comparison with cannon.\n"


def _forge(judgements: list[Judgement]) -> int:
    return sum(bool(one.forge) for one in judgements)


def _machine(judgements: list[Judgement]) -> str:
    noticed = [one for one in judgements if one.machine and one.machine.property]
    alone = sum(not one.forge for one in noticed)
    return f"{len(noticed)} ({alone} of them alone)"


def _games(games: list[Judgement]) -> Iterator[str]:
    for file in dict.fromkeys(one.mutant.file for one in games):
        yield f"## {file.split('/')[-1]}\n"
        yield "| planted bug | known bug | forge | dispute machine | MIPS64 | upstream's invariants |"
        yield "|---|---|---|---|---|---|"
        for one in (one for one in games if one.mutant.file == file):
            bugs = ", ".join(map(str, one.mutant.bugs))
            upstream = "notice" if one.upstream else "miss it"
            found = f"{_found(one.machine)} | {_found(one.mips64)}"
            yield f"| {one.mutant.name} | {bugs} | {_cell(one.forge)} | {found} | {upstream} |"
        yield ""


def _bridge(bridge: list[Judgement]) -> Iterator[str]:
    for file in dict.fromkeys(one.mutant.file for one in bridge):
        yield f"## {file.split('/')[-1]}\n"
        yield "| planted bug | known bug | forge | bridge machine |"
        yield "|---|---|---|---|"
        for one in (one for one in bridge if one.mutant.file == file):
            bugs = ", ".join(map(str, one.mutant.bugs))
            yield f"| {one.mutant.name} | {bugs} | {_cell(one.forge)} | {_found(one.machine)} |"
        yield ""


def _vm(vm: list[Judgement]) -> Iterator[str]:
    for file in dict.fromkeys(one.mutant.file for one in vm):
        yield f"## {file.split('/')[-1]}\n"
        yield "| planted bug | known bug | forge |"
        yield "|---|---|---|"
        for one in (one for one in vm if one.mutant.file == file):
            yield f"| {one.mutant.name} | {', '.join(map(str, one.mutant.bugs))} | {_cell(one.forge)} |"
        yield ""


def _others(others: list[Judgement]) -> Iterator[str]:
    yield "## Everything else\n"
    yield "| planted bug | in | forge |"
    yield "|---|---|---|"
    for one in others:
        yield f"| {one.mutant.name} | {one.mutant.file.split('/')[-1]} | {_cell(one.forge)} |"
    yield ""


def _cell(names: tuple[str, ...]) -> str:
    return f"`{names[0]}`" + (f" +{len(names) - 1}" if len(names) > 1 else "") if names else "–"


def _found(verdict: Verdict | None) -> str:
    if verdict is None or verdict.property is None:
        return "–"
    return f"**{verdict.property}**, {verdict.steps} steps, {verdict.seconds:.1f} s"
