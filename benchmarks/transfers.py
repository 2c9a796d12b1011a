"""Transfers by the devnet's user, as many as are wanted."""

from eth_account import Account

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.rpc.hexjson import to_hex

SENDER = ACCOUNTS["user"]


def transfer(chain_id: int, nonce: int) -> str:
    """A signed transfer of 1 wei, as an RPC wants it."""
    fields = {
        "type": 2,
        "chainId": chain_id,
        "nonce": nonce,
        "to": b"\x77" * 20,
        "value": 1,
        "gas": 21_000,
        "maxFeePerGas": 10**10,
        "maxPriorityFeePerGas": 10**6,
    }
    return to_hex(Account.sign_transaction(fields, SENDER.key).raw_transaction)
