"""The first question to an Ethereum RPC that a user names: is there one, and of which chain?"""

from contextlib import closing

from opcycle.errors import UserError
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import from_quantity

TIMEOUT = 10.0
"""Seconds in which it must answer."""


def ask_chain_id(url: str) -> int:
    """Raises RpcUnreachableError if no JSON-RPC answers at the URL, UserError if it is no Ethereum RPC."""
    with closing(RpcClient(url, timeout=TIMEOUT)) as rpc:
        try:
            return from_quantity(rpc.call("eth_chainId"))
        except (RpcError, TypeError, ValueError) as error:
            raise UserError(f"what answers at {url} is no Ethereum RPC ({error})") from error
