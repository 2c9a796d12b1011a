"""Batcher data to measure with: span batches of OP Mainnet, and as much as is wanted that looks like them."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import orjson

from opcycle.protocol.batches import SingularBatch, encode_channel_rlp, iter_batches
from opcycle.protocol.channels import MAX_RLP_BYTES_PER_CHANNEL_FJORD, Compression, compress, decompress
from opcycle.protocol.channels import split_frames as frames_of
from opcycle.protocol.frames import Frame, encode_batcher_payload
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.span_batches import RawSpanBatch, SpanBatch
from opcycle.protocol.types import ZERO_HASH, BlockId

VECTORS = Path(__file__).resolve().parents[1] / "tests" / "vectors"
MAX_PAYLOAD = 120_000
"""Bytes in one L1 transaction, op-batcher's default."""


def op_mainnet() -> RollupConfig:
    """What decoding wants to know of OP Mainnet; all forks are active, which only allows more."""
    template = RollupConfig.from_json(orjson.loads((VECTORS / "rollup.jovian.json").read_bytes()))
    return replace(template, l2_chain_id=10, genesis_time=1_686_068_903, block_time=2)


def mainnet_channels() -> list[bytes]:
    """Compressed channels with 209 and 1,766 transactions, of one span batch each."""
    frame, _ = Frame.decode((VECTORS / "span" / "op_mainnet_117369690.calldata.bin").read_bytes(), 1)
    return [frame.data, (VECTORS / "span" / "op_mainnet_121382930.channel.bin").read_bytes()]


def mainnet_spans() -> list[RawSpanBatch]:
    """The span batches in `mainnet_channels`."""
    contents = (
        decompress(channel, limit=MAX_RLP_BYTES_PER_CHANNEL_FJORD, allow_brotli=True)
        for channel in mainnet_channels()
    )
    return [
        batch for content in contents for batch in iter_batches(content) if isinstance(batch, RawSpanBatch)
    ]


def derived(span: RawSpanBatch) -> SpanBatch:
    """`span` in terms of OP Mainnet."""
    config = op_mainnet()
    return span.derive(
        genesis_time=config.genesis_time, block_time=config.block_time, chain_id=config.l2_chain_id
    )


def payloads(channels: list[bytes]) -> list[bytes]:
    """The channels as L1 transactions carry them, a frame in each."""
    return [
        encode_batcher_payload([frame])
        for number, channel in enumerate(channels)
        for frame in frames_of(number.to_bytes(16, "big"), channel, MAX_PAYLOAD - 1)
    ]


def synthetic_channels(size: int) -> list[bytes]:
    """At least `size` bytes: OP Mainnet's blocks over and over, each time with other signatures and nonces.

    In turn a span batch with Brotli, a span batch with zlib, and the same as singular batches with Brotli.
    """
    found: list[bytes] = []
    forms = cycle([(Compression.BROTLI, False), (Compression.ZLIB, False), (Compression.BROTLI, True)])
    while sum(map(len, found)) < size:
        span = _varied(mainnet_spans()[1], random.Random(len(found)))
        compression, is_singular = next(forms)
        batches = list(_singular(span)) if is_singular else [span]
        found.append(compress(encode_channel_rlp(batches), compression, 5))
    return found


def _varied(span: RawSpanBatch, rng: random.Random) -> RawSpanBatch:
    """The same blocks later, by other users."""
    columns = replace(
        span.columns,
        signatures=rng.randbytes(len(span.columns.signatures)),
        nonces=tuple(rng.randrange(1 << 16) for _ in span.columns.nonces),
    )
    return replace(span, rel_timestamp=span.rel_timestamp + 2 * rng.randrange(1 << 20), columns=columns)


def _singular(span: RawSpanBatch) -> Iterator[SingularBatch]:
    """The blocks of `span`; the hashes that it leaves out are zero."""
    for block in derived(span).blocks():
        yield SingularBatch(
            ZERO_HASH, BlockId(ZERO_HASH, block.epoch_number), block.timestamp, block.transactions
        )
