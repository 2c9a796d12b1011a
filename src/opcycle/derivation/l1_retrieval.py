"""Second stage: from an L1 block to the payloads of its batcher transactions.

A batcher transaction is one to the inbox address, from the batcher that the system config names as of that
block. Its payload is in its calldata, or from Ecotone what its blobs encode.
Source: OP Stack specs, "L1 Retrieval"; op-node `derive/blob_data_source.go`.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from opcycle.derivation.calldata import calldata_payload, version_problem
from opcycle.derivation.l1_traversal import L1Traversal
from opcycle.derivation.verdicts import Reason, TransactionId, VerdictLog
from opcycle.errors import CriticalError
from opcycle.protocol.alt_da import Commitment
from opcycle.protocol.blobs import BlobError, decode_blob
from opcycle.protocol.rollup import Fork, RollupConfig
from opcycle.protocol.types import Address, Hash, L1Block, L1Transaction

_BLOB_TYPE = 3
_BATCHER_TYPES = (0, 1, 2, _BLOB_TYPE, 0x7E)


@dataclass(frozen=True, slots=True)
class Payload:
    """Batch data, version byte first, and the transaction (or blob of one) that it came in.

    `commitment` is what that transaction has instead of data that comes from a DA server.
    """

    source: TransactionId
    data: bytes
    commitment: Commitment | None = None


class L1Retrieval:
    """The payloads of one L1 block at a time; on chains with alt-DA these may be commitments."""

    def __init__(self, config: RollupConfig, prev: L1Traversal, verdicts: VerdictLog):
        self._config = config
        self._prev = prev
        self._verdicts = verdicts
        self._payloads: deque[Payload] = deque()

    @property
    def origin(self) -> L1Block:
        return self._prev.origin

    def next(self) -> Payload | None:
        """The next payload of the L1 block being read; None after its last.

        Raises CriticalError if the block came without a blob that a batcher transaction carries: to go on
        would derive another chain than everybody else.
        """
        if (block := self._prev.next()) is not None:
            self._payloads.extend(self._payloads_of(block))
        return self._payloads.popleft() if self._payloads else None

    def _payloads_of(self, block: L1Block) -> Iterator[Payload]:
        for tx in block.transactions:
            reason = _not_from_batcher(tx, self._config.batch_inbox, self._prev.system_config.batcher_address)
            if reason is not None:
                self._drop(TransactionId(tx.hash), *reason)
            elif tx.kind == _BLOB_TYPE and self._config.is_active(Fork.ECOTONE, block.header.timestamp):
                yield from self._blob_payloads(block, tx)
            else:
                yield from self._accept(TransactionId(tx.hash), *calldata_payload(tx.data))

    def _blob_payloads(self, block: L1Block, tx: L1Transaction) -> Iterator[Payload]:
        if not tx.blob_hashes:
            self._drop(TransactionId(tx.hash), Reason.NO_BLOBS)
        for index, blob_hash in enumerate(tx.blob_hashes):
            source = TransactionId(tx.hash, blob=index)
            blob = _supplied(block, tx.hash, blob_hash)
            try:
                data = decode_blob(blob)
            except BlobError as error:
                self._drop(source, Reason.MALFORMED_BLOB, str(error))
            else:
                yield from self._accept(source, data, version_problem(data))

    def _accept(
        self, source: TransactionId, data: bytes, problem: tuple[Reason, str] | None
    ) -> Iterator[Payload]:
        is_commitment = problem is not None and problem[0] is Reason.ALT_DA_COMMITMENT
        if problem is None or (is_commitment and self._config.alt_da is not None):
            yield Payload(source, data)
        else:
            self._drop(source, *problem)

    def _drop(self, source: TransactionId, reason: Reason, detail: str = "") -> None:
        self._verdicts.drop(source, self.origin.header.id, reason, detail)


def batcher_blobs(config: RollupConfig, block: L1Block, batcher: Address) -> list[Hash]:
    """Versioned hashes of the blobs that derivation reads of `block`, if `batcher` is the batcher in it."""
    if not config.is_active(Fork.ECOTONE, block.header.timestamp):
        return []
    return [
        blob_hash
        for tx in block.transactions
        if tx.kind == _BLOB_TYPE and _not_from_batcher(tx, config.batch_inbox, batcher) is None
        for blob_hash in tx.blob_hashes
    ]


def _not_from_batcher(tx: L1Transaction, inbox: Address, batcher: Address) -> tuple[Reason, str] | None:
    if tx.kind not in _BATCHER_TYPES:
        return Reason.TRANSACTION_TYPE, f"type {tx.kind}"
    if tx.to != inbox:
        return Reason.OTHER_RECIPIENT, f"to {'nobody' if tx.to is None else '0x' + tx.to.hex()}"
    if tx.sender != batcher:
        return Reason.OTHER_SENDER, f"from 0x{tx.sender.hex()}, the batcher is 0x{batcher.hex()}"
    return None


def _supplied(block: L1Block, tx_hash: Hash, blob_hash: Hash) -> bytes:
    blob = block.blobs.get(blob_hash)
    if blob is None:
        raise CriticalError(
            f"L1 block {block.ref}: batcher transaction 0x{tx_hash.hex()} carries blob 0x{blob_hash.hex()}, "
            "which was not read; give the node a beacon endpoint that still has it"
        )
    return blob
