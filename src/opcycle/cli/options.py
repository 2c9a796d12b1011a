"""Sets of click options that several commands share."""

from collections.abc import Callable
from typing import Any

import click

from opcycle.deploy.config import VM, GamesConfig, Settlement
from opcycle.deploy.local import LOCAL_GAMES, LOCAL_PROOF_GAMES
from opcycle.errors import UserError

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

vm_option = click.option(
    "--vm",
    type=click.Choice([str(vm) for vm in VM]),
    default=str(VM.ALPHABET),
    show_default=True,
    help="The machine that games are about: mips64 runs the real program, alphabet proves nothing.",
)


def local_games(vm: str, settlement: Settlement) -> GamesConfig:
    """Of a local chain with `vm_option`. Raises UserError for a real machine that nothing would use."""
    if VM(vm) is VM.ALPHABET:
        return LOCAL_GAMES
    if settlement is not Settlement.GAMES:
        raise UserError(f"--vm {vm} is of dispute games; this chain settles by {settlement}")
    return LOCAL_PROOF_GAMES
