"""`opcycle fuzz`: dispute games at random, on the real bytecode in this process; and runs played again."""

import importlib
import secrets
import sys
import time
import types
from pathlib import Path
from typing import Any

import click

from opcycle.errors import UserError
from opcycle.installation import CHECKOUT

DISPUTES = Path("tests/fuzz/disputes")
FOUND = Path(".opcycle/fuzz")
"""Where runs that broke something are written."""


@click.group(invoke_without_command=True)
@click.option("--examples", type=click.IntRange(1), help="Plays at most, instead of the profile's.")
@click.option("--seed", type=int, help="To see the same plays again; a new one if not given.")
@click.option(
    "--profile",
    type=click.Choice(("dev", "ci", "nightly")),
    default="dev",
    show_default=True,
    help="How long.",
)
@click.option(
    "--artifacts",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Play with these contracts too: forge's out/ of another build.",
)
@click.option(
    "--vm",
    type=click.Choice(("outputs", "mips64")),
    default="outputs",
    show_default=True,
    help="What disputes are about: a small machine that knows the truth, or the real one.",
)
@click.pass_context
def fuzz(
    ctx: click.Context,
    *,
    examples: int | None,
    seed: int | None,
    profile: str,
    artifacts: Path | None,
    vm: str,
) -> None:
    """Let liars, a freeloader, a griefer, a guardian and an honest party play dispute games at random.

    After each step contracts and model must agree, and every property must hold. What breaks is made as
    short as it can be, told, and saved; the exit status is 1 then. With --artifacts another build of the
    contracts is called beside ours, with the same calls, and must come to the same.

    \b
    opcycle fuzz --examples 1000
    opcycle fuzz --vm mips64
    opcycle fuzz --artifacts ~/my-fork/out
    opcycle fuzz replay .opcycle/fuzz/g-2-0123abcd.json
    """
    if ctx.invoked_subcommand is not None:
        return
    session = _session()
    plays, length = session.PROFILES[profile]
    found = session.run(
        seed=secrets.randbits(32) if seed is None else seed,
        plays=examples or plays,
        length=length,
        vm=vm,
        artifacts=artifacts,
        say=click.echo,
        clock=time.monotonic,
    )
    if found is None:
        click.secho("every property held", fg="green")
        return
    click.echo(session.story(found))
    FOUND.mkdir(parents=True, exist_ok=True)
    path = FOUND / session.name_of(found)
    path.write_text(session.as_json(found.play) + "\n")
    again = f"opcycle fuzz replay {path}" + (f" --artifacts {artifacts}" if artifacts else "")
    click.echo(f"saved; play it again: {again}\nkeep it as a test:   opcycle fuzz replay {path} --keep")
    ctx.exit(1)


@fuzz.command()
@click.argument("run", type=click.File())
@click.option("--keep", is_flag=True, help="Add it to the regression tests.")
@click.option(
    "--artifacts",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Play with these contracts too.",
)
@click.pass_context
def replay(ctx: click.Context, *, run: Any, keep: bool, artifacts: Path | None) -> None:
    """Play RUN, the JSON that a failure ends with, once more; `-` reads it from standard input."""
    session = _session()
    text = run.read()
    found = session.play_again(text, artifacts)
    if keep:
        path = session.keep(text)
        click.echo(f"kept: {DISPUTES / 'runs' / path.name}, which the tests play from now on")
    if found is None:
        click.secho("every property held", fg="green")
        return
    click.echo(session.story(found))
    ctx.exit(1)


def _session() -> types.ModuleType:
    """The tests' module that does the work; it is not part of the installed package."""
    if CHECKOUT is None:
        raise UserError(
            "opcycle fuzz plays with the tests of opcycle's repository, which an installed package does not "
            "have: clone it, run `make build` there, and then `.venv/bin/opcycle fuzz`"
        )
    folder = str(CHECKOUT / "tests")
    if folder not in getattr(sys.modules.get("tests"), "__path__", ()):
        # A dependency installs a package `tests`, which hides this folder: it has no __init__.py.
        tests = types.ModuleType("tests")
        tests.__path__ = [folder]
        sys.modules["tests"] = tests
    try:
        return importlib.import_module("tests.fuzz.disputes.session")
    except ModuleNotFoundError as error:
        raise UserError(f"opcycle fuzz needs what the tests need: {error}; run `make setup`") from error
