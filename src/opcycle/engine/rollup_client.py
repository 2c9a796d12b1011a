"""A typed client of a rollup node's RPC, as op-node and our own node serve it.

Source: op-node 1.18, `node/api.go`.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from opcycle.errors import CriticalError
from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.sync_status import SyncStatus
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import to_quantity

T = TypeVar("T")


class RollupClient:
    """Every call raises TemporaryError when the node does not answer or does not know (yet), and
    CriticalError when its answer is not what a rollup node says."""

    def __init__(self, url: str):
        self._rpc = RpcClient(url)

    @property
    def url(self) -> str:
        return self._rpc.url

    def sync_status(self) -> SyncStatus:
        return self._ask("optimism_syncStatus", (), SyncStatus.from_json)

    def output_at_block(self, number: int) -> OutputAtBlock:
        """The output of L2 block `number`."""
        found = self._ask("optimism_outputAtBlock", (to_quantity(number),), OutputAtBlock.from_json)
        if found.block.number != number:
            raise CriticalError(f"{self.url} was asked for L2 block {number} and answers about {found.block}")
        return found

    def rollup_config(self) -> RollupConfig:
        return self._ask("optimism_rollupConfig", (), RollupConfig.from_json)

    def version(self) -> str:
        version: str = self._rpc.call("optimism_version")
        return version

    def close(self) -> None:
        self._rpc.close()

    def _ask(self, method: str, params: tuple[str, ...], parse: Callable[[Mapping[str, Any]], T]) -> T:
        reply = self._rpc.call(method, *params)
        try:
            return parse(reply)
        except (KeyError, TypeError, ValueError) as error:
            raise CriticalError(
                f"{self.url} answers {method} with something else than a rollup node does ({error!r}); "
                "is it one?"
            ) from error
