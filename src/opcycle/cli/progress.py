"""A bar for what takes long, on standard error, so that standard output stays what was asked for."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress
from rich.text import Text


@contextmanager
def progress_of(what: str, total: int) -> Iterator[tuple[Callable[[], None], Callable[[str], None]]]:
    """A bar on standard error, if that is a terminal: what moves it one step on, and what prints above it."""
    console = Console(stderr=True)

    def above(line: str) -> None:
        console.print(Text.from_ansi(line), soft_wrap=True)

    with Progress(
        *Progress.get_default_columns(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
        redirect_stdout=False,
    ) as progress:
        task = progress.add_task(what, total=total)
        shares_terminal = console.is_terminal and sys.stdout.isatty()
        yield lambda: progress.advance(task), above if shares_terminal else click.echo
