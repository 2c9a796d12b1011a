"""A stage of the demo, and how it is played: it returns the evidence it saw or says what is not so."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from opcycle.devnet.demo.view import Evidence, StageReport, View
from opcycle.errors import OpcycleError


class StageFailedError(OpcycleError):
    """The chains do not show what this stage promises."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: a short name for programs, a title for people, and what it does."""

    name: str
    title: str
    play: Callable[[], Evidence]


def check(claim: str, *, holds: bool) -> None:
    """Raises StageFailedError unless the claim holds."""
    if not holds:
        raise StageFailedError(f"not so: {claim}")


def tell(stages: Iterable[Stage], view: View) -> bool:
    """Play the stages in order until one fails. True if every one was checked."""
    try:
        return all(_play(stage, view) for stage in stages)
    finally:
        view.close()


def _play(stage: Stage, view: View) -> bool:
    view.begin(stage.name, stage.title)
    started = time.monotonic()
    evidence: Evidence = {}
    failure = ""
    try:
        evidence = stage.play()
    except OpcycleError as error:
        failure = str(error)
    seconds = time.monotonic() - started
    view.end(StageReport(stage.name, stage.title, not failure, evidence, seconds, failure))
    return not failure
