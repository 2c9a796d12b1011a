"""ape run proposer: proposes output roots on the L1 of --network, from the account of --account."""

from typing import Any

import click
from ape.cli import account_option

from opcycle.cli.agents.proposer import proposer_options, run_proposer
from opcycle.cli.ape_command import ChainCommand
from opcycle.cli.ape_signer import ApeSigner


@click.command(cls=ChainCommand)
@proposer_options
@account_option()
def cli(account: Any, provider: Any, **options: Any) -> None:
    """Propose output roots."""
    run_proposer(ApeSigner(account), l1=provider.http_uri, **options)
