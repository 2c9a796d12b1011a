"""ape run node: derives L2 from the L1 of --network."""

from typing import Any

import click

from opcycle.cli.agents.node import node_options, run_node
from opcycle.cli.ape_command import ChainCommand


@click.command(cls=ChainCommand)
@node_options
def cli(provider: Any, **options: Any) -> None:
    """Derive L2 from L1 alone and serve op-node's RPC."""
    run_node(l1=provider.http_uri, **options)
