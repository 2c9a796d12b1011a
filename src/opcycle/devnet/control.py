"""Driving a live devnet from another process: time travel and reorgs, by JSON-RPC on a loopback port."""

from starlette.applications import Starlette

from opcycle.devnet.devnet import Devnet
from opcycle.protocol.sync_status import l1_ref_to_json
from opcycle.rpc.client import RpcClient
from opcycle.rpc.server import json_rpc_app


def control_app(devnet: Devnet) -> Starlette:
    """`devnet_travel(seconds, with_l2)`, `devnet_reorg(depth)`: see `Devnet.travel` and `LocalL1.reorg`."""

    def travel(seconds: int, with_l2: bool = False) -> int:
        devnet.travel(seconds, with_l2=with_l2)
        return seconds

    def reorg(depth: int) -> list[dict[str, object]]:
        return [l1_ref_to_json(ref) for ref in devnet.l1.reorg(depth)]

    return json_rpc_app({"devnet_travel": travel, "devnet_reorg": reorg})


class ControlClient:
    """The other side. Raises TemporaryError with what the devnet answers, or when none runs there."""

    def __init__(self, url: str):
        self._rpc = RpcClient(url)

    def travel(self, seconds: int, *, with_l2: bool) -> None:
        self._rpc.call("devnet_travel", seconds, with_l2)

    def reorg(self, depth: int) -> int:
        """How many blocks took the place of `depth` others."""
        return len(self._rpc.call("devnet_reorg", depth))
