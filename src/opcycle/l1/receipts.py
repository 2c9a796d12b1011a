"""Transaction receipts and logs, from JSON-RPC to values. They look the same on L1 and on L2."""

from dataclasses import dataclass
from typing import Any

from opcycle.protocol.types import Address, BlockId, Hash, Log
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import from_hex, from_quantity, to_hex

INDEXING = "transaction indexing is in progress"
"""What go-ethereum answers about any transaction while it starts."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a transaction did. Prices are those paid, in wei; a failed transaction has no logs."""

    transaction: Hash
    block: BlockId
    succeeded: bool
    gas_used: int
    gas_price: int
    logs: tuple[Log, ...]
    contract: Address | None
    blob_gas_used: int = 0
    blob_gas_price: int = 0

    @property
    def fee(self) -> int:
        """Wei, for gas and for blobs; on an L2 without what the L1 data costs."""
        return self.gas_used * self.gas_price + self.blob_gas_used * self.blob_gas_price


def read_receipt(rpc: RpcClient, transaction: Hash) -> Receipt | None:
    """The receipt in the canonical chain, None while it is in no block that the server has indexed."""
    try:
        body = rpc.call("eth_getTransactionReceipt", to_hex(transaction))
    except RpcError as error:
        if error.reason == INDEXING:
            return None
        raise
    return None if body is None else receipt_from_json(body)


def receipt_from_json(body: dict[str, Any]) -> Receipt:
    contract = body.get("contractAddress")
    return Receipt(
        transaction=from_hex(body["transactionHash"]),
        block=BlockId(from_hex(body["blockHash"]), from_quantity(body["blockNumber"])),
        succeeded=from_quantity(body["status"]) == 1,
        gas_used=from_quantity(body["gasUsed"]),
        gas_price=from_quantity(body["effectiveGasPrice"]),
        logs=tuple(log_from_json(log) for log in body["logs"]),
        contract=None if contract is None else from_hex(contract),
        blob_gas_used=from_quantity(body.get("blobGasUsed", "0x0")),
        blob_gas_price=from_quantity(body.get("blobGasPrice", "0x0")),
    )


def log_from_json(body: dict[str, Any]) -> Log:
    return Log(
        address=from_hex(body["address"]),
        topics=tuple(from_hex(topic) for topic in body["topics"]),
        data=from_hex(body["data"]),
        index=from_quantity(body["logIndex"]),
    )
