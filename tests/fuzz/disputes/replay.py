"""Plays a run again, without Hypothesis."""

import json
from collections.abc import Sequence
from typing import Any

from tests.fuzz.disputes.play import Play, Step


def replay(steps: Sequence[Step], *, is_lazy: bool = False, **options: Any) -> Play:
    """Do the steps, and end all games. Raises BrokenError as the first play did."""
    play = Play(is_lazy=is_lazy, **options)
    try:
        for rule, arguments in steps:
            play.do(rule, **arguments)
        play.finish()
    finally:
        play.end()
    return play


def replay_json(text: str, **options: Any) -> Play:
    """A run as `transcript.as_json` writes it."""
    data = json.loads(text)
    return replay(data["steps"], is_lazy=data["is_lazy"], size=data["size"], **options)
