"""`opcycle proposer`."""

from pathlib import Path
from typing import Any

import click

from opcycle.cli.agents.common import deployment_option, l1_option, load, node_option
from opcycle.cli.options import options
from opcycle.cli.running import metrics_option, run_until_stopped
from opcycle.cli.where import key_signer
from opcycle.devnet.assembly import Assembly
from opcycle.l1.signer import Signer

proposer_options = options(
    deployment_option,
    metrics_option,
    node_option,
    click.option("--allow-non-finalized", is_flag=True, help="Propose safe blocks too."),
)


@click.command()
@proposer_options
@l1_option
def proposer(**chosen: Any) -> None:
    """Propose output roots. The key is taken from $OPCYCLE_PRIVATE_KEY.

    \b
    opcycle proposer --deployment deployments/mine --l1 $L1_RPC_URL --node URL
    """
    run_proposer(key_signer(default=None), **chosen)


def run_proposer(
    signer: Signer,
    *,
    deployment: Path,
    l1: str,
    node: str,
    allow_non_finalized: bool,
    metrics_port: int | None,
) -> None:
    """The proposer that `signer` sends for."""
    assembly = Assembly(load(deployment, l1), l1=l1, l2="", node=node)
    run_until_stopped([assembly.proposer(signer, allow_non_finalized=allow_non_finalized)], metrics_port)
