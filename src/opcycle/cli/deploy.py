"""`opcycle deploy`: what `ape run deploy` does, for a key in the environment instead of an Ape account."""

import time
from pathlib import Path

import click

from opcycle.cli.options import options
from opcycle.cli.where import key_signer
from opcycle.deploy.config import DeployConfig
from opcycle.deploy.deployer import deploy as deploy_to
from opcycle.deploy.polling import BlockPoller
from opcycle.l1.signer import Signer
from opcycle.l1.transactions import TransactionManager
from opcycle.rpc.chain_id import ask_chain_id
from opcycle.rpc.client import RpcClient

deploy_options = options(
    click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        required=True,
        help="What the rollup is to be; see deploy/local.yaml.",
    ),
    click.option(
        "--directory",
        type=click.Path(path_type=Path, file_okay=False),
        help="Where its files go. Default: deployments/<name>. A run in the same directory goes on.",
    ),
)


@click.command()
@deploy_options
@click.option("--l1", required=True, help="L1 RPC URL.")
def deploy(*, config_file: Path, directory: Path | None, l1: str) -> None:
    """Deploy a rollup's contracts and write addresses.json, rollup.json and genesis.json.

    The key is taken from $OPCYCLE_PRIVATE_KEY.

    \b
    opcycle deploy --config deploy/local.yaml --l1 http://127.0.0.1:8545
    """
    run_deploy(key_signer(default=None), config_file=config_file, directory=directory, l1=l1)


def run_deploy(signer: Signer, *, config_file: Path, directory: Path | None, l1: str) -> None:
    """Deploy from any account. Raises UserError before anything is sent for a bad config or L1."""
    config = DeployConfig.load(config_file)
    chain_id, rpc = ask_chain_id(l1), RpcClient(l1)
    deployment = deploy_to(
        config,
        rpc=rpc,
        transactions=TransactionManager(rpc, signer, chain_id=chain_id),
        directory=directory or Path("deployments") / config.name,
        next_block=BlockPoller(rpc, time.sleep),
        progress=click.echo,
    )
    for name, address in deployment.addresses.to_json().items():
        click.echo(f"{name:24} {address}")
