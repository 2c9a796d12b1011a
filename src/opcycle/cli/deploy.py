"""`opcycle deploy`: what `ape run deploy` does, for a key in the environment instead of an Ape account."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import orjson

from opcycle.cli.options import options
from opcycle.cli.where import key_signer
from opcycle.deploy.config import DeployConfig
from opcycle.deploy.costs import Ledger, Quote
from opcycle.deploy.deployer import deploy as deploy_to
from opcycle.deploy.deployment import Deployment
from opcycle.deploy.plan import make_plan
from opcycle.deploy.polling import BlockPoller
from opcycle.deploy.state import Start
from opcycle.deploy.validation import LOCAL_L1_CHAIN_IDS
from opcycle.deploy.verification_input import VERIFICATION, write_verification
from opcycle.errors import UserError
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
    click.option(
        "--confirmations",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        help="L1 blocks on top of the last transaction, and on the block where the rollup begins.",
    ),
    click.option("--yes", is_flag=True, help="Do not ask before spending on a public chain."),
    click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output; fees in wei."),
)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a deployment is run and what is said of it; fields as the options.

    What happens meanwhile goes to standard error; standard output gets addresses and costs, `--verbose` of
    each transaction.
    """

    config_file: Path
    directory: Path | None
    confirmations: int
    yes: bool
    as_json: bool


@click.command()
@deploy_options
@click.option("--l1", required=True, help="L1 RPC URL.")
def deploy(*, l1: str, **chosen: Any) -> None:
    """Deploy a rollup's contracts and write addresses.json, rollup.json, genesis.json and their sources.

    The key is taken from $OPCYCLE_PRIVATE_KEY.

    \b
    opcycle deploy --config deploy/local.yaml --l1 http://127.0.0.1:8545
    """
    run_deploy(key_signer(default=None), l1=l1, manner=Manner(**chosen))


def run_deploy(signer: Signer, *, l1: str, manner: Manner) -> None:
    """Deploy from any account. Raises UserError before anything is sent for a bad config or L1."""
    config = DeployConfig.load(manner.config_file)
    chain_id, rpc, ledger = ask_chain_id(l1), RpcClient(l1), Ledger()
    deployment = deploy_to(
        config,
        rpc=rpc,
        transactions=TransactionManager(rpc, signer, chain_id=chain_id),
        directory=manner.directory or Path("deployments") / config.name,
        next_block=BlockPoller(rpc, time.sleep),
        progress=_say,
        approve=lambda quote: _approve(quote, yes=manner.yes),
        ledger=ledger,
        confirmations=manner.confirmations,
    )
    _write_verification(config, deployment)
    if manner.as_json:
        report = {"addresses": deployment.addresses.to_json(), **ledger.to_json()}
        click.echo(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode())
    else:
        for line in _lines(deployment, ledger):
            click.echo(line)


def _approve(quote: Quote, *, yes: bool) -> None:
    """Says what it costs. Raises UserError if the account cannot pay, click's Abort if the user says no."""
    for line in quote.lines():
        _say(line)
    quote.require_funds()
    if yes or not quote.transactions or quote.chain_id in LOCAL_L1_CHAIN_IDS:
        return
    if not sys.stdin.isatty():
        raise UserError(
            f"nothing was sent: there is nobody to ask before this spends ether on chain {quote.chain_id}; "
            "say --yes"
        )
    click.confirm("Send them?", abort=True, err=True)


def _write_verification(config: DeployConfig, deployment: Deployment) -> None:
    directory = deployment.directory
    start = Start.read(directory)
    assert start is not None, "the deployment that was just made"
    plan = make_plan(config, deployer=start.deployer, anchor=start.anchor)
    write_verification(plan, directory, l1_chain_id=deployment.rollup.l1_chain_id)
    _say(f"what block explorers want to show the sources is in {directory / VERIFICATION}")


def _lines(deployment: Deployment, ledger: Ledger) -> Iterator[str]:
    for name, address in deployment.addresses.to_json().items():
        yield f"{name:32} {address}"
    if click.get_current_context().obj["verbose"]:
        yield from ledger.table()
    yield ledger.summary()


def _say(text: str) -> None:
    click.echo(text, err=True)
