"""ape run deploy: a rollup's contracts on the L1 of --network, its files in deployments/<name>."""

import time
from pathlib import Path
from typing import Any

import click
from ape.cli import account_option

from opcycle.cli.ape_command import ChainCommand
from opcycle.cli.ape_signer import ApeSigner
from opcycle.deploy.config import DeployConfig
from opcycle.deploy.deployer import deploy
from opcycle.deploy.polling import BlockPoller
from opcycle.l1.transactions import TransactionManager
from opcycle.rpc.client import RpcClient


@click.command(cls=ChainCommand)
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="What the rollup is to be; see deploy/local.yaml.",
)
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where its files go. Default: deployments/<name>. A run in the same directory goes on.",
)
@account_option()
def cli(config_file: Path, directory: Path | None, account: Any, provider: Any) -> None:
    """Deploy a rollup's contracts and write addresses.json, rollup.json and genesis.json."""
    config = DeployConfig.load(config_file)
    rpc = RpcClient(provider.http_uri)
    deployment = deploy(
        config,
        rpc=rpc,
        transactions=TransactionManager(rpc, ApeSigner(account), chain_id=provider.chain_id),
        directory=directory or Path("deployments") / config.name,
        next_block=BlockPoller(rpc, time.sleep),
        progress=click.echo,
    )
    for name, address in deployment.addresses.to_json().items():
        click.echo(f"{name:22} {address}")
