"""ape run sequencer: makes L2 blocks over the L1 of --network."""

from typing import Any

import click

from opcycle.cli.agents.sequencer import run_sequencer, sequencer_options
from opcycle.cli.ape_command import ChainCommand


@click.command(cls=ChainCommand)
@sequencer_options
def cli(provider: Any, **options: Any) -> None:
    """Make L2 blocks."""
    run_sequencer(l1=provider.http_uri, **options)
