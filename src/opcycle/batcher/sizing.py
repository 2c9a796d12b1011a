"""How many L2 blocks fill a channel: estimated while they are read, measured before it is closed.

    bytes of the batches ── ratio, as last measured ─► about so much when compressed ─► enough to fill it?
    enough ─► compress a draft ─► take a block less or more ─► … ─► the first blocks that fit

A full channel fills its frames: a blob costs the same however full it is. Source of the idea: op-batcher's
`target-num-frames` and `derive/span_channel_out.go`.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

from opcycle.batcher.channel import Channel, PendingBlock, draft_size
from opcycle.batcher.options import BatcherOptions
from opcycle.protocol.frames import FRAME_OVERHEAD
from opcycle.protocol.rollup import RollupConfig

MAX_CONTENT = 5_000_000
"""Bytes of batches before compression, however small they get: half of what derivation reads before Fjord."""

FULL = 0.97
"""Share of the frames that is enough; blocks come in pieces."""

AIM = 0.99
"""Share of the frames that a guess aims at, so that few guesses are too high."""


Build = Callable[[Sequence[PendingBlock]], Channel]
"""Makes a channel of consecutive blocks."""


class Sizing:
    """Learns from channel to channel how well they compress."""

    def __init__(self, config: RollupConfig, options: BatcherOptions):
        self._config = config
        self._options = options
        self._target = options.target_frames * (options.max_payload_size - 1 - FRAME_OVERHEAD)
        self._draft_ratio = 1.0
        self._final_ratio = 1.0

    def is_full(self, size: int) -> bool:
        """Whether batches of `size` bytes fill a channel, as far as is known."""
        return size >= MAX_CONTENT or self._expected(size) >= FULL * self._target

    def fitting(self, blocks: Sequence[PendingBlock]) -> int:
        """How many of the first blocks fit; at least one. Afterwards `is_full` knows better."""
        sizes = list(accumulate(len(block.batch) for block in blocks))
        fits, too_many = 0, len(blocks) + 1
        while fits + 1 < too_many:
            guess = bisect_right(sizes, AIM * self._target / (self._draft_ratio * self._final_ratio))
            guess = min(max(guess, fits + 1), too_many - 1)
            size = sizes[guess - 1]
            self._draft_ratio = draft_size(self._config, blocks[:guess], self._options) / size
            if self._expected(size) > self._target or size > MAX_CONTENT:
                too_many = guess
            else:
                fits = guess
                if self.is_full(size):
                    break
        return max(1, fits)

    def channel_of(self, blocks: Sequence[PendingBlock], build: Build) -> tuple[Channel, int]:
        """What `build` makes of these blocks, whose draft was the last one measured, and of how many of them.

        Fewer, if the real channel has more frames than it should.
        """
        for count in range(len(blocks), 0, -1):
            channel = build(blocks[:count])
            self.learn(blocks[:count], channel)
            if not self.is_over(channel):
                break
        return channel, count

    def is_over(self, channel: Channel) -> bool:
        """Whether the real channel has more frames than it should."""
        return len(channel.payloads) > self._options.target_frames

    def learn(self, blocks: Sequence[PendingBlock], channel: Channel) -> None:
        """`channel` is what was made of `blocks`, whose draft was the last one measured."""
        size = sum(len(block.batch) for block in blocks)
        self._final_ratio = channel.size / (size * self._draft_ratio)

    def _expected(self, size: int) -> float:
        return size * self._draft_ratio * self._final_ratio
