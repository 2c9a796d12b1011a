"""What an operator may choose about batches. The chain accepts any choice: it is about cost and delay."""

from dataclasses import dataclass

from opcycle.errors import UserError
from opcycle.protocol.channels import Compression
from opcycle.protocol.frames import FRAME_OVERHEAD

MAX_L1_TRANSACTION = 131_072
"""Bytes of a transaction that go-ethereum's pool takes."""


@dataclass(frozen=True, slots=True)
class BatcherOptions:
    """Sizes in bytes, `max_channel_duration` and `window_margin` in L1 blocks.

    `max_channel_size`: uncompressed batches after which a channel is full; `max_payload_size`: of one L1
    transaction's data; `max_channel_duration`: how long a channel may wait for more blocks;
    `window_margin`: how long before the end of its sequence window a block is posted in any case;
    `max_in_flight`: transactions that may wait for L1 at once.
    """

    compression: Compression = Compression.BROTLI
    max_channel_size: int = 500_000
    max_payload_size: int = 120_000
    max_channel_duration: int = 1
    window_margin: int = 20
    max_in_flight: int = 10

    def __post_init__(self) -> None:
        if not FRAME_OVERHEAD + 1 < self.max_payload_size <= MAX_L1_TRANSACTION - 1_000:
            raise UserError(
                f"batcher transactions of {self.max_payload_size} bytes: choose between "
                f"{FRAME_OVERHEAD + 2} and {MAX_L1_TRANSACTION - 1_000}"
            )
        for name in ("max_channel_size", "max_channel_duration", "max_in_flight"):
            if getattr(self, name) < 1:
                raise UserError(f"{name} is {getattr(self, name)}; it must be at least 1")

    @property
    def level(self) -> int:
        """Brotli 9 and 10 differ by 0.1 % of the size and a factor of nine in time; 9 is zlib's best."""
        return 9
