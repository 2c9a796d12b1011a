"""A run told to a reader: who did what, when, and what came of it."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fuzz.disputes.play import Play


def told(play: "Play") -> str:
    """The run line by line, and as JSON for `replay`."""
    lines = [f"  {number:3} {sentence(rule, dict(args))}" for number, (rule, args) in enumerate(play.run)]
    return "\n".join(["What happened:", *lines, "As data:", as_json(play)])


def sentence(rule: str, arguments: dict[str, Any]) -> str:
    who = arguments.pop("by", "time" if rule.startswith("wait") else "honest")
    terms = ", ".join(f"{name} {value}" for name, value in arguments.items())
    return f"{who}: {rule.replace('_', ' ')} ({terms})"


def as_json(play: "Play") -> str:
    """A run as data: how lazy the honest party is, and the steps."""
    return json.dumps({"is_lazy": play.is_lazy, "steps": play.run}, ensure_ascii=False)
