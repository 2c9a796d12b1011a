"""Driving a live devnet from another process: time travel and reorgs, by JSON-RPC on a loopback port."""

from typing import Any

from starlette.applications import Starlette

from opcycle.devnet.devnet import Devnet
from opcycle.errors import UserError
from opcycle.protocol.sync_status import l1_ref_to_json
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.server import json_rpc_app


def control_app(devnet: Devnet) -> Starlette:
    """`devnet_travel(seconds, with_l2)`, `devnet_reorg(depth)`: see `Devnet.travel` and `LocalL1.reorg`."""

    def travel(seconds: Any, with_l2: Any = False) -> int:
        if type(seconds) is not int or type(with_l2) is not bool:
            raise ValueError("seconds must be a whole number, with_l2 a truth value")
        devnet.travel(seconds, with_l2=with_l2)
        return seconds

    def reorg(depth: Any) -> list[dict[str, object]]:
        if type(depth) is not int:
            raise ValueError("depth must be a whole number")
        return [l1_ref_to_json(ref) for ref in devnet.l1.reorg(depth)]

    return json_rpc_app({"devnet_travel": travel, "devnet_reorg": reorg})


class ControlClient:
    """The other side. Raises UserError with what the devnet answers, TemporaryError when none runs there."""

    def __init__(self, url: str):
        self._rpc = RpcClient(url)

    def travel(self, seconds: int, *, with_l2: bool) -> None:
        self._ask("devnet_travel", seconds, with_l2)

    def reorg(self, depth: int) -> int:
        """How many blocks took the place of `depth` others."""
        return len(self._ask("devnet_reorg", depth))

    def _ask(self, method: str, *params: object) -> Any:
        try:
            return self._rpc.call(method, *params)
        except RpcError as error:
            raise UserError(error.reason) from error
