"""Reading L2 through an engine's public RPC."""

from dataclasses import dataclass
from typing import Any

from opcycle.errors import TemporaryError
from opcycle.protocol.l2_block import L2Block, decode_l2_block
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import from_hex, from_quantity, to_hex, to_quantity

BlockLabel = int | str
"""A block number, or "latest", "safe", "finalized"."""


@dataclass(frozen=True, slots=True)
class StorageProof:
    """Merkle-Patricia proof of one storage slot: `nodes` from the storage root to the leaf."""

    storage_root: Hash
    value: int
    nodes: tuple[bytes, ...]


class L2Client:
    """`url` is any L2 RPC with the `debug` and `txpool` namespaces; `config` says where the chain begins."""

    def __init__(self, url: str, config: RollupConfig):
        self.rpc = RpcClient(url)
        self._config = config

    def block(self, label: BlockLabel) -> L2Block:
        """The whole block. Raises TemporaryError when there is none (yet)."""
        tag = to_quantity(label) if isinstance(label, int) else label
        try:
            return decode_l2_block(from_hex(self.rpc.call("debug_getRawBlock", tag)), self._config)
        except RpcError as error:
            raise TemporaryError(f"no L2 block {label}: {error.reason}") from error

    def blocks(self, first: int, last: int) -> list[L2Block]:
        """Blocks `first` to `last`, both included, in one request."""
        raws = self.rpc.batch([("debug_getRawBlock", [to_quantity(n)]) for n in range(first, last + 1)])
        return [decode_l2_block(from_hex(raw), self._config) for raw in raws]

    def hash_of(self, number: int) -> Hash | None:
        """The canonical block's hash, None above the head."""
        header = self.rpc.call("eth_getHeaderByNumber", to_quantity(number))
        return None if header is None else from_hex(header["hash"])

    def number(self, label: str = "latest") -> int | None:
        """Number of the block that a label names; None while the engine has no such block."""
        try:
            header = self.rpc.call("eth_getHeaderByNumber", label)
        except RpcError:  # op-geth answers "safe block not found" before the first safe block
            return None
        return None if header is None else from_quantity(header["number"])

    def pending_transactions(self) -> int:
        """How many executable transactions wait in the pool."""
        return from_quantity(self.rpc.call("txpool_status")["pending"])

    def storage_proof(self, address: Address, slot: Hash, block: int) -> StorageProof:
        """Proof of one storage slot in the state of a block."""
        reply = self.rpc.call("eth_getProof", to_hex(address), [to_hex(slot)], to_quantity(block))
        proof = reply["storageProof"][0]
        return StorageProof(
            storage_root=from_hex(reply["storageHash"]),
            value=from_quantity(proof["value"]),
            nodes=tuple(from_hex(node) for node in proof["proof"]),
        )

    def receipt(self, transaction: Hash) -> dict[str, Any] | None:
        """The receipt as the RPC gives it, None while the transaction is in no block."""
        receipt: dict[str, Any] | None = self.rpc.call("eth_getTransactionReceipt", to_hex(transaction))
        return receipt

    def balance(self, address: Address) -> int:
        """Wei at the latest block."""
        return from_quantity(self.rpc.call("eth_getBalance", to_hex(address), "latest"))
