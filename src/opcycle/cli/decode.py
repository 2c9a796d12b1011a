"""`opcycle decode`: what batcher data of any chain says, from files or from L1; no devnet is needed."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import click

from opcycle.cli import parse
from opcycle.cli.decode_parquet import ParquetView
from opcycle.cli.decode_view import Echo, JsonView, TableView, View, show
from opcycle.derivation.containers import Form, UnknownFormError, form_of, payload_in
from opcycle.derivation.decoding import DAInputs, Decoder, Record
from opcycle.errors import UserError
from opcycle.protocol.rollup import RollupConfig

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
@click.option("--da-server", help="A DA server's URL, for batches behind alt-DA commitments.")
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
    da_server: str | None,
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
    decoder = Decoder(config, da=None if da_server is None else _da_inputs(da_server))

    def view_on(echo: Echo) -> View:
        if parquet is not None:
            return ParquetView(parquet, echo)
        return JsonView(echo) if as_json else TableView(echo)

    if sources and not (l1 or tx or blocks or beacon or batcher):
        show(view_on(click.echo), _from_files(sources, None if form is None else Form(form), decoder))
    elif l1 and tx and not (sources or form or blocks or batcher):
        _show_transaction(view_on, l1, beacon, tx, decoder)
    elif l1 and blocks and config is not None and not (sources or form or tx):
        _show_blocks(view_on, l1, beacon, blocks, config, decoder)
    else:
        raise click.UsageError("give files, or --l1 and --tx, or --l1, --rollup and --blocks")


def _show_transaction(
    view_on: Callable[[Echo], View], l1: str, beacon: str | None, tx: str, decoder: Decoder
) -> None:
    # Imported here, as in `_show_blocks`: what talks to L1 takes longer to load than a file to decode.
    from opcycle.cli.decode_l1 import from_transaction
    from opcycle.l1.beacon import BeaconClient
    from opcycle.rpc.client import RpcClient

    blobs = None if beacon is None else BeaconClient(beacon)
    show(view_on(click.echo), from_transaction(RpcClient(l1), blobs, parse.transaction_hash(tx), decoder))


def _show_blocks(
    view_on: Callable[[Echo], View],
    l1: str,
    beacon: str | None,
    blocks: str,
    config: RollupConfig,
    decoder: Decoder,
) -> None:
    from opcycle.cli.decode_l1 import from_l1
    from opcycle.cli.progress import progress_of
    from opcycle.l1.beacon import BeaconClient
    from opcycle.l1.reader import L1Reader
    from opcycle.node.l1_view import L1View
    from opcycle.rpc.client import RpcClient

    blobs = None if beacon is None else BeaconClient(beacon)
    l1_view = L1View(config, L1Reader(RpcClient(l1)), blobs=blobs, confirmations=0)
    wanted = parse.block_range(blocks)
    with progress_of("L1 blocks", len(wanted)) as (advance, echo):
        show(view_on(echo), from_l1(l1_view, config, wanted, advance, decoder))


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


def _da_inputs(url: str) -> DAInputs:
    from opcycle.da.client import DAClient

    return DAClient(url).get


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
