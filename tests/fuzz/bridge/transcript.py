"""A run told to a reader: who did what, when, and what came of it. And as data, which plays it again."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fuzz.bridge.play import Play


def told(play: "Play") -> str:
    """The run line by line, and as JSON for `replay`."""
    lines = [line(number, play) for number in range(len(play.run))]
    about = f"Withdrawals are settled by {play.settlement}."
    return "\n".join(["What happened:", about, *lines, "As data:", as_json(play)])


def line(number: int, play: "Play") -> str:
    (rule, arguments), (seconds, outcomes) = play.run[number], play.story[number]
    counted = [f"{n} × {what}" if n > 1 else what for what, n in Counter(outcomes).items()]
    came = f" → {', '.join(counted)}" if counted else ""
    return f"  {number:3} {seconds:+7}s {sentence(rule, arguments)}{came}"


def sentence(rule: str, arguments: dict[str, Any]) -> str:
    """Who does what."""
    who = arguments.get(
        "by", "time" if rule.startswith("wait") else "L2" if rule == "derive" else "a contract"
    )
    terms = ", ".join(f"{name} {value}" for name, value in arguments.items() if name != "by")
    return f"{who}: {rule.replace('_', ' ')}" + (f" ({terms})" if terms else "")


def as_json(play: "Play") -> str:
    """A run as data, a step a line."""
    steps = ",\n".join(f"  {json.dumps(step)}" for step in play.run)
    return f'{{"settlement": {json.dumps(play.settlement)}, "steps": [\n{steps}\n]}}'
