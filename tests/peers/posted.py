"""What a batcher has put on L1, read by the test itself."""

from dataclasses import dataclass

from opcycle.derivation.decoding import BatchRecord, ChannelRecord, Decoder
from opcycle.devnet.devnet import Devnet
from opcycle.l1.reader import L1Reader
from opcycle.protocol.blobs import decode_blob
from opcycle.protocol.types import L1Transaction


@dataclass(frozen=True, slots=True)
class Posted:
    """Transactions to the inbox, and what they carry."""

    transactions: tuple[L1Transaction, ...]
    channels: tuple[ChannelRecord, ...]
    batches: tuple[BatchRecord, ...]


def posted_since(devnet: Devnet, first: int) -> Posted:
    """In L1 blocks from number `first` on, and only in those."""
    rollup, decoder = devnet.deployment.rollup, Decoder(devnet.deployment.rollup)
    blocks = L1Reader(devnet.l1.rpc).blocks(
        first,
        devnet.l1.head.number,
        inbox=rollup.batch_inbox,
        portal=rollup.deposit_contract,
        system_config=rollup.l1_system_config,
    )
    transactions = tuple(tx for block in blocks for tx in block.transactions)
    payloads = (payload for tx in transactions for payload in payloads_of(devnet, tx))
    records = [record for payload in payloads for record in decoder.payload("L1", payload)]
    records += decoder.unfinished()
    return Posted(
        transactions,
        tuple(record for record in records if isinstance(record, ChannelRecord)),
        tuple(record for record in records if isinstance(record, BatchRecord)),
    )


def payloads_of(devnet: Devnet, transaction: L1Transaction) -> list[bytes]:
    """The payloads in a transaction: its data, or that of each of its blobs."""
    if not transaction.blob_hashes:
        return [transaction.data]
    blobs = [devnet.l1.blob(item) for item in transaction.blob_hashes]
    assert None not in blobs
    return [decode_blob(blob) for blob in blobs if blob is not None]
