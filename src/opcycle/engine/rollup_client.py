"""A typed client of a rollup node's RPC, as op-node and our own node serve it.

Source: op-node 1.18, `node/api.go`.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from opcycle.errors import CriticalError, UserError
from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.sync_status import SyncStatus
from opcycle.rpc.client import METHOD_NOT_FOUND, RpcClient, RpcError
from opcycle.rpc.hexjson import to_quantity

T = TypeVar("T")


class RollupClient:
    """Every call raises TemporaryError when the node does not answer or does not know (yet), UserError when
    there is no rollup node at the URL, CriticalError when its answer is not what a rollup node says."""

    def __init__(self, url: str):
        self._rpc = RpcClient(url)

    @property
    def url(self) -> str:
        return self._rpc.url

    def sync_status(self) -> SyncStatus:
        """The node's heads, all of the same moment."""
        return self._ask("optimism_syncStatus", SyncStatus.from_json)

    def output_at_block(self, number: int) -> OutputAtBlock:
        """The output of L2 block `number`."""
        found = self._ask("optimism_outputAtBlock", OutputAtBlock.from_json, to_quantity(number))
        if found.block.number != number:
            raise CriticalError(f"{self.url} was asked for L2 block {number} and answers about {found.block}")
        return found

    def safe_head_at_l1_block(self, number: int) -> SafeHead:
        """The safe head as of L1 block `number`, and the L1 block at or before it that gave it."""
        found = self._ask("optimism_safeHeadAtL1Block", SafeHead.from_json, to_quantity(number))
        if found.l1_block.number > number:
            raise CriticalError(
                f"{self.url} was asked about L1 block {number} and answers about {found.l1_block}"
            )
        return found

    def rollup_config(self) -> RollupConfig:
        return self._ask("optimism_rollupConfig", RollupConfig.from_json)

    def version(self) -> str:
        """The node's own name for its version."""
        return self._ask("optimism_version", _text)

    def close(self) -> None:
        self._rpc.close()

    def _ask(self, method: str, parse: Callable[[Any], T], *params: str) -> T:
        try:
            reply = self._rpc.call(method, *params)
        except RpcError as error:
            if error.code == METHOD_NOT_FOUND:
                raise UserError(f"{self.url} does not serve {method}; is it a rollup node's RPC?") from error
            raise
        try:
            return parse(reply)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CriticalError(
                f"{self.url} answers {method} with something else than a rollup node does ({error!r}); "
                "is it one?"
            ) from error


def _text(reply: Any) -> str:
    if not isinstance(reply, str):
        raise TypeError(f"expected a string, got {reply!r}")
    return reply
