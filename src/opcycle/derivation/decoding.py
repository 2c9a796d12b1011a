"""What batch data of any chain says, without that chain: no rule of derivation but those of the formats.

    decoder = Decoder(config or None)
    decoder.payload(source, data)     records of the frames, and of each channel that they complete
    decoder.unfinished()              records of the channels that never became complete

Derivation rejects a whole transaction for one bad frame, and an incomplete channel altogether; the decoder
shows all that decodes before an error, and says the error. What derivation makes of it is a verdict
(`opcycle.derivation.verdicts`). Data goes through: only the frames of incomplete channels are kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from opcycle.derivation.banked_channel import BankedChannel
from opcycle.keccak import keccak
from opcycle.protocol.alt_da import DERIVATION_VERSION_ALT_DA, Commitment, CommitmentError
from opcycle.protocol.batches import BadBatch, SingularBatch, decode_batch, iter_batches
from opcycle.protocol.channels import (
    BROTLI_VERSION,
    MAX_RLP_BYTES_PER_CHANNEL_FJORD,
    ChannelError,
    Compression,
    decompress,
)
from opcycle.protocol.frames import DERIVATION_VERSION_0, Frame, FrameError
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.span_batches import RawSpanBatch, SpanBatch
from opcycle.protocol.span_transactions import SpanTransactionError
from opcycle.protocol.types import Hash


@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """A batcher transaction, or a blob of one: `size` in bytes of payload, `problem` empty if all is well."""

    source: str
    size: int
    frames: int
    problem: str


@dataclass(frozen=True, slots=True)
class CommitmentRecord:
    """The alt-DA commitment that a batcher transaction carries, of the type `kind`; `commitment` has its type
    byte first. `size` and `frames` are those of the data behind it, `problem` says why there is none."""

    source: str
    kind: str
    commitment: bytes
    size: int
    frames: int
    problem: str


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """A frame with `size` bytes of data; `problem` says why its channel cannot take it, if so."""

    source: str
    channel_id: bytes
    number: int
    size: int
    is_last: bool
    problem: str


@dataclass(frozen=True, slots=True)
class ChannelRecord:
    """A channel; `channel_id` is None for one that came without frames. Sizes in bytes.

    `compression` is None if it is none that is known.
    """

    channel_id: bytes | None
    frames: int
    compression: Compression | None
    size: int
    decompressed: int
    problem: str


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """Batch `index` of a channel; `kind` is singular, span or malformed."""

    channel_id: bytes | None
    index: int
    kind: str
    blocks: int
    transactions: int
    problem: str


@dataclass(frozen=True, slots=True)
class BlockRecord:
    """Block `index` of a batch. `l1_origin` is a number; `hashes` those of its transactions, deposits aside.

    A span batch counts time from the L2 genesis and leaves out the chain id: without a rollup config its
    blocks have neither `timestamp` nor `hashes`. `number` always takes the config.
    """

    channel_id: bytes | None
    batch: int
    index: int
    number: int | None
    timestamp: int | None
    l1_origin: int
    transactions: int
    hashes: tuple[Hash, ...] | None


Record: TypeAlias = (
    TransactionRecord | CommitmentRecord | FrameRecord | ChannelRecord | BatchRecord | BlockRecord
)

DAInputs: TypeAlias = Callable[[Commitment], bytes | None]
"""The data behind a commitment; None if it is not there."""


class Decoder:
    """Payloads in, records out. `config` adds what only the chain knows, `da` the data behind commitments."""

    def __init__(self, config: RollupConfig | None = None, *, da: DAInputs | None = None):
        self._config = config
        self._da = da
        self._channels: dict[bytes, BankedChannel] = {}

    def payload(
        self, source: str, payload: bytes, *, problem: str = "", l1_number: int = 0
    ) -> Iterator[Record]:
        """The records of a batcher payload from `source`, which was in L1 block `l1_number`.

        `problem` is what was found wrong before it came here. What `da` raises comes through.
        """
        if payload[:1] == bytes([DERIVATION_VERSION_ALT_DA]) and not problem:
            yield from self._committed(source, payload, l1_number)
            return
        frames, damage = frames_before_error(payload) if payload else ([], "no data")
        yield TransactionRecord(source, len(payload), len(frames), problem or damage)
        for frame in frames:
            yield from self._frame(source, frame, l1_number)

    def _committed(self, source: str, payload: bytes, l1_number: int) -> Iterator[Record]:
        try:
            commitment = Commitment.decode(payload[1:])
        except CommitmentError as error:
            yield TransactionRecord(source, len(payload), 0, str(error))
            return
        yield TransactionRecord(source, len(payload), 0, "")
        data = None if self._da is None else self._da(commitment)
        if data:
            frames, problem = frames_before_error(data)
        elif data is not None:
            frames, problem = [], "no data"
        else:
            frames = []
            problem = "no DA server was asked" if self._da is None else "the DA server does not have its data"
        yield CommitmentRecord(
            source, commitment.kind, commitment.encode(), len(data or b""), len(frames), problem
        )
        for frame in frames:
            yield from self._frame(source, frame, l1_number)

    def unfinished(self, *, before: int | None = None) -> Iterator[Record]:
        """The records of the incomplete channels, if given only of those from L1 blocks `before` that one."""
        for channel in list(self._channels.values()):
            if before is None or channel.opened < before:
                del self._channels[channel.id]
                missing = f"incomplete: frame {channel.first_missing} is missing"
                yield from self.channel(
                    channel.id, channel.beginning, frames=channel.first_missing, problem=missing
                )

    def channel(
        self, channel_id: bytes | None, data: bytes, *, frames: int = 0, problem: str = ""
    ) -> Iterator[Record]:
        """The records of a channel's compressed `data`, its batches and their blocks."""
        try:
            content = decompress(data, limit=MAX_RLP_BYTES_PER_CHANNEL_FJORD, allow_brotli=True)
        except ChannelError as error:
            yield ChannelRecord(channel_id, frames, None, len(data), 0, problem or str(error))
            return
        compression = Compression.BROTLI if data[:1] == BROTLI_VERSION else Compression.ZLIB
        problem = problem or ("" if content else "it decompresses to nothing")
        yield ChannelRecord(channel_id, frames, compression, len(data), len(content), problem)
        for index, batch in enumerate(iter_batches(content)):
            yield from self._batch(channel_id, index, batch)

    def batch(self, data: bytes) -> Iterator[Record]:
        """The records of one uncompressed batch, its type byte first."""
        yield from self._batch(None, 0, decode_batch(data))

    def _frame(self, source: str, frame: Frame, l1_number: int) -> Iterator[Record]:
        channel = self._channels.setdefault(frame.channel_id, BankedChannel(frame.channel_id, l1_number))
        objection = channel.objection(frame)
        yield FrameRecord(
            source, frame.channel_id, frame.number, len(frame.data), frame.is_last, objection or ""
        )
        if objection is not None:
            return
        channel.add(frame)
        is_too_large = channel.size > MAX_RLP_BYTES_PER_CHANNEL_FJORD
        if channel.is_complete or is_too_large:
            del self._channels[frame.channel_id]
            problem = "more data than a channel may hold" if is_too_large else ""
            yield from self.channel(
                channel.id, channel.beginning, frames=channel.first_missing, problem=problem
            )

    def _batch(
        self, channel_id: bytes | None, index: int, batch: SingularBatch | RawSpanBatch | BadBatch
    ) -> Iterator[Record]:
        match batch:
            case SingularBatch():
                yield BatchRecord(channel_id, index, "singular", 1, len(batch.transactions), "")
                yield BlockRecord(
                    channel_id=channel_id,
                    batch=index,
                    index=0,
                    number=self._number(batch.timestamp),
                    timestamp=batch.timestamp,
                    l1_origin=batch.epoch.number,
                    transactions=len(batch.transactions),
                    hashes=tuple(map(keccak, batch.transactions)),
                )
            case RawSpanBatch():
                yield from self._span(channel_id, index, batch)
            case BadBatch():
                yield BatchRecord(channel_id, index, "malformed", 0, 0, f"{batch.fault}: {batch.detail}")

    def _span(self, channel_id: bytes | None, index: int, raw: RawSpanBatch) -> Iterator[Record]:
        config, (transactions, problem) = self._config, self._transactions(raw)
        span = SpanBatch(
            parent_check=raw.parent_check,
            origin_check=raw.origin_check,
            start=0 if config is None else (config.genesis_time + raw.rel_timestamp) % 2**64,
            block_time=0 if config is None else config.block_time,
            end_epoch=raw.l1_origin_number,
            origin_bits=raw.origin_bits,
            tx_counts=raw.tx_counts,
            transactions=transactions or (),
        )
        yield BatchRecord(channel_id, index, "span", len(span), sum(span.tx_counts), problem)
        for place, (block, count) in enumerate(zip(span.blocks(), span.tx_counts, strict=True)):
            yield BlockRecord(
                channel_id=channel_id,
                batch=index,
                index=place,
                number=self._number(block.timestamp),
                timestamp=None if config is None else block.timestamp,
                l1_origin=block.epoch_number,
                transactions=count,
                hashes=None if transactions is None else tuple(map(keccak, block.transactions)),
            )

    def _transactions(self, span: RawSpanBatch) -> tuple[tuple[bytes, ...] | None, str]:
        if self._config is None:
            return None, ""
        try:
            return span.columns.transactions(self._config.l2_chain_id), ""
        except SpanTransactionError as error:
            return None, str(error)

    def _number(self, timestamp: int) -> int | None:
        if self._config is None or timestamp < self._config.genesis_time:
            return None
        return self._config.number_at(timestamp)


def frames_before_error(payload: bytes) -> tuple[list[Frame], str]:
    """The frames of a batcher payload, version byte first, up to what is none, and what is wrong there."""
    if payload[0] != DERIVATION_VERSION_0:
        return [], f"derivation version {payload[0]}, expected {DERIVATION_VERSION_0}"
    frames: list[Frame] = []
    offset = 1
    while offset < len(payload):
        try:
            frame, offset = Frame.decode(payload, offset)
        except FrameError as error:
            return frames, f"after {len(frames)} frames: {error}"
        frames.append(frame)
    return frames, "" if frames else "no frame after the version byte"
