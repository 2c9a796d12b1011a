"""Sets of click options that several commands share."""

from collections.abc import Callable
from typing import Any

import click

from opcycle.deploy.config import Settlement

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


mode_option = click.option(
    "--mode",
    type=click.Choice([str(mode) for mode in Settlement]),
    default=str(Settlement.GAMES),
    show_default=True,
    help="How L1 comes to believe an output root: by dispute games, or by an oracle with one proposer.",
)
