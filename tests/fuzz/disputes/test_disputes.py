"""Dispute games on the real bytecode beside a second telling: whatever anybody does, `properties.py`
holds."""

from typing import Any

from tests.fuzz.disputes.machine import DisputeMachine
from tests.fuzz.disputes.starts import STARTS
from tests.fuzz.tally import run_and_count


def variant(**attributes: Any) -> type[DisputeMachine]:
    """The machine from another start, or with other options."""
    return type("Variant", (DisputeMachine,), attributes)


def test_disputes__whatever_anybody_does__every_property_holds() -> None:
    run_and_count(*(variant(start=start) for start in STARTS), deeds=("create", "honest move", "paid"))
