"""`opcycle deploy`: what `ape run deploy` does, for a key in the environment instead of an Ape account."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import orjson

from opcycle.cli.account import Account, account_options, named_account
from opcycle.cli.options import about_program, options, prestate_option
from opcycle.deploy.config import DeployConfig
from opcycle.deploy.costs import Ledger, Quote
from opcycle.deploy.deployer import deploy as deploy_to
from opcycle.deploy.deployment import Deployment
from opcycle.deploy.dry_run import dry_run
from opcycle.deploy.plan import Plan, make_plan
from opcycle.deploy.polling import BlockPoller
from opcycle.deploy.state import Start
from opcycle.deploy.validation import LOCAL_L1_CHAIN_IDS
from opcycle.deploy.verification_input import VERIFICATION, verifications, write_verification
from opcycle.errors import UserError
from opcycle.installation import FILES
from opcycle.l1.transactions import TransactionManager
from opcycle.protocol.types import Address
from opcycle.rpc.chain_id import ask_chain_id
from opcycle.rpc.client import RpcClient


def _show_example(ctx: click.Context, _: click.Parameter, name: str | None) -> None:
    if name is not None:
        click.echo((FILES / "deploy" / f"{name}.yaml").read_text(), nl=False)
        ctx.exit()


deploy_options = options(
    click.option(
        "--example",
        type=click.Choice(("local", "sepolia")),
        is_eager=True,
        expose_value=False,
        callback=_show_example,
        help="Only print a configuration to start from.",
    ),
    click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        required=True,
        help="What the rollup is to be; --example prints one.",
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
    click.option(
        "--dry-run",
        is_flag=True,
        help="Try it on a fork of the L1, without a key; exits with 1 if the account could not pay.",
    ),
    click.option(
        "--keep",
        type=click.Path(path_type=Path, file_okay=False),
        help="With --dry-run: a directory for the files that the deployment would write.",
    ),
    prestate_option,
    account_options,
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
    dry_run: bool
    keep: Path | None
    absolute_prestate: str | None
    yes: bool
    as_json: bool


@click.command()
@deploy_options
@click.option("--l1", required=True, help="L1 RPC URL.")
def deploy(*, l1: str, signer_url: str | None, from_address: str | None, **chosen: Any) -> None:
    """Deploy a rollup's contracts and write addresses.json, rollup.json, genesis.json and their sources.

    The key is taken from $OPCYCLE_PRIVATE_KEY, unless an external signer has it.

    \b
    opcycle deploy --example local > my-chain.yaml
    opcycle deploy --config deploy/local.yaml --l1 http://127.0.0.1:8545
    opcycle deploy --config deploy/sepolia.yaml --l1 $L1_RPC_URL --dry-run --from ADDRESS
    opcycle deploy --config deploy/sepolia.yaml --l1 $L1_RPC_URL --signer-url URL --from ADDRESS
    """
    run_deploy(named_account(signer_url, from_address), l1=l1, manner=Manner(**chosen))


def run_deploy(account: Account, *, l1: str, manner: Manner) -> None:
    """Deploy from any account. Raises UserError before anything is sent for a bad config or L1."""
    config = about_program(DeployConfig.load(manner.config_file), manner.absolute_prestate)
    if manner.dry_run:
        _dry_run(config, account.address, l1=l1, manner=manner)
        return
    if manner.keep is not None:
        raise UserError("--keep is for a --dry-run; a deployment's files go to --directory")
    signer = account.signer()
    chain_id, rpc, ledger = ask_chain_id(l1), RpcClient(l1), Ledger()
    deployment = deploy_to(
        config,
        rpc=rpc,
        transactions=TransactionManager(rpc, signer, chain_id=chain_id),
        directory=manner.directory or Path("deployments") / config.name,
        next_block=BlockPoller(rpc, time.sleep),
        progress=_say,
        approve=lambda plan, quote: _approve(plan, quote, yes=manner.yes),
        ledger=ledger,
        confirmations=manner.confirmations,
    )
    _say(f"{config.name} is deployed; its files are in {deployment.directory}")
    _write_verification(config, deployment)
    _report(deployment, ledger, manner, each=click.get_current_context().obj["verbose"])


def _dry_run(config: DeployConfig, account: Address, *, l1: str, manner: Manner) -> None:
    """Says what was done on a fork. Raises UserError if the account could not pay for it on L1."""
    found = dry_run(
        config,
        l1=l1,
        account=account,
        directory=manner.directory or Path("deployments") / config.name,
        confirmations=manner.confirmations,
        keep=manner.keep,
        progress=_say,
    )
    if manner.keep is not None:
        _write_verification(config, found.deployment)
        _say(f"the files that {config.name} would have are in {manner.keep}")
    _report(found.deployment, found.paid, manner, each=True)
    if not found.is_started:
        anchor = found.deployment.rollup.genesis_l1
        _say(f"these addresses are of a rollup that begins at L1 block {anchor}; one begun later has others")
    for line in found.quote.lines():
        _say(line)
    found.quote.require_funds()


def _approve(plan: Plan, quote: Quote, *, yes: bool) -> None:
    """Says what it costs. Raises UserError if the account cannot pay, or the sources are not those that were
    compiled; click's Abort if the user says no."""
    verifications(plan)
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
    l1_chain_id = deployment.rollup.l1_chain_id
    plan = make_plan(config, l1_chain_id=l1_chain_id, deployer=start.deployer, anchor=start.anchor)
    write_verification(plan, directory, l1_chain_id=l1_chain_id)
    _say(f"what block explorers want to show the sources is in {directory / VERIFICATION}")


def _report(deployment: Deployment, ledger: Ledger, manner: Manner, *, each: bool) -> None:
    """On standard output; `each`: with a line per transaction."""
    addresses = deployment.addresses.to_json()
    if manner.as_json:
        report = {"addresses": addresses, **ledger.to_json()}
        click.echo(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode())
        return
    for name, address in addresses.items():
        click.echo(f"{name:32} {address}")
    for line in [*(ledger.table(with_hashes=not manner.dry_run) if each else []), ledger.summary()]:
        click.echo(line)


def _say(text: str) -> None:
    click.echo(text, err=True)
