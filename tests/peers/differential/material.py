"""What a mutation works on, and the way of good data to L1 where it changes nothing:
batches → channel → frames → transactions.

A mutation is a function of its `Material` that gives transactions for one L1 block or for several, one after
the other. Its name is the function's.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

import brotli
from tests.e2e.rollup import batch_of
from tests.peers.differential.rig import L1Tx

from opcycle.protocol.batches import SingularBatch, encode_channel_rlp
from opcycle.protocol.frames import Frame, encode_batcher_payload
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.span_batches import RawSpanBatch
from opcycle.protocol.span_building import span_batch_of
from opcycle.protocol.types import L1BlockRef

Batch: TypeAlias = SingularBatch | RawSpanBatch
Posting: TypeAlias = list[list[L1Tx]]
"""Transactions for L1 blocks that follow each other."""


@dataclass(frozen=True)
class Material:
    """`safe` is the safe head, `earlier` the blocks before it, `blocks` some that may follow it;
    `l1` the last L1 blocks, the head last; `posted` what earlier transactions held. All oldest first."""

    rng: Random
    config: RollupConfig
    safe: L2Block
    earlier: Sequence[L2Block]
    blocks: Sequence[L2Block]
    l1: Sequence[L1BlockRef]
    posted: Sequence[bytes]

    def singulars(self) -> list[SingularBatch]:
        return [batch_of(block) for block in self.blocks]

    def known(self) -> list[L2Block]:
        """Blocks that are safe already, the genesis not among them: nothing can be its batch."""
        return [block for block in (*self.earlier, self.safe) if block.ref.number > 0]

    def past(self) -> list[SingularBatch]:
        """Batches of blocks that are safe already."""
        return [batch_of(block) for block in self.known()]

    def span(self, blocks: Sequence[L2Block] | None = None) -> RawSpanBatch:
        blocks = self.blocks if blocks is None else blocks
        return span_batch_of(
            [batch_of(block) for block in blocks],
            starts_epoch=blocks[0].ref.sequence_number == 0,
            genesis_time=self.config.genesis_time,
            chain_id=self.config.l2_chain_id,
        )

    def index(self, items: Sequence[object]) -> int:
        return self.rng.randrange(len(items))

    def content(self, batches: Sequence[Batch] | None = None) -> bytes:
        """A channel's content before compression; of the blocks' singular batches by default."""
        return encode_channel_rlp(self.singulars() if batches is None else batches)

    def compressed(self, content: bytes) -> bytes:
        """By any of the compressors and settings that a batcher may choose."""
        if self.rng.random() < 0.5:
            return zlib.compress(content, self.rng.randint(1, 9))
        quality, window = self.rng.choice([0, 1, 5, 9, 10, 11]), self.rng.randint(10, 22)
        return b"\x01" + bytes(brotli.compress(content, quality=quality, lgwin=window))

    def frames(self, data: bytes, *, least: int = 1, channel_id: bytes | None = None) -> list[Frame]:
        """The channel's data in `least` frames or a few more, cut anywhere."""
        count = self.rng.randint(least, least + 2)
        cuts = sorted(self.rng.randint(0, len(data)) for _ in range(count - 1))
        bounds = list(zip([0, *cuts], [*cuts, len(data)], strict=True))
        channel_id = channel_id or self.rng.randbytes(16)
        return [
            Frame(channel_id, number, data[start:end], is_last=number == count - 1)
            for number, (start, end) in enumerate(bounds)
        ]

    def payloads(self, frames: Sequence[Frame]) -> list[bytes]:
        """One transaction for all frames, for each, or something in between."""
        payloads: list[list[Frame]] = []
        alone = self.rng.choice([0.0, 0.5, 1.0])
        for frame in frames:
            if not payloads or self.rng.random() < alone:
                payloads.append([])
            payloads[-1].append(frame)
        return [encode_batcher_payload(group) for group in payloads]

    def post_frames(self, frames: Sequence[Frame]) -> Posting:
        return [[L1Tx(payload) for payload in self.payloads(frames)]]

    def post_channel(self, data: bytes) -> Posting:
        return self.post_frames(self.frames(data))

    def post_content(self, content: bytes) -> Posting:
        return self.post_channel(self.compressed(content))

    def post(self, batches: Sequence[Batch]) -> Posting:
        return self.post_content(self.content(batches))


Make: TypeAlias = Callable[[Material], Posting]


@dataclass
class Registry:
    """The mutations by name.

    `first`: those with span batches, which go before all others of an L1 block: what a span says of the safe
    chain must be known when it is made. `alone`: those that share their L1 blocks with nothing else.
    `seldom`: those that take long.
    """

    makes: dict[str, Make] = field(default_factory=dict)
    first: set[str] = field(default_factory=set)
    alone: set[str] = field(default_factory=set)
    seldom: set[str] = field(default_factory=set)

    def add(
        self, *, first: bool = False, alone: bool = False, seldom: bool = False
    ) -> Callable[[Make], Make]:
        def register(make: Make) -> Make:
            self.makes[make.__name__] = make
            for names, belongs in ((self.first, first), (self.alone, alone), (self.seldom, seldom)):
                if belongs:
                    names.add(make.__name__)
            return make

        return register


def flip_bit(data: bytes, rng: Random, *, first: int = 0, last: int | None = None) -> bytes:
    """`data` with one bit changed, in a byte from `first` to before `last`."""
    flipped = bytearray(data)
    flipped[rng.randrange(first, len(data) if last is None else last)] ^= 1 << rng.randrange(8)
    return bytes(flipped)
