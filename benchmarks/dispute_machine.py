"""Dispute games played at random in this process: steps and calls a second on one core, and what bounds them.

A step is one of `tests/fuzz/disputes/rules.py`; it makes some calls of the contracts (what the honest party
does meanwhile counted) and is followed by the comparison of contracts and model. Seconds are CPU time, so
that other programs on the machine do not count. The shares come from a second run of some of the plays under
a profiler, which makes Python slower, and so the EVM's share smaller than it is.

    make build && .venv/bin/python -m benchmarks.dispute_machine
"""

import cProfile
import importlib
import pstats
import sys
import time
import types
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PLAYS = 100
SEED = 1

PARTS = {
    "EVM": (
        "method 'message_call' of",
        "method 'snapshot' of",
        "method 'revert' of",
        "method 'set_block_env'",
    ),
    "calls: text and bytes, encoding": ("tests/fuzz/evm.py", "eth_abi", "eth_utils", "eth_typing"),
    "comparison: what the model expects": ("disputes/observe.py",),
    "model": ("disputes/model.py", "fuzz/game_model.py", "disputes/bonds.py"),
    "the machine's states": ("disputes/truth.py", "fuzz/message_passer.py", "keccak"),
    "honest party": ("disputes/honest.py", "opcycle/challenger", "opcycle/protocol"),
    "properties": ("disputes/properties.py",),
    "acting: rules, time, picking": ("tests/fuzz/disputes/",),
}
"""By which file or function the time is counted; the first that fits."""


def main() -> None:
    # A dependency installs a package `tests`, which hides this folder: it has no __init__.py.
    tests = types.ModuleType("tests")
    tests.__path__ = [str(ROOT / "tests")]
    sys.modules["tests"] = tests
    hunt = importlib.import_module("tests.fuzz.disputes.hunt").hunt
    hunt(SEED, 3)  # deploys, and fills the caches

    steps, calls, seconds = played(hunt, PLAYS)
    print(f"{PLAYS} plays, {steps:,} steps, {calls:,} calls in {seconds:.1f} s of one core")
    speed = f"{steps / seconds:,.0f} steps, {calls / seconds:,.0f} calls a second"
    print(f"{speed}; {calls / steps:.1f} calls a step")
    print(f"under Hypothesis: {hypothesis_calls():,.0f} calls a second")
    profile = cProfile.Profile()
    profile.runcall(played, hunt, PLAYS // 4)
    for part, share in shares(pstats.Stats(profile)):
        print(f"{share:6.1%}  {part}")


def played(hunt: Callable[..., Any], plays: int) -> tuple[int, int, float]:
    """Steps, calls, and seconds of CPU time."""
    steps = calls = 0

    def watch(play: Any) -> None:
        nonlocal steps, calls
        steps += len(play.run)
        calls += sum(play.done.values()) + sum(play.refused.values())

    began = time.process_time()
    found = hunt(SEED, plays, watch=watch)
    if found is not None:
        raise AssertionError(f"a property broke: {found.error}")
    return steps, calls, time.process_time() - began


def hypothesis_calls() -> float:
    """Calls a second if Hypothesis draws the steps."""
    from hypothesis import HealthCheck, Phase, seed, settings
    from hypothesis.stateful import run_state_machine_as_test

    machines = importlib.import_module("tests.fuzz.disputes.machine")
    machine = type("Argued", (machines.DisputeMachine,), {"start": "argued"})
    how = settings(
        max_examples=PLAYS // 4,
        stateful_step_count=60,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seed(SEED)(machine)
    began = time.process_time()
    run_state_machine_as_test(machine, settings=how)
    counts: Counter[str] = machine.done + machine.refused  # type: ignore[attr-defined]
    return sum(counts.values()) / (time.process_time() - began)


def shares(stats: pstats.Stats) -> list[tuple[str, float]]:
    """What part of the time is spent in which part of the program, the largest first."""
    times = Counter[str]()
    for (file, _, function), row in stats.stats.items():  # type: ignore[attr-defined]
        times[_part_of(f"{file} {function}")] += row[2]
    total = sum(times.values())
    return [(part, spent / total) for part, spent in times.most_common()]


def _part_of(name: str) -> str:
    for part, marks in PARTS.items():
        if any(mark in name for mark in marks):
            return part
    return "Python's own, and the rest"


if __name__ == "__main__":
    main()
