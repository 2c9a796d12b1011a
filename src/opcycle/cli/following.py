"""A dispute game followed until its last bond is paid: redrawn on a terminal, told line by line in a pipe."""

from collections.abc import Callable, Mapping
from contextlib import suppress

import click
from rich.console import Console
from rich.live import Live
from rich.text import Text

from opcycle.errors import TemporaryError
from opcycle.l1.game_accounts import BondMode
from opcycle.monitor.drawing import changes
from opcycle.monitor.judge import Verdict
from opcycle.protocol.types import Address

Look = Callable[[], tuple[Verdict, int]]
"""What is thought of the game, and the L1 time at which."""

Show = Callable[[Verdict, int], None]

_CLOSED = {
    BondMode.NORMAL: "closed: bonds go to those who won them",
    BondMode.REFUND: "closed: bonds go to those who paid them",
}


def follow(look: Look, show: Show, *, pause: Callable[[], None]) -> None:
    """Show the game at each look, until everything is paid. A look that fails is made again."""
    while True:
        with suppress(TemporaryError):
            verdict, now = look()
            show(verdict, now)
            if verdict.seen.accounts.is_paid_out:
                return
        pause()


class Redrawn:
    """A terminal's view: `text_of` is all that there is to say of the game."""

    def __init__(self, text_of: Callable[[Verdict, int], str]):
        self._text_of = text_of
        self._live = Live(console=Console(), auto_refresh=False, vertical_overflow="visible")

    def __enter__(self) -> "Redrawn":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def __call__(self, verdict: Verdict, now: int) -> None:
        self._live.update(Text.from_ansi(self._text_of(verdict, now), no_wrap=True), refresh=True)


class Told:
    """A pipe's view: each thing when it has happened."""

    def __init__(self, names: Mapping[Address, str]):
        self._names = names
        self._before: Verdict | None = None

    def __call__(self, verdict: Verdict, now: int) -> None:
        before, self._before = self._before, verdict
        was = None if before is None else before.seen
        for line in changes(None if was is None else was.game, verdict.seen.game, now=now, names=self._names):
            click.echo(line)
        mode = verdict.seen.accounts.mode
        if mode is not BondMode.UNDECIDED and (was is None or was.accounts.mode is not mode):
            click.echo(_CLOSED[mode])
        if verdict.seen.accounts.is_paid_out:
            click.echo("all bonds are paid out")
