"""Waiting for an L1 that makes its blocks without us."""

from collections.abc import Callable

from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_quantity

POLL_SECONDS = 0.5
POLLS = 30
"""Together a little more than a slot of Ethereum; a chain that makes blocks only when asked may make none."""


class BlockPoller:
    """`next_block` for a deployment: returns when the head has moved, or after 15 seconds.

    `pause` waits that many seconds of the machine's time.
    """

    def __init__(self, rpc: RpcClient, pause: Callable[[float], None]):
        self._rpc = rpc
        self._pause = pause
        self._head = self._number()

    def __call__(self) -> None:
        for _ in range(POLLS):
            head = self._number()
            if head != self._head:
                self._head = head
                return
            self._pause(POLL_SECONDS)

    def _number(self) -> int:
        return from_quantity(self._rpc.call("eth_blockNumber"))
