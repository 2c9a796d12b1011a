"""Reading L2 through an engine's public RPC."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from opcycle.errors import TemporaryError, UserError
from opcycle.protocol.block_payload import envelope_of_block
from opcycle.protocol.l2_block import L2Block, decode_l2_block
from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.payload import ExecutionEnvelope
from opcycle.protocol.predeploys import L2_TO_L1_MESSAGE_PASSER
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import Address, BlockId, Hash, Log
from opcycle.rpc.client import METHOD_NOT_FOUND, RpcClient, RpcError
from opcycle.rpc.hexjson import from_hex, from_quantity, to_hex, to_quantity

BlockLabel: TypeAlias = int | bytes | str
"""A block number, a block hash, or "latest", "safe", "finalized"."""


@dataclass(frozen=True, slots=True)
class StorageProof:
    """Merkle-Patricia proof of one storage slot: `nodes` from the storage root to the leaf."""

    slot: Hash
    value: int
    nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AccountProof:
    """Merkle-Patricia proof of an account (`nodes` from the state root) and of slots in its storage."""

    address: Address
    balance: int
    nonce: int
    code_hash: Hash
    storage_root: Hash
    nodes: tuple[bytes, ...]
    storage: tuple[StorageProof, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction. `contract` is the address that it created, if it did."""

    block: BlockId
    succeeded: bool
    gas_used: int
    contract: Address | None
    logs: tuple[Log, ...]


class L2Client:
    """`url` is any L2 RPC with the `debug` and `txpool` namespaces; `config` says where the chain begins."""

    def __init__(self, url: str, config: RollupConfig):
        self.rpc = RpcClient(url)
        self._config = config

    def chain_id(self) -> int:
        return from_quantity(self.rpc.call("eth_chainId"))

    def block(self, label: BlockLabel) -> L2Block:
        """The whole block. Raises TemporaryError when there is none (yet)."""
        try:
            raw = self.rpc.call("debug_getRawBlock", _tag(label))
        except RpcError as error:
            raise TemporaryError(f"no L2 block {_tag(label)}: {error.reason}") from error
        return self._decoded(raw, _tag(label))

    def blocks(self, first: int, last: int) -> list[L2Block]:
        """Blocks `first` to `last`, both included, in one request. Raises TemporaryError if one lacks."""
        tags = [to_quantity(number) for number in range(first, last + 1)]
        raws = self.rpc.batch([("debug_getRawBlock", [tag]) for tag in tags])
        return [self._decoded(raw, tag) for raw, tag in zip(raws, tags, strict=True)]

    def envelopes(self, first: int, last: int) -> list[ExecutionEnvelope]:
        """Blocks `first` to `last`, both included, as payloads; in one request, or in several if the server
        limits its answers. Raises TemporaryError if one lacks."""
        tags = [to_quantity(number) for number in range(first, last + 1)]
        try:
            raws = self.rpc.batch([("debug_getRawBlock", [tag]) for tag in tags])
        except RpcError:
            if first == last:
                raise
            middle = (first + last) // 2
            return self.envelopes(first, middle) + self.envelopes(middle + 1, last)
        return [envelope_of_block(_present(raw, tag)) for raw, tag in zip(raws, tags, strict=True)]

    def header_rlp(self, number: int) -> bytes:
        """The header as its hash is of. Raises TemporaryError when there is no such block (yet)."""
        tag = to_quantity(number)
        try:
            return from_hex(self.rpc.call("debug_getRawHeader", tag))
        except RpcError as error:
            raise TemporaryError(f"no L2 block {tag}: {error.reason}") from error

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

    def set_max_da_size(self, max_tx_size: int, max_block_size: int) -> None:
        """How many bytes of DA a transaction and a block may have in blocks built from now on; 0 is no limit.

        op-geth forgets it when it stops. Raises UserError if the server does not serve `miner_setMaxDASize`.
        """
        try:
            self.rpc.call("miner_setMaxDASize", to_quantity(max_tx_size), to_quantity(max_block_size))
        except RpcError as error:
            if error.code != METHOD_NOT_FOUND:
                raise
            raise UserError(
                f"the L2 at {self.rpc.url} takes no limits on the size of its blocks: start its op-geth with "
                "`miner` among the --http.api, or do not throttle"
            ) from error

    def proof(self, address: Address, slots: Sequence[Hash], block: BlockLabel) -> AccountProof:
        """Proof of an account and of some of its storage slots in the state of a block."""
        reply = self.rpc.call("eth_getProof", to_hex(address), [to_hex(slot) for slot in slots], _tag(block))
        return AccountProof(
            address=address,
            balance=from_quantity(reply["balance"]),
            nonce=from_quantity(reply["nonce"]),
            code_hash=from_hex(reply["codeHash"]),
            storage_root=from_hex(reply["storageHash"]),
            nodes=tuple(from_hex(node) for node in reply["accountProof"]),
            storage=tuple(
                StorageProof(slot, from_quantity(item["value"]), tuple(map(from_hex, item["proof"])))
                for slot, item in zip(slots, reply["storageProof"], strict=True)
            ),
        )

    def output(self, block: L2Block) -> OutputRootProof:
        """The preimage of a block's output root; before Isthmus a part of it is in the state, which an engine
        may have forgotten (TemporaryError)."""
        if block.withdrawals_root is None:
            root = self.proof(L2_TO_L1_MESSAGE_PASSER, (), block.ref.hash).storage_root
            return replace(block, withdrawals_root=root).output
        return block.output

    def receipt(self, transaction: Hash) -> Receipt | None:
        """The receipt, None while the transaction is in no block (TemporaryError: the index is not ready)."""
        reply = self.rpc.call("eth_getTransactionReceipt", to_hex(transaction))
        return None if reply is None else _receipt(reply)

    def balance(self, address: Address, block: BlockLabel = "latest") -> int:
        """Wei."""
        return from_quantity(self.rpc.call("eth_getBalance", to_hex(address), _tag(block)))

    def _decoded(self, raw: str, tag: str) -> L2Block:
        return decode_l2_block(_present(raw, tag), self._config)


def _present(raw: str, tag: str) -> bytes:
    if raw == "0x":  # op-geth's answer for a number above the head
        raise TemporaryError(f"no L2 block {tag} yet")
    return from_hex(raw)


def _tag(label: BlockLabel) -> str:
    match label:
        case int():
            return to_quantity(label)
        case bytes():
            return to_hex(label)
        case _:
            return label


def _receipt(reply: dict[str, Any]) -> Receipt:
    contract = reply["contractAddress"]
    return Receipt(
        block=BlockId(from_hex(reply["blockHash"]), from_quantity(reply["blockNumber"])),
        succeeded=reply["status"] == "0x1",
        gas_used=from_quantity(reply["gasUsed"]),
        contract=None if contract is None else from_hex(contract),
        logs=tuple(
            Log(
                address=from_hex(log["address"]),
                topics=tuple(from_hex(topic) for topic in log["topics"]),
                data=from_hex(log["data"]),
                index=from_quantity(log["logIndex"]),
            )
            for log in reply["logs"]
        ),
    )
