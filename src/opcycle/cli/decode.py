"""`opcycle decode`: what batcher data of any chain says, from files or from L1; no devnet is needed."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import click

from opcycle.cli import parse
from opcycle.cli.decode_parquet import ParquetView
from opcycle.cli.decode_view import JsonView, TableView, View, show
from opcycle.cli.progress import Echo, progress_of
from opcycle.derivation.config_updates import after_block
from opcycle.derivation.containers import Form, UnknownFormError, form_of, payload_in
from opcycle.derivation.decoding import Decoder, Record, TransactionRecord
from opcycle.derivation.l1_retrieval import L1Retrieval
from opcycle.derivation.l1_traversal import L1Traversal
from opcycle.derivation.verdicts import TransactionId, VerdictLog
from opcycle.errors import UserError
from opcycle.l1.beacon import BeaconClient
from opcycle.l1.reader import L1Reader, transaction_from_json
from opcycle.node.l1_view import BlobSource, L1Heads, L1View
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import Hash, L1Block
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex, to_hex

_HEX = re.compile(rb"\s*(0x)?([0-9a-fA-F\s]*)\s*")


@click.command()
@click.argument(
    "sources", nargs=-1, type=click.Path(exists=True, dir_okay=False, allow_dash=True), metavar="[FILE]..."
)
@click.option(
    "--as",
    "form",
    type=click.Choice([item.value for item in Form]),
    help="What the files are; found out, if not given.",
)
@click.option("--l1", help="An L1 RPC URL, to read blocks or a transaction instead of files.")
@click.option("--tx", help="The hash of one L1 transaction, whoever sent it.")
@click.option(
    "--rollup",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The chain's rollup.json; with files, it adds L2 block numbers, times and hashes.",
)
@click.option("--blocks", help="L1 blocks A-B, both included.")
@click.option("--beacon", help="A beacon node's URL, for batches in blobs.")
@click.option("--batcher", help="Whose batches in the blocks; if not given, those of the batcher at genesis.")
@click.option(
    "--json", "as_json", is_flag=True, help="JSON lines: one object per record, L2 blocks included."
)
@click.option(
    "--parquet",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a Parquet file instead: a row per record, with what the JSON lines have.",
)
def decode(
    *,
    sources: tuple[str, ...],
    form: str | None,
    l1: str | None,
    tx: str | None,
    rollup: Path | None,
    blocks: str | None,
    beacon: str | None,
    batcher: str | None,
    as_json: bool,
    parquet: Path | None,
) -> None:
    """Decode batcher data: transactions, frames, channels, batches and L2 blocks.

    FILE ("-" for standard input) is binary or hex: a batcher transaction, signed or its calldata alone, a
    blob, frames, a channel or a batch. Frames of one channel may come in several files. All that decodes
    before an error is shown.

    \b
    opcycle decode calldata.hex
    opcycle decode --l1 URL --tx 0x5d4c…
    opcycle decode --l1 URL --rollup rollup.json --blocks 19426580-19426640 --parquet batches.parquet
    """
    if as_json and parquet:
        raise click.UsageError("give --json or --parquet, not both")
    config = None if rollup is None else _rollup_config(rollup, batcher)
    blobs = None if beacon is None else BeaconClient(beacon)

    def view_on(echo: Echo) -> View:
        if parquet is not None:
            return ParquetView(parquet, echo)
        return JsonView(echo) if as_json else TableView(echo)

    if sources and not (l1 or tx or blocks or beacon or batcher):
        show(view_on(click.echo), _from_files(sources, None if form is None else Form(form), Decoder(config)))
    elif l1 and tx and not (sources or form or blocks or batcher):
        show(
            view_on(click.echo),
            from_transaction(RpcClient(l1), blobs, parse.transaction_hash(tx), Decoder(config)),
        )
    elif l1 and blocks and config is not None and not (sources or form or tx):
        l1_view = L1View(config, L1Reader(RpcClient(l1)), blobs=blobs, confirmations=0)
        wanted = parse.block_range(blocks)
        with progress_of("L1 blocks", len(wanted)) as (advance, echo):
            show(view_on(echo), from_l1(l1_view, config, wanted, advance))
    else:
        raise click.UsageError("give files, or --l1 and --tx, or --l1, --rollup and --blocks")


def _from_files(sources: tuple[str, ...], form: Form | None, decoder: Decoder) -> Iterator[Record]:
    for source in sources:
        with click.open_file(source, "rb") as file:
            data = unhexed(file.read())
        try:
            found = form or form_of(data)
        except UnknownFormError as error:
            raise UserError(f"{source}: {error}; if you know what it is, say so with --as") from error
        match found:
            case Form.CHANNEL:
                yield from decoder.channel(None, data)
            case Form.BATCH:
                yield from decoder.batch(data)
            case _:
                payload, problem = payload_in(data, found)
                yield from decoder.payload(source, payload, problem=problem)
    yield from decoder.unfinished()


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
    view: L1View, config: RollupConfig, wanted: range, advance: Callable[[], None]
) -> Iterator[Record]:
    """The records of a range of L1 blocks; `advance` is called after each block.

    Transactions to the inbox that are not the batcher's have a record with what is wrong with them. The
    batcher is that of the config's genesis until an update in the range names another.
    """
    decoder, verdicts = Decoder(config), VerdictLog()
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


def unhexed(data: bytes) -> bytes:
    """The bytes that `data` spells in hex, or `data` itself if it is no hex."""
    match = _HEX.fullmatch(data)
    digits = b"".join(match[2].split()) if match else b""
    return bytes.fromhex(digits.decode()) if digits and len(digits) % 2 == 0 else data


def _rollup_config(file: Path, batcher: str | None) -> RollupConfig:
    config = parse.rollup_config(file)
    if batcher is None:
        return config
    system_config = replace(config.genesis_system_config, batcher_address=parse.address(batcher))
    return replace(config, genesis_system_config=system_config)
