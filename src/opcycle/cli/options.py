"""Sets of click options that several commands share."""

from collections.abc import Callable
from typing import Any

import click

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


PORT = click.IntRange(1, 65_535)


def options(*decorators: Decorator) -> Decorator:
    """Several click options as one decorator, shown in this order."""

    def apply(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return apply
