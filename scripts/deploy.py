"""ape run deploy: a rollup's contracts on the L1 of --network, its files in deployments/<name>."""

from typing import Any

import click
from ape.cli import AccountAliasPromptChoice, account_option

from opcycle.cli.account import Account, named_account
from opcycle.cli.ape_command import ChainCommand
from opcycle.cli.ape_signer import ApeSigner, address_of
from opcycle.cli.deploy import Manner, deploy_options, run_deploy


@click.command(cls=ChainCommand)
@deploy_options
@account_option(prompt=None)
def cli(account: Any, provider: Any, signer_url: str | None, from_address: str | None, **chosen: Any) -> None:
    """Deploy a rollup's contracts and write addresses.json, rollup.json, genesis.json and their sources."""
    if from_address is not None:
        sender = named_account(signer_url, from_address)
    else:
        of_ape = account or AccountAliasPromptChoice().select_account()
        sender = Account(address_of(of_ape), lambda: ApeSigner(of_ape))
    run_deploy(sender, l1=provider.http_uri, manner=Manner(**chosen))
