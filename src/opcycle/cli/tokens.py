"""`opcycle token create|deposit|withdraw|balance`: ERC-20 and ERC-721 tokens between L1 and L2."""

import json
from collections.abc import Callable
from typing import Any

import click

from opcycle.bridge.collectibles import Collectibles
from opcycle.bridge.message_status import Layer, MessageStatus
from opcycle.bridge.token_pairs import Pair
from opcycle.bridge.tokens import Tokens
from opcycle.cli.bridge import json_option, no_wait_option, to_option, wait
from opcycle.cli.parse import address, units
from opcycle.cli.where import Chain, chain_options
from opcycle.errors import UserError
from opcycle.rpc.hexjson import checksum, to_hex

id_option = click.option(
    "--id", "token_id", type=click.IntRange(0), help="Of an ERC-721 token, in the place of AMOUNT."
)


@click.group()
def token() -> None:
    """ERC-20 tokens, and ERC-721 tokens by their --id, between L1 and L2.

    \b
    opcycle token create 0xL1Token                   have a copy made on L2
    opcycle token deposit 0xL1Token 0xCopy 12.5
    """


@token.command()
@click.argument("original")
@click.option("--on", type=click.Choice(["l1", "l2"]), default="l2", show_default=True, help="Where.")
@click.option("--name", help="The original's, if not given.")
@click.option("--symbol", help="The original's, if not given.")
@click.option("--decimals", type=click.IntRange(0, 255), help="The original's, if not given.")
@click.option("--nft", is_flag=True, help="Of an ERC-721 token.")
@json_option
@chain_options
def create(
    *,
    original: str,
    on: str,
    name: str | None,
    symbol: str | None,
    decimals: int | None,
    nft: bool,
    as_json: bool,
    chain: Chain,
) -> None:
    """Have a copy made of the token ORIGINAL, on the other chain than its own.

    \b
    opcycle token create 0xL1Token
    """
    layer, of = Layer(on.upper()), address(original)
    if nft and layer is Layer.L1:
        raise UserError("copies of ERC-721 tokens are made on L2 only: L2's own do not cross the bridge")
    tokens = _bridge(chain, nft)
    if isinstance(tokens, Tokens):
        sent = tokens.create(of, on=layer, name=name, symbol=symbol, decimals=decimals)
    else:
        sent = tokens.create(of, name=name, symbol=symbol)
    wait(f"an {layer} block", lambda: tokens.receipt(layer, sent) is not None)
    copy = checksum(tokens.created(layer, sent) or b"")
    _tell(as_json, {"transaction": to_hex(sent), "token": copy}, f"{copy} on {layer}")


def sends(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds what `deposit` and `withdraw` are told."""
    for option in (
        chain_options,
        json_option,
        no_wait_option,
        to_option,
        id_option,
        click.argument("amount", required=False),
        click.argument("l2_token"),
        click.argument("l1_token"),
    ):
        command = option(command)
    return command


@token.command()
@sends
def deposit(**told: Any) -> None:
    """Send AMOUNT, or one token by its --id, from L1 to L2; approves it first if need be.

    \b
    opcycle token deposit 0xL1Token 0xL2Token 12.5
    opcycle token deposit 0xL1Token 0xL2Token --id 7
    """
    _send(Layer.L2, **told)


@token.command()
@sends
def withdraw(**told: Any) -> None:
    """Start sending from L2 to L1; then `opcycle prove` and, after the window, `opcycle finalize`.

    \b
    opcycle token withdraw 0xL1Token 0xL2Token 12.5
    """
    _send(Layer.L1, **told)


@token.command()
@click.argument("l1_token")
@click.argument("l2_token")
@click.option("--of", "owner", help="Whose; your own, if not given.")
@id_option
@json_option
@chain_options
def balance(
    *, l1_token: str, l2_token: str, owner: str | None, token_id: int | None, as_json: bool, chain: Chain
) -> None:
    """How much one has on each chain; of an ERC-721 token, by its --id, who has it.

    \b
    opcycle token balance 0xL1Token 0xL2Token
    """
    tokens, pair = _bridge(chain, token_id is not None), Pair(address(l1_token), address(l2_token))
    if isinstance(tokens, Tokens):
        has = tokens.balances(pair, chain.signer.address if owner is None else address(owner))
        found = {
            layer: _shown(amount, tokens.describe(layer, pair.on(layer)).decimals)
            for layer, amount in ((Layer.L1, has.l1), (Layer.L2, has.l2))
        }
    else:
        owners = tokens.owners(pair, token_id or 0)
        found = {
            layer: "nobody's" if whose is None else checksum(whose)
            for layer, whose in ((Layer.L1, owners.l1), (Layer.L2, owners.l2))
        }
    _tell(as_json, found, *(f"{layer}  {what}" for layer, what in found.items()))


def _send(
    destination: Layer,
    *,
    l1_token: str,
    l2_token: str,
    amount: str | None,
    token_id: int | None,
    to: str | None,
    no_wait: bool,
    as_json: bool,
    chain: Chain,
) -> None:
    if (amount is None) == (token_id is None):
        raise UserError("say either how much, or which token of ERC-721 by its --id")
    tokens, pair = _bridge(chain, token_id is not None), Pair(address(l1_token), address(l2_token))
    origin = destination.other
    if isinstance(tokens, Tokens):
        what = units(amount or "", tokens.describe(origin, pair.on(origin)).decimals)
    else:
        what = token_id or 0
    approval = tokens.approve(destination, pair, what)
    if approval is not None:
        click.echo(f"{to_hex(approval)} lets the bridge take it", err=True)
        wait(f"an {origin} block", lambda: tokens.receipt(origin, approval) is not None)
    recipient = None if to is None else address(to)
    sent = tokens.send(destination, pair, what, recipient=recipient)
    messages = chain.messages
    if not no_wait:
        is_there = _is_relayed if destination is Layer.L2 else _is_sent
        wait(f"it on {destination}", lambda: is_there(messages.status(sent)))
    status = str(messages.status(sent))
    known = {
        "approval": None if approval is None else to_hex(approval),
        "transaction": to_hex(sent),
        "status": status,
    }
    _tell(as_json, known, to_hex(sent), status)


def _is_sent(status: MessageStatus) -> bool:
    return status.message is not None


def _is_relayed(status: MessageStatus) -> bool:
    return status.is_relayed or status.has_failed


def _bridge(chain: Chain, is_nft: bool) -> Tokens | Collectibles:
    return chain.assembly.collectibles(chain.signer) if is_nft else chain.assembly.tokens(chain.signer)


def _shown(amount: int, decimals: int) -> str:
    """A number of smallest units as a decimal number of tokens, exactly, without trailing zeros."""
    whole, rest = divmod(amount, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}".rstrip("0").rstrip(".") if rest else str(whole)


def _tell(as_json: bool, known: dict[Any, Any], *lines: str) -> None:
    click.echo(json.dumps(known) if as_json else "\n".join(lines))
