"""`opcycle prestate`: the program that a chain's disputes are about, and its absolute prestate."""

from pathlib import Path

import click
import orjson

from opcycle.deploy.deployment import Deployment
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.deploying import local_plan
from opcycle.engine.fault_proof_build import MACHINE, build_program
from opcycle.engine.fault_proof_program import ChainFiles, FaultProofProgram
from opcycle.engine.programs import CANNON
from opcycle.rpc.hexjson import to_hex


@click.command()
@click.option(
    "--deployment",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The directory of the chain's rollup.json and genesis.json. Without: a devnet of default settings.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def prestate(*, deployment: Path | None, as_json: bool) -> None:
    """Build the fault-proof program of a chain, and print its absolute prestate.

    The program is op-program with the chain's configuration built in, so each chain has its own. It takes
    minutes the first time, ten seconds for each further chain, nothing once it was built. Everybody who
    builds it for the same chain, with the same versions of opcycle and Go, gets the same absolute prestate.

    \b
    opcycle prestate
    opcycle prestate --deployment deployments/mine
    """
    chain = _devnets() if deployment is None else Deployment.load(deployment).chain_files
    program, rollup = build_program(chain, _say), chain.rollup
    if as_json:
        click.echo(orjson.dumps(_to_json(program), option=orjson.OPT_INDENT_2).decode())
        return
    click.echo(f"absolute prestate  {to_hex(program.absolute_prestate)}")
    click.echo(
        f"of                 op-program {CANNON.version} on {MACHINE}, compiled by {program.go_version}"
    )
    click.echo(f"chain              {rollup.l2_chain_id}, which begins after L1 block {rollup.genesis_l1}")
    click.echo(f"directory          {program.directory}")


def _devnets() -> ChainFiles:
    return local_plan(DevnetConfig(Path())).chain_files


def _to_json(program: FaultProofProgram) -> dict[str, str]:
    return {
        "absolutePrestate": to_hex(program.absolute_prestate),
        "opProgram": CANNON.version,
        "machine": MACHINE,
        "go": program.go_version,
        "host": str(program.host),
        "prestate": str(program.prestate),
    }


def _say(text: str) -> None:
    click.echo(f"… {text}", err=True)
