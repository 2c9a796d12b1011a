"""Waiting for op-geth's transaction pool, which follows its chain in the background.

Without it a block made right after `eth_sendRawTransaction` might miss the transaction, and a reorg might
outrun the pool, which then forgets what the replaced blocks held.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opcycle.protocol.types import L1BlockRef
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_quantity, to_hex

SORT_TIMEOUT = 2.0
"""Seconds to wait for the pool to sort in what was just sent; it takes a millisecond on an idle machine."""

REORG_TIMEOUT = 2.0
"""Seconds to wait for the pool to follow a reorg; a transaction that became invalid never returns."""


@dataclass(frozen=True, slots=True)
class MinedTransaction:
    """What identifies a transaction to the RPC (hex as it writes it) and to its sender's pool."""

    hash: str
    sender: str
    nonce: int


class TransactionPool:
    """The pool behind a public RPC."""

    def __init__(self, rpc: RpcClient):
        self._rpc = rpc

    def settle(self) -> None:
        """Wait until what was sent before can go into a block; a transaction behind a nonce gap cannot."""
        _until(self._is_sorted, SORT_TIMEOUT)

    def transactions_of(self, blocks: Sequence[L1BlockRef]) -> list[MinedTransaction]:
        bodies = self._rpc.batch([("eth_getBlockByHash", [to_hex(ref.hash), True]) for ref in blocks])
        return [
            MinedTransaction(tx["hash"], tx["from"], from_quantity(tx["nonce"]))
            for body in bodies
            for tx in body["transactions"]
        ]

    def wait_until_mined(self, transactions: Sequence[MinedTransaction]) -> None:
        """Wait until the pool has seen the blocks that hold these."""
        calls = [("eth_getTransactionCount", [tx.sender, "pending"]) for tx in transactions]

        def seen() -> bool:
            counts = map(from_quantity, self._rpc.batch(calls))
            return all(count > tx.nonce for count, tx in zip(counts, transactions, strict=True))

        _until(seen, REORG_TIMEOUT)

    def wait_until_returned(self, transactions: Sequence[MinedTransaction]) -> None:
        """Wait until the pool has taken these back from replaced blocks."""
        calls = [("eth_getTransactionByHash", [tx.hash]) for tx in transactions]
        _until(lambda: all(self._rpc.batch(calls)), REORG_TIMEOUT)

    def _is_sorted(self) -> bool:
        if from_quantity(self._rpc.call("txpool_status")["queued"]) == 0:
            return True
        lowest = {
            sender: min(map(int, by_nonce))
            for sender, by_nonce in self._rpc.call("txpool_content")["queued"].items()
        }
        counts = self._rpc.batch([("eth_getTransactionCount", [sender, "pending"]) for sender in lowest])
        return all(
            from_quantity(next_nonce) < nonce
            for next_nonce, nonce in zip(counts, lowest.values(), strict=True)
        )


def _until(condition: Callable[[], bool], timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)
