"""`opcycle upgrade`: another implementation behind one proxy of a deployment."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import orjson

from opcycle.cli import parse
from opcycle.cli.account import account_options, named_account
from opcycle.cli.options import options
from opcycle.deploy.deployment import read_contracts
from opcycle.deploy.polling import BlockPoller
from opcycle.deploy.upgrade import PROXIED, Implementation, Upgrade, perform, plan_upgrade, simulate
from opcycle.errors import UserError
from opcycle.l1.transactions import TransactionManager, TransactionRequest
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.chain_id import ask_chain_id
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import checksum, to_hex

_manner_options = options(
    click.option("--dry-run", is_flag=True, help="Show what changes and try it in a call; send nothing."),
    click.option("--print", "prints", is_flag=True, help="Print the calls for an owner elsewhere."),
    account_options,
    click.option("--yes", is_flag=True, help="Do not ask first."),
    click.option("--json", "as_json", is_flag=True, help="One JSON object; asks nothing."),
)


@click.command()
@click.argument("deployment", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--contract", type=click.Choice(list(PROXIED)), required=True, help="What to upgrade.")
@click.option("--to", help="An implementation that is on L1; the compiled contract, if not given.")
@click.option("--l1", required=True, help="L1 RPC URL.")
@_manner_options
def upgrade(
    *,
    deployment: Path,
    contract: str,
    to: str | None,
    l1: str,
    dry_run: bool,
    prints: bool,
    signer_url: str | None,
    from_address: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Show how another implementation of a contract differs from the one that runs, and put it in place.

    DEPLOYMENT is the directory with addresses.json and rollup.json. The owner of the ProxyAdmin sends it:
    the key is taken from $OPCYCLE_PRIVATE_KEY, unless an external signer has it. Storage stays as it is, and
    no initializer is called.

    \b
    opcycle upgrade deployments/local --contract SystemConfig --l1 http://127.0.0.1:8545 --dry-run
    opcycle upgrade deployments/local --contract SystemConfig --l1 http://127.0.0.1:8545
    opcycle upgrade deployments/mine --contract L1StandardBridge --to ADDRESS --l1 $L1_RPC_URL --print
    """
    addresses, rollup = read_contracts(deployment)
    rpc = _l1(l1, rollup.l1_chain_id)
    found = plan_upgrade(rpc, addresses, contract, to=None if to is None else parse.address(to))
    if not as_json:
        _say(lines(found))
    sent: list[Hash] = []
    if dry_run:
        simulate(found, rpc=rpc)
    elif not prints:
        account = named_account(signer_url, from_address)
        if not (yes or as_json):
            click.confirm("upgrade?", abort=True, err=True)
        transactions = TransactionManager(rpc, account.signer(), chain_id=rollup.l1_chain_id)
        next_block = BlockPoller(rpc, time.sleep)
        sent = perform(found, rpc=rpc, transactions=transactions, next_block=next_block)
    if as_json:
        click.echo(orjson.dumps(to_json(found, sent), option=orjson.OPT_INDENT_2).decode())
    else:
        _say(_outcome(found, sent, dry_run=dry_run))


def lines(found: Upgrade) -> Iterator[str]:
    """What changes, a line each, then what to think of."""
    state = f"set up (to version {found.initialized})" if found.initialized else "never set up"
    yield f"{found.contract} at {checksum(found.proxy)}, {state}"
    yield f"    runs       {_told(found.before)}"
    yield f"    would run  {_told(found.after)}{', to be created' if found.creation else ''}"
    yield f"    owner      {checksum(found.owner)}, through the ProxyAdmin at {checksum(found.admin)}"
    for warning in found.warnings:
        yield f"    warning    {warning}"


def to_json(found: Upgrade, sent: Sequence[Hash] = ()) -> dict[str, Any]:
    """`calls`: what is sent, or is to be sent by the owner, in order."""
    return {
        "contract": found.contract,
        "proxy": checksum(found.proxy),
        "admin": checksum(found.admin),
        "owner": checksum(found.owner),
        "initialized": found.initialized,
        "before": _implementation(found.before),
        "after": _implementation(found.after),
        "warnings": list(found.warnings),
        "calls": [
            {"what": request.what, "to": checksum(_called(request)), "data": to_hex(request.data)}
            for request in found.requests
        ],
        "transactions": [to_hex(transaction) for transaction in sent],
    }


def _implementation(found: Implementation) -> dict[str, str]:
    return {
        "address": checksum(found.address),
        "codeHash": to_hex(found.code_hash),
        "version": found.version,
    }


def _told(found: Implementation) -> str:
    version = f"version {found.version}" if found.version else "no version"
    return f"{checksum(found.address)}, {version}, code hash {to_hex(found.code_hash)}"


def _called(request: TransactionRequest) -> Address:
    assert request.to is not None, "an upgrade creates by a call, too"
    return request.to


def _outcome(found: Upgrade, sent: Sequence[Hash], *, dry_run: bool) -> Iterator[str]:
    if sent:
        yield f"upgraded in transaction {to_hex(sent[-1])}"
    elif dry_run:
        yield "nothing was sent"
    else:
        for request in found.requests:
            yield f"{request.what}: a call of {checksum(_called(request))} without ETH, with the data"
            yield to_hex(request.data)


def _l1(url: str, wanted: int) -> RpcClient:
    if (chain_id := ask_chain_id(url)) != wanted:
        raise UserError(f"{url} serves chain {chain_id}, the rollup settles on chain {wanted}")
    return RpcClient(url)


def _say(told: Iterator[str]) -> None:
    for line in told:
        click.echo(line)
