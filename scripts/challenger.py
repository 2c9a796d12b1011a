"""ape run challenger: counters wrong output roots on the L1 of --network, from the account of --account."""

from typing import Any

import click
from ape.cli import account_option

from opcycle.cli.agents.challenger import challenger_options, run_challenger
from opcycle.cli.ape_command import ChainCommand
from opcycle.cli.ape_signer import ApeSigner


@click.command(cls=ChainCommand)
@challenger_options
@account_option()
def cli(account: Any, provider: Any, **options: Any) -> None:
    """Counter wrong output roots."""
    run_challenger(ApeSigner(account), l1=provider.http_uri, **options)
