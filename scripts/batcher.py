"""ape run batcher: posts L2 blocks to the L1 of --network, from the account of --account."""

from typing import Any

import click
from ape.cli import account_option

from opcycle.cli.agents.batcher import batcher_options, run_batcher
from opcycle.cli.ape_command import ChainCommand
from opcycle.cli.ape_signer import ApeSigner


@click.command(cls=ChainCommand)
@batcher_options
@account_option()
def cli(account: Any, provider: Any, **options: Any) -> None:
    """Post L2 blocks to L1."""
    run_batcher(ApeSigner(account), l1=provider.http_uri, **options)
