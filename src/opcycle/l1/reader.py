"""Reading L1 as derivation wants it: headers, and blocks with their inbox transactions and system logs.

Two requests per range, however long: the blocks by number, then their logs by block hash, so that a reorg
between the two cannot give the logs of one block to another. The sender of a transaction is what the RPC says
(the server has checked the signature); a server that lies about blocks is out of scope here.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from opcycle.errors import TemporaryError
from opcycle.l1.receipts import log_from_json
from opcycle.protocol.types import Address, Hash, L1Block, L1Header, L1Transaction
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex, from_quantity, to_hex, to_quantity

BATCH = 50
"""Blocks in one request of `L1Reader.blocks`."""

BlockLabel = int | str | bytes
"""A block by number, by "latest", "safe" or "finalized", or by hash (bytes)."""


class L1Reader:
    """Any L1 JSON-RPC server with the `eth` namespace."""

    def __init__(self, rpc: RpcClient):
        self.rpc = rpc

    def header(self, label: BlockLabel) -> L1Header:
        """Raises TemporaryError when there is no such block (yet)."""
        if isinstance(label, bytes):
            body = self.rpc.call("eth_getBlockByHash", to_hex(label), False)
        else:
            body = self.rpc.call("eth_getBlockByNumber", _tag(label), False)
        return header_from_json(_present(body, label))

    def block(self, number: int, *, inbox: Address, portal: Address, system_config: Address) -> L1Block:
        """One block; see `blocks`."""
        return self.blocks(number, number, inbox=inbox, portal=portal, system_config=system_config)[0]

    def blocks(
        self,
        first: int,
        last: int,
        *,
        inbox: Address,
        portal: Address,
        system_config: Address,
        challenges: Address | None = None,
    ) -> list[L1Block]:
        """Blocks `first` to `last`, both included, each the parent of the next.

        Transactions are those to `inbox`, logs those of `portal`, `system_config` and `challenges` (alt-DA's
        challenge contract, where there is one), both in block order.
        Raises TemporaryError when one is missing or the chain changed while it was read.
        """
        found: list[L1Block] = []
        for start in range(first, last + 1, BATCH):
            numbers = range(start, min(start + BATCH, last + 1))
            bodies = self.rpc.batch([("eth_getBlockByNumber", [to_quantity(n), True]) for n in numbers])
            present = [_present(body, n) for n, body in zip(numbers, bodies, strict=True)]
            addresses = [to_hex(item) for item in (portal, system_config, challenges) if item is not None]
            queries = [{"blockHash": body["hash"], "address": addresses} for body in present]
            logs = self.rpc.batch([("eth_getLogs", [query]) for query in queries])
            found += [
                _block(body, found_logs, inbox, challenges)
                for body, found_logs in zip(present, logs, strict=True)
            ]
        _check_linked(found)
        return found


def header_from_json(body: dict[str, Any]) -> L1Header:
    """An RPC block; fields of later forks are None where the block has none."""
    beacon_root, excess = body.get("parentBeaconBlockRoot"), body.get("excessBlobGas")
    return L1Header(
        hash=from_hex(body["hash"]),
        number=from_quantity(body["number"]),
        parent_hash=from_hex(body["parentHash"]),
        timestamp=from_quantity(body["timestamp"]),
        base_fee=from_quantity(body["baseFeePerGas"]),
        mix_hash=from_hex(body["mixHash"]),
        parent_beacon_root=None if beacon_root is None else from_hex(beacon_root),
        excess_blob_gas=None if excess is None else from_quantity(excess),
    )


def transaction_from_json(body: dict[str, Any]) -> L1Transaction:
    """An RPC transaction of any type."""
    to = body.get("to")
    return L1Transaction(
        hash=from_hex(body["hash"]),
        kind=from_quantity(body["type"]),
        to=None if to is None else from_hex(to),
        sender=from_hex(body["from"]),
        data=from_hex(body["input"]),
        blob_hashes=tuple(from_hex(item) for item in body.get("blobVersionedHashes") or ()),
    )


def _block(
    body: dict[str, Any], logs: Sequence[dict[str, Any]], inbox: Address, challenges: Address | None
) -> L1Block:
    if any(log["blockHash"] != body["hash"] for log in logs):
        raise TemporaryError(f"the server gave logs of another block than {body['hash']}; asking again")
    to_inbox = to_hex(inbox)
    return L1Block(
        header=header_from_json(body),
        transactions=tuple(
            transaction_from_json(tx)
            for tx in body["transactions"]
            if tx.get("to") is not None and tx["to"].lower() == to_inbox
        ),
        logs=tuple(sorted((log_from_json(log) for log in logs), key=lambda log: log.index)),
        challenge_calldata={
            from_quantity(log["logIndex"]): from_hex(
                body["transactions"][from_quantity(log["transactionIndex"])]["input"]
            )
            for log in logs
            if challenges is not None and from_hex(log["address"]) == challenges
        },
    )


def _check_linked(blocks: Sequence[L1Block]) -> None:
    for parent, child in pairwise(blocks):
        if child.header.parent_hash != parent.header.hash:
            raise TemporaryError(f"L1 reorganised while blocks up to {child.ref} were read; asking again")


def _tag(label: int | str) -> str:
    return to_quantity(label) if isinstance(label, int) else label


def _present(body: dict[str, Any] | None, label: int | str | Hash) -> dict[str, Any]:
    if body is None:
        name = to_hex(label) if isinstance(label, bytes) else str(label)
        raise TemporaryError(f"L1 has no block {name} (yet)")
    return body
