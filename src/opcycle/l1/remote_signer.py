"""An external signer: a server that keeps keys and signs by `eth_signTransaction`, as Clef and web3signer do.

It may ask a person, apply rules, or sign with hardware. What it returns is believed only if it is the very
transaction that was asked for, signed by the very account: go-ethereum's `signer/core` may change fields, by
a person's wish, and a server that is not ours may do anything.
"""

from typing import Any, cast

import rlp
from eth_account import Account
from rlp.exceptions import RLPException

from opcycle.errors import UserError
from opcycle.l1.blobs import BLOB_TRANSACTION
from opcycle.protocol.types import Address
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import checksum, from_hex, to_hex, to_quantity

TIMEOUT = 600.0
"""Seconds in which it must answer: a person may have to look at the transaction first."""

_SIGNATURE = 3
"""How many fields of a signed transaction are its signature; they are the last."""


class RemoteSigner:
    """Implements `l1.signer.Signer` for an account of the server at `url`."""

    def __init__(self, url: str, address: Address):
        self._rpc = RpcClient(url, timeout=TIMEOUT)
        self._address = address

    @property
    def address(self) -> Address:
        return self._address

    def require_account(self) -> None:
        """Raises UserError if the server says that it has other accounts; one that lists none may do."""
        try:
            accounts = self._rpc.call("eth_accounts")
        except RpcError:
            return
        if to_hex(self._address) not in [str(account).lower() for account in accounts]:
            has = ", ".join(map(str, accounts)) or "none"
            raise UserError(
                f"the signer at {self._rpc.url} has no account {checksum(self._address)}; it has {has}"
            )

    def sign_transaction(self, fields: dict[str, Any]) -> bytes:
        """Raises UserError unless the server signs just this, RpcUnreachableError if it does not answer."""
        try:
            answer = self._rpc.call("eth_signTransaction", self._arguments(fields))
        except RpcError as error:
            raise UserError(
                f"the signer at {self._rpc.url} does not sign for {checksum(self._address)}: {error.reason}; "
                "nothing was sent"
            ) from error
        try:
            raw = from_hex(answer["raw"] if isinstance(answer, dict) else answer)
            kind, signed = raw[0], rlp.decode(raw[1:])
            signer = from_hex(Account.recover_transaction(raw))
        except (RLPException, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise self._distrusted("what it returns is no signed transaction") from error
        if kind != fields["type"] or list(signed[:-_SIGNATURE]) != _payload(fields):
            raise self._distrusted("it signed another transaction than it was asked to")
        if signer != self._address:
            raise self._distrusted(f"it signed as {checksum(signer)}")
        return raw

    def _arguments(self, fields: dict[str, Any]) -> dict[str, Any]:
        """As JSON-RPC has them; no `type`, which follows from the fees."""
        wanted = {name: value for name, value in fields.items() if name != "type"}
        return {"from": to_hex(self._address), **{name: _json(value) for name, value in wanted.items()}}

    def _distrusted(self, why: str) -> UserError:
        return UserError(
            f"the signer at {self._rpc.url} was asked to sign for {checksum(self._address)}, but {why}; "
            "nothing was sent"
        )


def _json(value: int | bytes | list[bytes]) -> str | list[str]:
    if isinstance(value, list):
        return [to_hex(item) for item in value]
    return to_hex(value) if isinstance(value, bytes) else to_quantity(value)


def _payload(fields: dict[str, Any]) -> list[Any]:
    """What is signed, as RLP decodes it: EIP-1559's fields, with blobs EIP-4844's."""
    plain = [
        *(fields[name] for name in ("chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", "gas")),
        fields.get("to", b""),
        fields["value"],
        fields["data"],
        [],
    ]
    if fields["type"] == BLOB_TRANSACTION:
        plain += [fields["maxFeePerBlobGas"], fields["blobVersionedHashes"]]
    return cast("list[Any]", rlp.decode(rlp.encode(plain)))
