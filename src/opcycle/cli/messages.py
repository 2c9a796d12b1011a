"""`opcycle message send`, `status`, `replay`: calls from one chain to the other that say who sent them."""

import json
import re

import click

from opcycle.bridge.deposits import DepositStatus
from opcycle.bridge.message_status import Layer, MessageStatus, NotSentYet, UnderWay
from opcycle.bridge.messages import MIN_GAS
from opcycle.cli.bridge import index_option, json_option, no_wait_option, wait
from opcycle.cli.parse import address, transaction_hash, wei
from opcycle.cli.where import Chain, chain_options
from opcycle.errors import UserError
from opcycle.protocol.types import Hash
from opcycle.rpc.hexjson import to_hex

TELLS = "opcycle message status"


@click.group()
def message() -> None:
    """Call a contract on the other chain; it can ask its messenger who sent the call.

    \b
    opcycle message send L2 0x5FbD… --calldata 0x6057361d…2a
    opcycle message status 0x5d4c…
    opcycle message replay 0x5d4c…
    """


@message.command()
@click.argument("to", type=click.Choice([str(layer) for layer in Layer], case_sensitive=False))
@click.argument("target")
@click.option("--calldata", default="0x", help="What to call it with, as 0x and hex digits.")
@click.option("--value", help="ETH that goes along, such as 0.5.")
@click.option(
    "--gas", type=int, default=MIN_GAS, show_default=True, help="What the call gets at least on that chain."
)
@no_wait_option
@json_option
@chain_options
def send(
    *,
    to: str,
    target: str,
    calldata: str,
    value: str | None,
    gas: int,
    no_wait: bool,
    as_json: bool,
    chain: Chain,
) -> None:
    """Have TARGET on the chain TO (L1 or L2) called, from the other chain.

    \b
    opcycle message send L2 0x5FbD… --value 0.1
    """
    messages = chain.messages
    worth = 0 if value is None else wei(value)
    sent = messages.send(Layer(to), address(target), _calldata(calldata), wei=worth, min_gas=gas)
    if not no_wait:
        wait("the message", lambda: not goes_on_by_itself(messages.status(sent)), tells=TELLS)
    _tell(as_json, sent, messages.status(sent))


@message.command()
@click.argument("transaction")
@index_option
@json_option
@chain_options
def status(*, transaction: str, index: int | None, as_json: bool, chain: Chain) -> None:
    """How far the message of TRANSACTION, on either chain, has come, and what is next.

    \b
    opcycle message status 0x5d4c…
    """
    sent = transaction_hash(transaction)
    _tell(as_json, sent, chain.messages.status(sent, index))


@message.command()
@click.argument("transaction")
@index_option
@no_wait_option
@json_option
@chain_options
def replay(*, transaction: str, index: int | None, no_wait: bool, as_json: bool, chain: Chain) -> None:
    """Relay the message of TRANSACTION again, which has failed. Anybody can.

    \b
    opcycle message replay 0x5d4c…
    """
    messages, sent = chain.messages, transaction_hash(transaction)
    to = messages.status(sent, index).to
    relay = messages.relay_again(sent, index)
    if not no_wait:
        wait(f"an {to} block", lambda: messages.receipt(to, relay) is not None, tells=TELLS)
    _tell(as_json, relay, messages.status(sent, index))


def goes_on_by_itself(status: MessageStatus) -> bool:
    """Whether it takes but seconds, and nobody has to do anything."""
    stage = status.stage
    return isinstance(stage, NotSentYet) or (
        isinstance(stage, UnderWay) and isinstance(stage.by, DepositStatus)
    )


def _calldata(text: str) -> bytes:
    if re.fullmatch(r"0x([0-9a-fA-F]{2})*", text) is None:
        raise UserError(f"{text!r} is no calldata: it must be 0x and pairs of hex digits")
    return bytes.fromhex(text[2:])


def _tell(as_json: bool, transaction: Hash, status: MessageStatus) -> None:
    told = {"transaction": to_hex(transaction), "status": str(status), "next": status.next}
    if as_json:
        click.echo(json.dumps(told))
    else:
        click.echo("\n".join(line for line in (told["transaction"], told["status"], _next(status)) if line))


def _next(status: MessageStatus) -> str:
    return f"next: {status.next}" if status.next else ""
