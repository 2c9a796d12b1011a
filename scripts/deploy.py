"""ape run deploy: a rollup's contracts on the L1 of --network, its files in deployments/<name>."""

from typing import Any

import click
from ape.cli import account_option

from opcycle.cli.ape_command import ChainCommand
from opcycle.cli.ape_signer import ApeSigner
from opcycle.cli.deploy import Manner, deploy_options, run_deploy


@click.command(cls=ChainCommand)
@deploy_options
@account_option()
def cli(account: Any, provider: Any, **chosen: Any) -> None:
    """Deploy a rollup's contracts and write addresses.json, rollup.json, genesis.json and their sources."""
    run_deploy(ApeSigner(account), l1=provider.http_uri, manner=Manner(**chosen))
