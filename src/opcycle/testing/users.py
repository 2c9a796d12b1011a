"""Users: accounts that only tests have, all different, with ether on both chains."""

from collections.abc import Sequence

from eth_account import Account
from eth_account.signers.local import LocalAccount

from opcycle.artifacts import artifact
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.deploying import L2_BALANCE
from opcycle.devnet.devnet import Devnet
from opcycle.errors import UserError
from opcycle.keccak import keccak
from opcycle.l1.contract import encode_call
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionRequest
from opcycle.testing.addresses import to_address

BALANCE = 100 * 10**18
"""Wei, on each chain."""

READY = 5
"""Users that have their ether before the first test; more get theirs when they are asked for."""

BANK = "fourth user"
"""Whose ether it was."""

TRANSFER_GAS = 21_000


def user_account(index: int) -> LocalAccount:
    """The same at every run. WELL KNOWN, like all keys of a devnet."""
    account: LocalAccount = Account.from_key(keccak(b"opcycle test user %d" % index))
    return account


def signer_of(account: LocalAccount) -> KeySigner:
    """Raises UserError for what has no key: an address, say."""
    key = getattr(account, "key", None)
    if key is None:
        raise UserError(f"{account!r} cannot send: it has no key; give an account, such as the fixture user")
    return KeySigner(bytes(key))


def back_ether(devnet: Devnet) -> None:
    """Give the portal on L1 the ether that L2 began with, so that users may withdraw what none deposited."""
    sender = devnet.assembly.l1_sender(KeySigner(ACCOUNTS[BANK].key))
    portal = devnet.deployment.addresses.optimism_portal
    data = encode_call(artifact("OptimismPortal").abi, "donateETH")
    sent = sender.send(TransactionRequest(portal, data, len(ACCOUNTS) * L2_BALANCE, what="donateETH"))
    devnet.until("the portal to have its ether", lambda: sender.receipt(sent) is not None, seconds=60)


def fund(devnet: Devnet, users: Sequence[LocalAccount]) -> None:
    """Give each its ether on both chains, and let the blocks pass that this takes."""
    signer = KeySigner(ACCOUNTS[BANK].key)
    senders = devnet.assembly.l1_sender(signer), devnet.assembly.l2_sender(signer)
    sent = [
        (sender, sender.send(TransactionRequest(to_address(user), value=BALANCE, gas=TRANSFER_GAS)))
        for user in users
        for sender in senders
    ]
    devnet.until(
        "users to have their ether",
        lambda: all(sender.receipt(transaction) is not None for sender, transaction in sent),
        seconds=60,
    )
