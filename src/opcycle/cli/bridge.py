"""`opcycle deposit`, `withdraw`, `status`, `prove`, `finalize`: ETH between L1 and L2."""

import json
import time
from collections.abc import Callable

import click

from opcycle.bridge.bridge import Bridge, UnknownTransactionError
from opcycle.bridge.status import Proven, WithdrawalStatus
from opcycle.cli.parse import address, transaction_hash, wei
from opcycle.cli.where import Chain, chain_options
from opcycle.errors import TemporaryError, UserError
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.hexjson import to_hex

PATIENCE = 120
"""Seconds that a command waits for what it has sent."""

POLL = 0.25

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
no_wait_option = click.option("--no-wait", is_flag=True, help="Return once it is sent.")
to_option = click.option("--to", help="Who gets it; yourself, if not given.")
index_option = click.option(
    "--index",
    type=click.IntRange(0),
    help="Which deposit, withdrawal or message, from 0, if the transaction makes several.",
)


@click.command()
@click.argument("amount")
@to_option
@no_wait_option
@json_option
@chain_options
def deposit(*, amount: str, to: str | None, no_wait: bool, as_json: bool, chain: Chain) -> None:
    """Send AMOUNT of ETH from L1 to L2.

    \b
    opcycle deposit 1.5
    """
    bridge = chain.bridge
    sent = bridge.deposit(_recipient(to, chain), wei(amount))
    if not no_wait:
        wait("the deposit on L2", lambda: bridge.deposit_status(sent).l2_receipt is not None)
    _tell(as_json, transaction=to_hex(sent), status=str(bridge.deposit_status(sent)))


@click.command()
@click.argument("amount")
@to_option
@no_wait_option
@json_option
@chain_options
def withdraw(*, amount: str, to: str | None, no_wait: bool, as_json: bool, chain: Chain) -> None:
    """Start sending AMOUNT of ETH from L2 to L1; then `prove` and, after the window, `finalize`.

    \b
    opcycle withdraw 0.4
    """
    bridge = chain.bridge
    sent = bridge.withdraw(_recipient(to, chain), wei(amount))
    if not no_wait:
        wait("an L2 block", lambda: bridge.status(sent).withdrawal is not None)
    _tell(as_json, transaction=to_hex(sent), status=str(bridge.status(sent)))


@click.command()
@click.argument("transaction")
@index_option
@json_option
@chain_options
def status(*, transaction: str, index: int | None, as_json: bool, chain: Chain) -> None:
    """How far TRANSACTION has come: an L2 transaction that withdraws, or an L1 transaction that deposits.

    \b
    opcycle status 0x5d4c…
    """
    _tell(
        as_json, transaction=transaction, status=_status(chain.bridge, transaction_hash(transaction), index)
    )


@click.command()
@click.argument("transaction")
@index_option
@no_wait_option
@json_option
@chain_options
def prove(*, transaction: str, index: int | None, no_wait: bool, as_json: bool, chain: Chain) -> None:
    """Prove on L1 that L2 has the withdrawal of TRANSACTION; waits for an output that covers it.

    \b
    opcycle prove 0x5d4c…
    """
    bridge, withdrawal = chain.bridge, transaction_hash(transaction)
    if not no_wait:
        wait("an output that covers it", lambda: _needs_no_output(bridge, withdrawal, index))
    sent = bridge.prove(withdrawal, index)
    if not no_wait:
        wait("an L1 block", lambda: bridge.receipt(sent) is not None)
    _tell(as_json, transaction=to_hex(sent), status=str(bridge.status(withdrawal, index)))


@click.command()
@click.argument("transaction")
@index_option
@no_wait_option
@json_option
@chain_options
def finalize(*, transaction: str, index: int | None, no_wait: bool, as_json: bool, chain: Chain) -> None:
    """Let L1 pay out the proven withdrawal of TRANSACTION, once its window has passed.

    \b
    opcycle finalize 0x5d4c…
    """
    bridge, withdrawal = chain.bridge, transaction_hash(transaction)
    if not no_wait:
        wait("the end of the window", lambda: not ends_soon(bridge.status(withdrawal, index)))
    sent = bridge.finalize(withdrawal, index)
    if not no_wait:
        wait("an L1 block", lambda: bridge.receipt(sent) is not None)
    _tell(as_json, transaction=to_hex(sent), status=str(bridge.status(withdrawal, index)))


def ends_soon(status: WithdrawalStatus) -> bool:
    """Whether the window is over before a user's patience is: just after time travel it may lack a second."""
    return isinstance(status.stage, Proven) and status.stage.seconds <= PATIENCE


def _needs_no_output(bridge: Bridge, transaction: Hash, index: int | None) -> bool:
    """Whether there is an output to prove it against, or it is beyond that."""
    found = bridge.status(transaction, index)
    return found.is_provable or found.is_proven or found.is_finalized


def _status(bridge: Bridge, transaction: Hash, index: int | None) -> str:
    """Of a withdrawal, or of a deposit if L2 does not know the transaction."""
    try:
        return str(bridge.status(transaction, index))
    except UnknownTransactionError as unknown:
        try:
            return str(bridge.deposit_status(transaction, index))
        except UnknownTransactionError:
            raise unknown from None


def wait(what: str, has_come: Callable[[], bool], *, tells: str = "opcycle status") -> None:
    """Raises UserError if it does not come in time; `tells` is the command to ask later."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if has_come():
                return
        except TemporaryError:
            pass  # a node that does not answer now may answer soon
        if time.monotonic() > deadline:
            raise UserError(f"waited {PATIENCE} s in vain for {what}; `{tells}` tells how far it is")
        time.sleep(POLL)


def _tell(as_json: bool, *, transaction: str, status: str) -> None:
    if as_json:
        click.echo(json.dumps({"transaction": transaction, "status": status}))
    else:
        click.echo(f"{transaction}\n{status}")


def _recipient(to: str | None, chain: Chain) -> Address:
    return chain.signer.address if to is None else address(to)
