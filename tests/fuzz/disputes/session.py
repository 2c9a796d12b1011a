"""What `opcycle fuzz` does: hunt for a broken property, tell how it goes, and keep what was found."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from textwrap import fill
from typing import Any

from tests.fuzz.disputes.deploy import in_directory
from tests.fuzz.disputes.hunt import hunt
from tests.fuzz.disputes.play import Play
from tests.fuzz.disputes.rig import MIPS64, SIZES
from tests.fuzz.disputes.rules import rules_of
from tests.fuzz.disputes.twin import beside
from tests.fuzz.plays import Found, Step, as_json, broken_by, shrink, told

from opcycle.errors import UserError

RUNS = Path(__file__).with_name("runs")
"""Runs that once broke something; test_disputes.py plays them again."""

CONTRACTS = (
    *("DisputeGameFactory", "FaultDisputeGame", "PermissionedDisputeGame", "AnchorStateRegistry"),
    *("DelayedWETH", "OptimismPortal2", "PreimageOracle", "MIPS64", "SuperchainConfig", "SystemConfig"),
)
"""What a directory of artifacts may have of its own."""

PROFILES = {"dev": (50, 60), "ci": (300, 60), "nightly": (50_000, 100)}
"""Plays, and random steps in each."""

Say = Callable[[str], None]


@dataclass(slots=True)
class Tally:
    """What a session has done so far; `clock` gives seconds, from whenever."""

    say: Say
    clock: Callable[[], float]
    every: float = 5.0
    plays: int = 0
    steps: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    _began: float = 0.0
    _said: float = 0.0

    def __post_init__(self) -> None:
        self._began = self._said = self.clock()

    def watch(self, play: Play) -> None:
        self.plays += 1
        self.steps += len(play.run)
        self.done += play.done
        self.refused += play.refused
        if self.clock() - self._said >= self.every:
            self._said = self.clock()
            self.say(f"  {self}")

    def __str__(self) -> str:
        seconds = max(self.clock() - self._began, 0.001)
        deeds = sum(self.done.values()) + sum(self.refused.values())
        return f"{self.plays:,} plays, {self.steps:,} steps, {deeds:,} calls: {deeds / seconds:,.0f} a second"


def options_of(artifacts: Path | None) -> dict[str, Any]:
    """How a play is made: with our contracts, or with those of a directory beside ours."""
    if artifacts is None:
        return {}
    if not contracts_in(artifacts):
        raise UserError(
            f"{artifacts} has no contract to play with: expected forge's layout, as "
            "FaultDisputeGame.sol/FaultDisputeGame.json; name the `out` of a forge build"
        )
    return {"make": beside(in_directory(artifacts))}


def contracts_in(artifacts: Path) -> list[str]:
    """What a directory has of its own."""
    return [name for name in CONTRACTS if any(artifacts.glob(f"*.sol/{name}.json"))]


def run(
    *,
    seed: int,
    plays: int,
    length: int,
    vm: str = "outputs",
    artifacts: Path | None,
    say: Say,
    clock: Callable[[], float],
) -> Found | None:
    """Hunt. What breaks is made shorter; the caller tells it and keeps it. `vm`: see `machines.py`."""
    options = options_of(artifacts)
    if artifacts is not None:
        say(f"{artifacts}: {', '.join(contracts_in(artifacts))}; beside ours, call by call")
    say(f"{plays:,} plays of {length} random steps, seed {seed}")
    tally = Tally(say, clock)
    sizes = [size for size, parameters in (SIZES | MIPS64).items() if parameters.machine == vm]
    found = hunt(seed, plays, length, sizes=sizes, watch=tally.watch, **options)
    say(f"  {tally}")
    if found is None:
        say(told_counts("done: ", tally.done))
        say(told_counts("refused: ", tally.refused))
        return None
    say(f"a property broke after {found.steps:,} steps; making the run shorter")
    return shrink(found, **options)


def told_counts(what: str, counts: Counter[str]) -> str:
    """The most frequent first, in lines that fit a screen."""
    text = "; ".join(f"{count:,} × {name}" for name, count in counts.most_common())
    return fill(text, 110, initial_indent=what, subsequent_indent="  ")


def story(found: Found) -> str:
    """What broke, and everything that led there."""
    return f"{found.error}\n{told(found.play)}"


def name_of(found: Found) -> str:
    """A file's name for a run: the property, and a digest of the run."""
    digest = sha256(as_json(found.play).encode()).hexdigest()
    return f"{found.error.property.lower()}-{digest[:8]}.json"


def play_again(text: str, artifacts: Path | None) -> Found | None:
    """Play a run, JSON as `as_json` writes it, once more: what it breaks. UserError if it is no run."""
    is_lazy, size, steps = _parsed(text)
    play = Play(is_lazy=is_lazy, size=size, **options_of(artifacts))
    error = broken_by(play, steps)
    return Found(error, play, len(play.run)) if error else None


def keep(text: str) -> Path:
    """Add a run to those that the tests play."""
    RUNS.mkdir(exist_ok=True)
    path = RUNS / f"{sha256(text.strip().encode()).hexdigest()[:8]}.json"
    path.write_text(text.strip() + "\n")
    return path


def _parsed(text: str) -> tuple[bool, str, list[Step]]:
    try:
        data = json.loads(text)
        is_lazy, size, steps = data["is_lazy"], data["size"], data["steps"]
        rules = rules_of(size)
        unknown = [rule for rule, terms in steps if rule not in rules or set(terms) != set(rules[rule])]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"this is no run that `opcycle fuzz` saved: {error!r}") from error
    if unknown or size not in SIZES | MIPS64:
        what = f"{unknown[0]!r}, or not its arguments" if unknown else f"trees of {size!r}"
        raise UserError(f"the run is of another version: this one does not know {what}; record it anew")
    return bool(is_lazy), size, steps
