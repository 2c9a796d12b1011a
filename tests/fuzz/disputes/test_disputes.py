"""Dispute games on the real bytecode beside a second telling: whatever anybody does, `properties.py` holds.

OPCYCLE_ARTIFACTS=DIR plays with the contracts of that directory (forge's layout) instead of our own.
"""

from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from tests.fuzz.disputes.bonds import required
from tests.fuzz.disputes.deploy import CANNON, chosen
from tests.fuzz.disputes.game import Game
from tests.fuzz.disputes.hunt import hunt
from tests.fuzz.disputes.machine import DisputeMachine, MIPS64Machine
from tests.fuzz.disputes.mips64 import SHAPES
from tests.fuzz.disputes.model import Settlement
from tests.fuzz.disputes.play import Play
from tests.fuzz.disputes.properties import MACHINE_REFUSALS, PROPERTIES, REFUSALS, VIEWS
from tests.fuzz.disputes.rig import MIPS64, SIZES, deployed
from tests.fuzz.disputes.session import PROFILES, Tally
from tests.fuzz.disputes.showing import SPOILT
from tests.fuzz.disputes.starts import STARTS
from tests.fuzz.game_model import MadeClaim
from tests.fuzz.plays import BrokenError, as_json, replay_json, shrink, told
from tests.fuzz.tally import run_and_count
from tests.profiles import PROFILE

DEEDS = (
    *("create", "move", "honest move", "step", "add local data", "show block", "honest turn"),
    *("resolve claim", "resolve", "close", "claim credit", "set anchor", "blacklist", "retire", "respect"),
    *("pause", "unpause", "set type", "set init bond", "wrap", "unlock", "hold", "recover"),
    *("prove", "finalize", "wait", "wait for an edge"),
    *("paid, recipient: take it", "paid, recipient: come back"),
)
LIES = (
    *("output root", "memory", "register", "preimage", "threads", "early exit", "exit code", "past the exit"),
    *("asked", "bookkeeping", "any register", "foreign", "near", "changed", "no state", "wrong status"),
    *SHAPES,
)
"""About the real machine's states."""

MIPS64_DEEDS = (
    *("step", "add local data", "load preimage", "whisper", "ask machine", "stand still"),
    *(f"witness: {spoilt}" for spoilt in SPOILT),
    *(f"lie: {kind}" for kind in LIES),
    *(f"shown: {kind}" for kind in ("any register", "asked", "bookkeeping", "past the exit", "no state")),
)
"""A lie is shown by a step unless the honest party has the last word without one: then it seldom is."""

SCARCE = {
    *("halted", "Withdrawals_Underfunded"),
    *("MIPS64_BadExitFlag", "MIPS64_NoActiveThread", "MIPS64_WrongStateSize"),
}
"""Refusals that no property depends on, or that a correct build never shows."""

MOST_PLAYS = 5_000
"""For the longer runs there is `opcycle fuzz run`."""

RUNS = sorted(Path(__file__).with_name("runs").glob("*.json"))


def variant(machine: type[DisputeMachine] = DisputeMachine, **attributes: Any) -> type[DisputeMachine]:
    """The machine from another start, or with other options."""
    return type("Variant", (machine,), attributes)


def test_disputes__whatever_anybody_does__every_property_holds() -> None:
    machines = [variant(start=start, size=size) for start, size in zip(STARTS, cycle(SIZES), strict=False)]
    run_and_count(*machines, deeds=DEEDS[:10])


@pytest.mark.timeout(3600)  # of the nightly profile
def test_disputes__about_the_real_machine__whatever_anybody_does__every_property_holds() -> None:
    starts = [variant(MIPS64Machine, start=start) for start in ("argued", "empty")]
    run_and_count(*starts, deeds=("create", "honest move", "step", "load preimage", "ask machine"), share=8)


def test_disputes__in_many_plays__every_property_holds__and_everything_happens(
    request: pytest.FixtureRequest,
) -> None:
    """From other seeds each night; Hypothesis prints which."""
    plays, _ = PROFILES[PROFILE]
    seed = int(request.config.getoption("--hypothesis-seed") or 0)
    tally = Tally(say=print, clock=lambda: 0.0)
    found = hunt(seed, min(plays, MOST_PLAYS), watch=tally.watch)
    if found:
        shorter = shrink(found)
        raise shorter.error.with_story(f"seed {seed}\n{told(shorter.play)}")
    if PROFILE != "dev":
        missing = [name for name in DEEDS if not tally.done[name]]
        missing += sorted(set(REFUSALS) - SCARCE - set(tally.refused))
        assert not missing, f"never happened: {missing}"


