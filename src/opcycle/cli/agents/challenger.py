"""`opcycle challenger`."""

from pathlib import Path
from typing import Any

import click

from opcycle.cli.agents.common import deployment_option, l1_option, load, node_option
from opcycle.cli.options import options
from opcycle.cli.running import metrics_option, run_until_stopped
from opcycle.cli.where import key_signer
from opcycle.devnet.assembly import Assembly
from opcycle.l1.signer import Signer

challenger_options = options(deployment_option, metrics_option, node_option)


@click.command()
@challenger_options
@l1_option
def challenger(**chosen: Any) -> None:
    """Delete wrong output roots. The key is taken from $OPCYCLE_PRIVATE_KEY.

    \b
    opcycle challenger --deployment deployments/mine --l1 $L1_RPC_URL --node URL
    """
    run_challenger(key_signer(default=None), **chosen)


def run_challenger(signer: Signer, *, deployment: Path, l1: str, node: str, metrics_port: int | None) -> None:
    """The challenger that `signer` sends for."""
    assembly = Assembly(load(deployment, l1), l1=l1, l2="", node=node)
    run_until_stopped([assembly.challenger(signer)], metrics_port)
