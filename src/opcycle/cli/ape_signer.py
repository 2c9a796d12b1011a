"""An Ape account as a signer: keys in Ape's keystore, test accounts, hardware wallets."""

from typing import Any

from ape.api import AccountAPI

from opcycle.errors import UserError
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import from_hex


def address_of(account: AccountAPI) -> Address:
    """Which is known without unlocking it."""
    return from_hex(str(account.address))


class ApeSigner:
    """Implements `l1.signer.Signer`; use it while Ape is connected to the chain of the transactions.

    A keystore is unlocked once, by its passphrase or `$APE_ACCOUNTS_<alias>_PASSPHRASE`, and then signs all.
    """

    def __init__(self, account: AccountAPI):
        self._account = account
        if hasattr(account, "set_autosign"):
            account.set_autosign(True)

    @property
    def address(self) -> Address:
        return address_of(self._account)

    def sign_transaction(self, fields: dict[str, Any]) -> bytes:
        """Raises UserError if the account's holder declines."""
        ecosystem = self._account.provider.network.ecosystem
        wanted = ecosystem.create_transaction(**fields, sender=self._account.address)
        signed = self._account.sign_transaction(wanted)
        if signed is None:
            raise UserError(f"the account {self._account.address} did not sign; nothing was sent")
        return bytes(signed.serialize_transaction())
