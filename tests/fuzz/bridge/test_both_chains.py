"""Both ends of the bridge on the real bytecode beside a second telling: whatever anybody does,
`properties.py` holds.

OPCYCLE_ARTIFACTS=DIR plays with the contracts of that directory (forge's layout) instead of our own.
"""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase
from tests.fuzz.bridge.codec import Deposit
from tests.fuzz.bridge.hunt import hunt
from tests.fuzz.bridge.machine import BridgeMachine
from tests.fuzz.bridge.model import Model
from tests.fuzz.bridge.play import Play
from tests.fuzz.bridge.properties import PROPERTIES, REFUSALS, VIEWS, WORDS
from tests.fuzz.plays import BrokenError, as_json, replay_json, shrink, told
from tests.fuzz.tally import run_and_count
from tests.profiles import PROFILE

SETTLEMENTS = ("games", "oracle")
PLAYS = {"dev": 30, "ci": 100, "nightly": 3_000}
DEEDS = (
    *(
        "send message",
        "send message, by a contract",
        "bridge ether",
        "bridge ether, by a contract",
        "bridge gold",
    ),
    *("bridge silver", "bridge mute", "bridge art", "deposit", "deposit, by a contract", "withdraw"),
    *(
        "withdraw, by a contract",
        "derive",
        "relayed on L1",
        "relayed on L2",
        "failed on L1",
        "failed on L2",
        "replay",
    ),
    *(
        "prove",
        "finalize",
        "withdrawal paid",
        "withdrawal's call failed",
        "pause",
        "unpause",
        "burn",
        "donate",
    ),
    *("send ether", "train", "mend", "wait", "wait for an edge"),
)
IMPOSSIBLE = {
    *("impossible", "art is there", "not here", "Panic", "no message", "no leave to spend"),
    *("reentrant", "no such art", "does not take art", "too little ether"),
}
"""Refusals that only calls inside of others meet, or that a correct build never shows."""

RUNS = sorted(Path(__file__).with_name("runs").glob("*.json"))


def variant(settlement: str, **options: Any) -> type[BridgeMachine]:
    return type("Variant", (BridgeMachine,), {"options": {"settlement": settlement, **options}})


def test_both_chains__whatever_anybody_does__every_property_holds() -> None:
    some = ("send message", "bridge ether", "bridge gold", "derive", "finalize", "replay")
    run_and_count(*map(variant, SETTLEMENTS), deeds=some, phases=[Phase.generate])


def test_both_chains__in_many_plays__every_property_holds__and_everything_happens(
    request: pytest.FixtureRequest,
) -> None:
    """From other seeds each night; Hypothesis prints which."""
    seed = int(request.config.getoption("--hypothesis-seed") or 0)
    done: set[str] = set()

    def watch(play: Play) -> None:
        done.update([*play.done, *play.refused])

    found = hunt(seed, PLAYS[PROFILE], watch=watch)
    if found:
        shorter = shrink(found)
        raise shorter.error.with_story(f"seed {seed}\n{told(shorter.play)}")
    if PROFILE != "dev":
        missing = [name for name in (*DEEDS, *(set(REFUSALS) - IMPOSSIBLE)) if name not in done]
        assert not missing, f"never happened: {missing}"


@pytest.mark.parametrize("run", RUNS, ids=lambda path: path.stem)
def test_both_chains__a_run_that_once_broke_a_property__breaks_none(run: Path) -> None:
    replay_json(run.read_text(), Play)


class Plain(Model):
    def alias_of(self, contract: bytes) -> bytes:
        return contract


class Eternal(Model):
    def is_paused_by(self, what: bytes) -> bool:
        return True


class Forgetful(Model):
    """A failed deposit mints nothing."""

    def execute(self, deposit: Deposit, *, has_failed: bool = False) -> str | None:
        why = super().execute(deposit, has_failed=has_failed)
        if why is not None:
            self.l2.state.ether[deposit.sender] -= deposit.mint
        return why


@pytest.mark.parametrize(
    ("flipped", "properties"), [(Plain, {"D-3"}), (Eternal, {"S-1", "S-2"}), (Forgetful, {"E-1"})]
)
def test_both_chains__one_rule_of_the_model_is_flipped__its_property_breaks(
    flipped: type[Model], properties: set[str]
) -> None:
    found = hunt(1, 200, model_type=flipped)
    assert found is not None
    assert found.error.property in properties


def test_both_chains__a_failure__is_told_and_can_be_replayed() -> None:
    found = hunt(1, 200, model_type=Forgetful)
    assert found is not None
    shorter = shrink(found, model_type=Forgetful)
    assert len(shorter.play.run) <= len(found.play.run)
    assert "derive" in told(shorter.play)
    with pytest.raises(BrokenError, match=r"^E-1: "):
        replay_json(as_json(shorter.play), Play, model_type=Forgetful)


def test_properties__each_refusal_and_view__belongs_to_a_property() -> None:
    assert {*REFUSALS.values(), *VIEWS.values()} <= set(PROPERTIES)
    assert set(WORDS) <= set(REFUSALS)
