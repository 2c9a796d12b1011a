"""What a batcher has made, sent and seen through since it started, counted; for metrics."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from opcycle.batcher.channel import Channel
from opcycle.l1.receipts import Receipt


@dataclass(slots=True)
class Counts:
    """Written by the batcher's thread, for any thread to read. A reset does not undo what was counted.

    `closed`: channels by why they were closed; `safe` and `given_up`: what became of them; `input_bytes`: of
    uncompressed singular batches in them, `output_bytes`: of their compressed data; `frames`: made, `sent`:
    transactions that carry them; `fees`: wei for those of safe channels, `last_fee` for the last of these.
    `pending_blocks` and `pending_bytes` wait for a channel, as of the last step; so do `in_flight`
    transactions for L1.
    """

    closed: Counter[str] = field(default_factory=Counter)
    safe: int = 0
    fees: int = 0
    last_fee: int = 0
    given_up: int = 0
    input_bytes: int = 0
    output_bytes: int = 0
    frames: int = 0
    sent: int = 0
    pending_blocks: int = 0
    pending_bytes: int = 0
    in_flight: int = 0

    def add(self, channel: Channel, reason: str, *, input_bytes: int) -> None:
        """One more channel is closed."""
        self.closed[reason] += 1
        self.input_bytes += input_bytes
        self.output_bytes += channel.size
        self.frames += len(channel.payloads)

    def add_safe(self, receipts: Iterable[Receipt | None]) -> None:
        """One more channel is safe; its transactions have these receipts, as far as L1 still has them."""
        self.safe += 1
        for receipt in receipts:
            if receipt is not None:
                self.last_fee = receipt.fee
                self.fees += receipt.fee
