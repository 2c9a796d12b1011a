"""web3.py over our own RPC client, whose connections are kept and closed with it."""

from typing import Any

from web3 import Web3
from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from opcycle.errors import TemporaryError
from opcycle.rpc.client import RpcClient, RpcError


class RpcProvider(JSONBaseProvider):
    """Answers web3.py from an `RpcClient`."""

    def __init__(self, rpc: RpcClient):
        super().__init__()
        self._rpc = rpc

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Encoded by web3, which knows its own types."""
        plain = self.decode_rpc_response(self.encode_rpc_request(method, params))
        try:
            return {"jsonrpc": "2.0", "id": 1, "result": self._rpc.call(method, *plain["params"])}
        except RpcError as error:
            return {
                "jsonrpc": "2.0",
                "id": 1,
                "error": {"code": error.code, "message": error.reason, "data": error.data},
            }

    def is_connected(self, show_traceback: bool = False) -> bool:
        """Whether somebody answers. `show_traceback`: raise what stands against it."""
        try:
            self._rpc.call("web3_clientVersion")
        except TemporaryError:
            if show_traceback:
                raise
            return False
        return True


def web3_of(rpc: RpcClient) -> Web3:
    """A `Web3` on the same server."""
    return Web3(RpcProvider(rpc))
