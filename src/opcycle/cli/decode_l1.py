"""What `opcycle decode` reads from L1: a transaction, or those of the batcher in a range of blocks."""

from collections.abc import Callable, Iterator

from opcycle.derivation.config_updates import after_block
from opcycle.derivation.containers import Form, payload_in
from opcycle.derivation.decoding import Decoder, Record, TransactionRecord
from opcycle.derivation.l1_retrieval import L1Retrieval
from opcycle.derivation.l1_traversal import L1Traversal
from opcycle.derivation.verdicts import TransactionId, VerdictLog
from opcycle.errors import UserError
from opcycle.l1.reader import L1Reader, transaction_from_json
from opcycle.node.l1_view import BlobSource, L1Heads, L1View
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import Hash, L1Block
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex, to_hex


def from_transaction(
    rpc: RpcClient, blob_source: BlobSource | None, tx_hash: Hash, decoder: Decoder
) -> Iterator[Record]:
    """The records of one L1 transaction: of its blobs, or else of its calldata."""
    body = rpc.call("eth_getTransactionByHash", to_hex(tx_hash))
    if body is None or body.get("blockNumber") is None:
        raise UserError(f"L1 has no transaction {to_hex(tx_hash)} in a block; is it the right L1?")
    tx = transaction_from_json(body)
    if not tx.blob_hashes:
        payload, problem = payload_in(tx.data, Form.TX)
        yield from decoder.payload(str(TransactionId(tx_hash)), payload, problem=problem)
    elif blob_source is None:
        raise UserError(
            f"{to_hex(tx_hash)} has its batches in blobs, which only a beacon node serves: --beacon"
        )
    else:
        timestamp = L1Reader(rpc).header(from_hex(body["blockHash"])).timestamp
        blobs = blob_source.blobs(timestamp, tx.blob_hashes)
        for index, blob_hash in enumerate(tx.blob_hashes):
            payload, problem = payload_in(blobs[blob_hash], Form.BLOB)
            yield from decoder.payload(str(TransactionId(tx_hash, index)), payload, problem=problem)
    yield from decoder.unfinished()


def from_l1(
    view: L1View, config: RollupConfig, wanted: range, advance: Callable[[], None], decoder: Decoder
) -> Iterator[Record]:
    """The records of a range of L1 blocks; `advance` is called after each block.

    Transactions to the inbox that are not the batcher's have a record with what is wrong with them. The
    batcher is that of the config's genesis until an update in the range names another.
    """
    verdicts = VerdictLog()
    traversal: L1Traversal | None = None
    for block in _blocks(view, config, wanted):
        number = block.header.number
        if traversal is None:
            traversal = L1Traversal(config, block, after_block(config, config.genesis_system_config, block))
            retrieval = L1Retrieval(config, traversal, verdicts)
        else:
            traversal.push(block)
            traversal.advance()
        while (payload := retrieval.next()) is not None:
            yield from decoder.payload(str(payload.source), payload.data, l1_number=number)
        for verdict in verdicts.take():
            problem = f"{verdict.reason}{f' ({verdict.detail})' if verdict.detail else ''}"
            yield TransactionRecord(str(verdict.identity), 0, 0, problem)
        yield from decoder.unfinished(before=number - config.channel_timeout)
        advance()
    yield from decoder.unfinished()


def _blocks(view: L1View, config: RollupConfig, wanted: range) -> Iterator[L1Block]:
    """The L1 blocks of a range, each with the blobs of whoever is the batcher in it."""
    heads = L1Heads(view.header(wanted[-1]).ref, safe=None, finalized=None)
    system_config, number = config.genesis_system_config, wanted[0]
    while number in wanted:
        for block in view.blocks_from(number, heads, system_config):
            system_config = after_block(config, system_config, block)
            number = block.header.number + 1
            yield block
