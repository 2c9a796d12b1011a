"""Who signs L1 and L2 transactions. Agents see only the protocol; keys stay behind it."""

from typing import Any, Protocol

from eth_account import Account

from opcycle.errors import UserError
from opcycle.protocol.types import Address


class Signer(Protocol):
    """An account that signs: a key in memory, a keystore, an external signer."""

    @property
    def address(self) -> Address: ...

    def sign_transaction(self, fields: dict[str, Any]) -> bytes:
        """The raw signed transaction of `fields`, named as in JSON-RPC (`chainId`, `maxFeePerGas`, …)."""
        ...


class KeySigner:
    """A private key in memory. Raises UserError unless `private_key` is 32 bytes of a valid secp256k1 key."""

    def __init__(self, private_key: bytes):
        if len(private_key) != 32:
            raise UserError(f"a private key has 32 bytes, this one has {len(private_key)}")
        try:
            self._account = Account.from_key(private_key)
        except ValueError as error:
            raise UserError(
                "the private key is not valid on secp256k1 (zero, or not below its order)"
            ) from error

    @property
    def address(self) -> Address:
        return bytes.fromhex(self._account.address[2:])

    def sign_transaction(self, fields: dict[str, Any]) -> bytes:
        return bytes(self._account.sign_transaction(fields).raw_transaction)
