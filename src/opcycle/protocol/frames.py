"""Frames: the pieces of a channel that fit into L1 transactions.

    batcher payload = version 0x00 ++ frame ++ frame ++ …
    frame           = channel_id[16] ++ number u16 ++ length u32 ++ data ++ is_last u8     (big-endian)

Source: OP Stack specs, "Derivation: Batcher Transaction Format" and "Frame Format".
"""

from collections.abc import Iterable
from dataclasses import dataclass

DERIVATION_VERSION_0 = 0
"""First byte of batch data that holds frames; 1 is an alt-DA commitment, anything else is ignored."""

FRAME_OVERHEAD = 16 + 2 + 4 + 1
"""Bytes of a frame besides its data."""

MAX_FRAME_DATA = 1_000_000
"""A frame with more data than this is invalid."""


class FrameError(ValueError):
    """The bytes are not a sequence of frames; all frames of the transaction are dropped."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Piece `number` of the channel `channel_id` (16 bytes)."""

    channel_id: bytes
    number: int
    data: bytes
    is_last: bool

    def encode(self) -> bytes:
        return (
            self.channel_id
            + self.number.to_bytes(2, "big")
            + len(self.data).to_bytes(4, "big")
            + self.data
            + bytes([self.is_last])
        )

    @classmethod
    def decode(cls, data: bytes, offset: int = 0) -> tuple["Frame", int]:
        """The frame at `offset` and the offset after it. Raises FrameError."""
        if len(data) - offset < FRAME_OVERHEAD:
            raise FrameError(f"{len(data) - offset} bytes left, a frame has at least {FRAME_OVERHEAD}")
        length = int.from_bytes(data[offset + 18 : offset + 22], "big")
        if length > MAX_FRAME_DATA:
            raise FrameError(f"frame data of {length} bytes, at most {MAX_FRAME_DATA} are allowed")
        end = offset + 22 + length
        if len(data) < end + 1:
            raise FrameError(
                f"frame wants {length} bytes of data, {len(data) - offset - FRAME_OVERHEAD} are left"
            )
        if data[end] > 1:
            raise FrameError(f"is_last is {data[end]}, neither 0 nor 1")
        frame = cls(
            channel_id=data[offset : offset + 16],
            number=int.from_bytes(data[offset + 16 : offset + 18], "big"),
            data=data[offset + 22 : end],
            is_last=data[end] == 1,
        )
        return frame, end + 1


def encode_batcher_payload(frames: Iterable[Frame]) -> bytes:
    """What a batcher transaction (or a blob) carries."""
    return bytes([DERIVATION_VERSION_0]) + b"".join(frame.encode() for frame in frames)


def parse_frames(payload: bytes) -> tuple[Frame, ...]:
    """All frames of a batcher payload, version byte included. Raises FrameError if any part is malformed."""
    if not payload:
        raise FrameError("no data")
    if payload[0] != DERIVATION_VERSION_0:
        raise FrameError(f"derivation version {payload[0]}, expected {DERIVATION_VERSION_0}")
    frames = []
    offset = 1
    while offset < len(payload):
        frame, offset = Frame.decode(payload, offset)
        frames.append(frame)
    if not frames:
        raise FrameError("no frame after the version byte")
    return tuple(frames)
