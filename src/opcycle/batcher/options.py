"""What an operator may choose about batches. The chain accepts any choice: it is about cost and delay."""

from dataclasses import dataclass
from enum import StrEnum

from opcycle.errors import UserError
from opcycle.l1.transactions import Resubmission
from opcycle.protocol.blobs import MAX_BLOB_PAYLOAD
from opcycle.protocol.channels import Compression
from opcycle.protocol.frames import FRAME_OVERHEAD

MAX_FRAMES = 40
"""Frames of a channel, 5 MB; L1 must take them within the channel timeout."""

MAX_BLOBS = 6
"""Blobs in a transaction, from Osaka (EIP-7594)."""

LIMITS = {
    "target_frames": (1, MAX_FRAMES),
    "max_payload_size": (FRAME_OVERHEAD + 2, MAX_BLOB_PAYLOAD),  # version byte, frame, one byte of data
    "max_channel_duration": (1, None),
    "window_margin": (0, None),
    "max_in_flight": (1, None),
    "blobs_per_transaction": (1, MAX_BLOBS),
    "resubmit_after": (1, None),
    "fee_limit": (1, None),
}


class BatchType(StrEnum):
    """What a channel's blocks become: a singular batch each, one span batch, or whichever is smaller."""

    SINGULAR = "singular"
    SPAN = "span"
    AUTO = "auto"


class DataAvailability(StrEnum):
    """Where batches go. AUTO: each payload as what costs less on L1 when it is sent. ALT_DA: to a DA server,
    and commitments to L1."""

    CALLDATA = "calldata"
    BLOBS = "blobs"
    AUTO = "auto"
    ALT_DA = "alt-da"


@dataclass(frozen=True, slots=True)
class BatcherOptions:
    """Sizes in bytes, `max_channel_duration` and `window_margin` in L1 blocks.

    `target_frames`: how many frames make a channel full; `max_payload_size`: of one L1
    transaction's data, or of its blob's; `max_channel_duration`: how long a block may wait for others to
    share a channel with; `window_margin`: how long before the end of its sequence window a block is posted in
    any case; `max_in_flight`: transactions that may wait for L1 at once; `blobs_per_transaction`: how many
    payloads may share one as blobs; `resubmit_after` and `fee_limit`: see `Resubmission`; `failover`: where
    batches go while the DA server of ALT_DA is down. Raises UserError for a value out of range.
    """

    data_availability: DataAvailability = DataAvailability.CALLDATA
    batch_type: BatchType = BatchType.AUTO
    compression: Compression = Compression.BROTLI
    target_frames: int = MAX_BLOBS
    max_payload_size: int = MAX_BLOB_PAYLOAD
    max_channel_duration: int = 1
    window_margin: int = 20
    max_in_flight: int = 10
    blobs_per_transaction: int = MAX_BLOBS
    resubmit_after: int = 4
    fee_limit: int = 5
    failover: DataAvailability = DataAvailability.CALLDATA

    def __post_init__(self) -> None:
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if value < least or (most is not None and value > most):
                bounds = f"at least {least}" if most is None else f"between {least} and {most}"
                raise UserError(f"the batcher's {name} is {value}; it must be {bounds}")
        if self.failover is DataAvailability.ALT_DA:
            raise UserError("the batcher's failover is alt-da; it must be a way that needs no DA server")

    @property
    def may_post_blobs(self) -> bool:
        is_alt_da = self.data_availability is DataAvailability.ALT_DA
        on_ethereum = self.failover if is_alt_da else self.data_availability
        return on_ethereum is not DataAvailability.CALLDATA

    @property
    def resubmission(self) -> Resubmission:
        """What to do about transactions that L1 does not mine."""
        return Resubmission(self.resubmit_after, self.fee_limit, owns_account=True)
