"""Setting a running op-geth back to an earlier block: its chain, its heads and its pool, in some 20 ms.

`debug_setHead` deletes what came later, and the transactions of those blocks do not return to the pool. Those
that wait in the pool go when the least price that it takes is raised beyond any offer and lowered again. They
are gone for good only if op-geth keeps none on disk, to send them again a minute later: see `GethProcess`. A
block that was replaced meanwhile comes back from its payload.

A started block would survive: op-geth answers the same attributes on the same parent with the block that it
has built for them. It remembers ten, so ten others are started.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from opcycle.engine.client import EngineClient
from opcycle.errors import CriticalError
from opcycle.protocol.payload import ExecutionEnvelope, ForkchoiceState, PayloadAttributes
from opcycle.protocol.types import ZERO_HASH, BlockId, Hash
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import from_hex, from_quantity, to_quantity

BLOCKS_PER_REQUEST = 500

STARTED_BLOCKS = 10
"""`maxTrackedPayloads` of op-geth's `eth/catalyst/queue.go`."""

POOL_TIMEOUT = 10.0
"""Seconds that the pool has to follow; it takes milliseconds on an idle machine."""

HIGHEST_PRICE = 2**255
LEAST_PRICE = 1
"""Wei per gas; the latter is what our op-geths are started with."""

DEPOSIT_TYPE = "0x7e"


@dataclass(frozen=True, slots=True)
class EngineState:
    """What an op-geth comes back to. `recent`: its newest blocks, oldest first, the head last: those that a
    reorg may replace meanwhile, or a kill may lose."""

    heads: ForkchoiceState
    recent: tuple[ExecutionEnvelope, ...]

    @property
    def head(self) -> BlockId:
        return self.recent[-1].payload.id


def read_state(rpc: RpcClient, recent: Sequence[ExecutionEnvelope]) -> EngineState:
    """As it is now; `recent` ends with its head."""
    heads = ForkchoiceState(
        head=recent[-1].payload.block_hash, safe=_label(rpc, "safe"), finalized=_label(rpc, "finalized")
    )
    return EngineState(heads, tuple(recent))


def rewind(rpc: RpcClient, engine: EngineClient, state: EngineState) -> None:
    """Set it back. Raises CriticalError if it has lost what it would come back to."""
    fork = _newest_kept(rpc, state)
    newest = _number(rpc.call("eth_getHeaderByNumber", "latest"))
    senders = _senders(rpc, fork.number + 1, newest)
    if newest > fork.number:
        rpc.call("debug_setHead", to_quantity(fork.number))
    for envelope in state.recent:
        if envelope.payload.number > fork.number:
            engine.new_payload(envelope)
            engine.forkchoice_updated(ForkchoiceState(envelope.payload.block_hash, ZERO_HASH, ZERO_HASH))
    engine.forkchoice_updated(state.heads)
    _empty_pool(rpc, senders)
    if read_state(rpc, state.recent) != state or _hash_at(rpc, "latest") != state.head.hash:
        raise CriticalError(f"the op-geth at {rpc.url} did not come back to block {state.head}")


def forget_started_blocks(engine: EngineClient, state: EngineState) -> None:
    """Of an L2's sequencer: start others, with times that no block will have, until op-geth has forgotten."""
    head = state.recent[-1].payload
    for index in range(STARTED_BLOCKS):
        engine.forkchoice_updated(state.heads, _unlikely_attributes(state.recent[-1], index + head.timestamp))


def _unlikely_attributes(head: ExecutionEnvelope, timestamp: int) -> PayloadAttributes:
    """Of a block with nothing but the L1 attributes of its parent, a century later."""
    payload = head.payload
    return PayloadAttributes(
        timestamp=timestamp + 100 * 365 * 86_400,
        prev_randao=payload.prev_randao,
        fee_recipient=payload.fee_recipient,
        parent_beacon_root=head.parent_beacon_root,
        transactions=payload.transactions[:1],
        no_tx_pool=True,
        gas_limit=payload.gas_limit,
        eip_1559_params=bytes(8),
        min_base_fee=0,
    )


def _newest_kept(rpc: RpcClient, state: EngineState) -> BlockId:
    """The newest block of that chain that is still canonical."""
    first = state.recent[0].payload
    ids = [BlockId(first.parent_hash, first.number - 1), *(item.payload.id for item in state.recent)]
    for block in reversed(ids):
        if _hash_at(rpc, to_quantity(block.number)) == block.hash:
            return block
    raise CriticalError(f"the op-geth at {rpc.url} has lost block {ids[0]} and those after it")


def _senders(rpc: RpcClient, first: int, last: int) -> list[str]:
    """Of the users' transactions in blocks that go; their nonces tell whether the pool has followed."""
    found: set[str] = set()
    for start in range(first, last + 1, BLOCKS_PER_REQUEST):
        numbers = range(start, min(last, start + BLOCKS_PER_REQUEST - 1) + 1)
        blocks = rpc.batch([("eth_getBlockByNumber", [to_quantity(n), True]) for n in numbers])
        found |= {
            tx["from"] for block in blocks for tx in block["transactions"] if tx["type"] != DEPOSIT_TYPE
        }
    return sorted(found)


def _empty_pool(rpc: RpcClient, senders: Sequence[str]) -> None:
    calls = [("eth_getTransactionCount", [who, at]) for who in senders for at in ("latest", "pending")]

    def is_empty() -> bool:
        rpc.call("miner_setGasPrice", to_quantity(HIGHEST_PRICE))
        rpc.call("miner_setGasPrice", to_quantity(LEAST_PRICE))
        status, *counts = rpc.batch([("txpool_status", []), *calls])
        has_followed = counts[::2] == counts[1::2]
        return has_followed and set(map(from_quantity, status.values())) == {0}

    _wait(is_empty, f"the pool of {rpc.url} did not follow its chain within {POOL_TIMEOUT:.0f} s")


def _wait(condition: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + POOL_TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            raise CriticalError(complaint)
        time.sleep(0.002)


def _label(rpc: RpcClient, label: str) -> Hash:
    try:
        return _hash_at(rpc, label) or ZERO_HASH
    except RpcError:  # it has none yet
        return ZERO_HASH


def _hash_at(rpc: RpcClient, tag: str) -> Hash | None:
    header: dict[str, Any] | None = rpc.call("eth_getHeaderByNumber", tag)
    return None if header is None else from_hex(header["hash"])


def _number(header: dict[str, Any]) -> int:
    return from_quantity(header["number"])
