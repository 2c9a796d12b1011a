"""Fourth stage: frames in, whole channels out; at most one channel is being assembled.

Frame 0 always opens a channel and ends one that is incomplete. Frames come in order or are dropped.
Source: OP Stack specs, "Holocene: Channel Bank"; op-node `derive/channel_assembler.go`.
"""

from dataclasses import dataclass

from opcycle.derivation.chain_spec import channel_timeout, max_rlp_bytes
from opcycle.derivation.frame_queue import FrameQueue
from opcycle.derivation.verdicts import ChannelId, FrameId, Reason, VerdictLog
from opcycle.protocol.channels import FRAME_SIZE_IN_CHANNEL
from opcycle.protocol.frames import Frame
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import L1Block


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """A channel that waits for its frame `next_frame`.

    `opened` is the L1 block of its first frame; it must be complete in block `last_chance` at the latest.
    """

    channel_id: bytes
    next_frame: int
    opened: int
    last_chance: int


@dataclass(frozen=True, slots=True)
class RawChannel:
    """The compressed data of a complete channel."""

    channel_id: bytes
    data: bytes


class ChannelAssembler:
    """Puts frames together. `flush` forgets the channel being assembled."""

    def __init__(self, config: RollupConfig, prev: FrameQueue, verdicts: VerdictLog):
        self._config = config
        self._prev = prev
        self._verdicts = verdicts
        self._frames: list[Frame] = []
        self._opened = 0
        self._size = 0

    @property
    def origin(self) -> L1Block:
        return self._prev.origin

    @property
    def open_channel(self) -> OpenChannel | None:
        """The channel being assembled, None between channels."""
        if not self._frames:
            return None
        last_chance = self._opened + channel_timeout(self._config, self.origin.header.timestamp)
        return OpenChannel(self._frames[0].channel_id, len(self._frames), self._opened, last_chance)

    def next(self) -> RawChannel | None:
        """The next channel that the L1 block being read completes; None when its frames are used up."""
        self._drop_if_timed_out()
        limit = max_rlp_bytes(self._config, self.origin.header.timestamp)
        while (frame := self._prev.next()) is not None:
            if not self._add(frame):
                continue
            if self._size > limit:
                self._drop_channel(Reason.CHANNEL_TOO_LARGE, f"{self._size} bytes, limit {limit}")
            elif frame.is_last:
                channel = RawChannel(frame.channel_id, b"".join(part.data for part in self._frames))
                self._forget()
                return channel
        return None

    def flush(self) -> None:
        if self._frames:
            self._drop_channel(Reason.INVALIDATED)

    def _add(self, frame: Frame) -> bool:
        identity = FrameId(frame.channel_id, frame.number)
        if frame.number == 0:
            if self._frames:
                self._drop_channel(Reason.CHANNEL_ABANDONED, f"for {frame.channel_id.hex()}")
            self._opened = self.origin.header.number
        elif (problem := self._not_next(frame)) is not None:
            self._verdicts.drop(identity, self.origin.header.id, *problem)
            return False
        self._frames.append(frame)
        self._size += len(frame.data) + FRAME_SIZE_IN_CHANNEL
        self._verdicts.accept(identity, self.origin.header.id)
        return True

    def _not_next(self, frame: Frame) -> tuple[Reason, str] | None:
        if not self._frames:
            return Reason.FRAME_WITHOUT_FIRST, ""
        open_id = self._frames[0].channel_id
        if frame.channel_id != open_id:
            return Reason.FRAME_OF_OTHER_CHANNEL, f"channel {open_id.hex()}"
        if frame.number != len(self._frames):
            return Reason.FRAME_OUT_OF_ORDER, f"expected frame {len(self._frames)}"
        return None

    def _drop_if_timed_out(self) -> None:
        channel = self.open_channel
        if channel is not None and self.origin.header.number > channel.last_chance:
            self._drop_channel(
                Reason.CHANNEL_TIMED_OUT, f"opened in L1 block {channel.opened}, {channel.next_frame} frames"
            )

    def _drop_channel(self, reason: Reason, detail: str = "") -> None:
        self._verdicts.drop(ChannelId(self._frames[0].channel_id), self.origin.header.id, reason, detail)
        self._forget()

    def _forget(self) -> None:
        self._frames = []
        self._size = 0
