"""Whose transactions a command sends, and who signs them: a key, an external signer, or nobody yet."""

from collections.abc import Callable
from dataclasses import dataclass

import click

from opcycle.cli import parse
from opcycle.cli.options import options
from opcycle.cli.where import key_signer
from opcycle.errors import UserError
from opcycle.l1.remote_signer import RemoteSigner
from opcycle.l1.signer import Signer
from opcycle.protocol.types import Address

account_options = options(
    click.option("--signer-url", help="An external signer's RPC URL (Clef, web3signer); needs --from."),
    click.option("--from", "from_address", help="The account of the external signer, or of the dry run."),
)


@dataclass(frozen=True, slots=True)
class Account:
    """Whose transactions they are. `signer` is asked for only when they are to be signed."""

    address: Address
    signer: Callable[[], Signer]


def named_account(signer_url: str | None, from_address: str | None) -> Account:
    """That of the options, else that of the key in the environment."""
    address = None if from_address is None else parse.address(from_address)
    if signer_url is not None:
        if address is None:
            raise UserError("--signer-url needs --from: which of the signer's accounts?")
        return Account(address, lambda: _remote_signer(signer_url, address))
    if address is not None:
        return Account(address, _no_signer)
    signer = key_signer(default=None)
    return Account(signer.address, lambda: signer)


def _remote_signer(url: str, address: Address) -> Signer:
    signer = RemoteSigner(url, address)
    signer.require_account()
    return signer


def _no_signer() -> Signer:
    raise UserError("--from names an account, but not who signs for it: add --signer-url, or --dry-run")