@pytest.mark.timeout(7200)
def test_disputes__about_the_real_machine__in_many_plays__every_property_holds__and_every_lie_is_told(
    request: pytest.FixtureRequest,
) -> None:
    plays = {"dev": 12, "ci": 80, "nightly": 3_000}[PROFILE]
    seed = int(request.config.getoption("--hypothesis-seed") or 0)
    tally = Tally(say=print, clock=lambda: 0.0)
    found = hunt(seed, plays, sizes=MIPS64, watch=tally.watch)
    if found:
        shorter = shrink(found)
        raise shorter.error.with_story(f"seed {seed}\n{told(shorter.play)}")
    if PROFILE != "dev":
        missing = [name for name in MIPS64_DEEDS if not tally.done[name]]
        missing += sorted(set(MACHINE_REFUSALS) - SCARCE - set(tally.refused))
        assert not missing, f"never happened: {missing}"


@pytest.mark.parametrize("run", RUNS, ids=lambda path: path.stem)
def test_disputes__a_run_that_once_broke_a_property__breaks_none(run: Path) -> None:
    replay_json(run.read_text(), Play)


class EarlyFinality(Settlement):
    def is_finalized(self, game: Game) -> bool:
        return game.status != 0 and self.now - game.resolved_at >= self.parameters.finality_delay


class EternalPause(Settlement):
    def is_paused(self) -> bool:
        return any(self.pauses.get(identifier) for identifier in (bytes(20), self.who.portal))


class ForgivingRegistry(Settlement):
    def is_retired(self, game: Game) -> bool:
        return game.created_at < self.retired_at


class RestartedWait(Settlement):
    def unlock(self, owner: bytes, guy: bytes, wad: int) -> None:
        super().unlock(owner, guy, wad)
        self.requests[owner, guy].at -= 1


class RightmostWins(Settlement):
    class game_type(Game):  # noqa: N801 (what the model makes)
        def best_answer(self, index: int) -> MadeClaim | None:
            claim = self.claims[index]
            made = [self.claims[c] for c in claim.children[: claim.looked or 0]]
            standing = [child for child in made if child.countered_by is None]
            return max(standing, key=lambda child: child.place[1]) if standing else None


class NoExtension(Settlement):
    class game_type(Game):  # noqa: N801
        def least_left(self, depth: int) -> int:
            return min(super().least_left(depth), 2 * self.rules.extension)


@pytest.mark.parametrize(
    ("flipped", "properties"),
    [
        (EarlyFinality, {"R-2", "G-8", "B-3", "R-1"}),
        (EternalPause, {"P-1", "R-2", "G-8"}),
        (ForgivingRegistry, {"R-2"}),
        (RestartedWait, {"W-2"}),
        (RightmostWins, {"G-12"}),
        (NoExtension, {"G-13"}),
    ],
)
def test_disputes__one_rule_of_the_model_is_flipped__its_property_breaks(
    flipped: type[Settlement], properties: set[str]
) -> None:
    found = hunt(1, 200, model_type=flipped)
    assert found is not None
    assert found.error.property in properties


def test_disputes__a_failure__is_told_and_can_be_replayed() -> None:
    found = hunt(1, 200, model_type=RestartedWait)
    assert found is not None
    shorter = shrink(found, model_type=RestartedWait)
    assert len(shorter.play.run) <= len(found.play.run)
    assert "claim credit" in told(shorter.play) or "unlock" in told(shorter.play)
    with pytest.raises(BrokenError, match="W-2: "):
        replay_json(as_json(shorter.play), Play, model_type=RestartedWait)


def test_properties__each_refusal_and_view__belongs_to_a_property() -> None:
    assert {*REFUSALS.values(), *VIEWS.values(), *MACHINE_REFUSALS.values()} <= set(PROPERTIES)


@pytest.mark.parametrize("size", SIZES)
def test_bonds__at_each_depth__are_the_contract_s_to_the_wei(size: str) -> None:
    found = deployed(chosen(), SIZES[size])
    logic = found.game(found.factory.read("gameImpls", CANNON))
    depths = range(SIZES[size].max_depth + 1)
    assert [logic.read("getRequiredBond", 1 << depth) for depth in depths] == [
        required(depth, SIZES[size].max_depth) for depth in depths
    ]
