"""Plays a run again, without Hypothesis."""

import json
from collections.abc import Sequence
from typing import Any

from tests.fuzz.bridge.play import Play, Step


def replay(steps: Sequence[Step], **options: Any) -> Play:
    """Do the steps, and let all that is under way arrive. Raises BrokenError as the first play did."""
    play = Play(**options)
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
    return replay(data["steps"], settlement=data["settlement"], **options)
