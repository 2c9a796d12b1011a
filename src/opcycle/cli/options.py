"""Sets of click options that several commands share."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from opcycle.cli.parse import absolute_prestate
from opcycle.deploy.config import VM, DeployConfig, GamesConfig, Settlement
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


prestate_option = click.option(
    "--absolute-prestate",
    metavar="HASH",
    help="Of the chain's fault-proof program, if that was built elsewhere; as games.absolute_prestate.",
)


def about_program(config: DeployConfig, prestate: str | None) -> DeployConfig:
    """As `prestate_option` says. Raises UserError if that is no hash, or of no use to this configuration."""
    if prestate is None:
        return config
    games = replace(config.games, absolute_prestate=absolute_prestate(prestate))
    found = replace(config, games=games)
    found.require_valid()
    return found


def local_games(vm: str, settlement: Settlement) -> GamesConfig:
    """Of a local chain with `vm_option`. Raises UserError for a real machine that nothing would use."""
    if VM(vm) is VM.ALPHABET:
        return LOCAL_GAMES
    if settlement is not Settlement.GAMES:
        raise UserError(f"--vm {vm} is of dispute games; this chain settles by {settlement}")
    return LOCAL_PROOF_GAMES
