"""Fourth stage before Holocene: frames of many channels in, in any order, whole channels out.

Channels wait in the order of their first frames. Reading goes before taking in: after each frame the bank is
asked for a complete channel, from Canyon the first complete one, before Canyon only the one that came first.
Source: OP Stack specs, "Channel Bank" and Canyon's change; op-node `derive/channel_bank.go`, `channel.go`.
"""

from opcycle.derivation.banked_channel import BankedChannel
from opcycle.derivation.chain_spec import channel_timeout, max_channel_bank_size
from opcycle.derivation.channel_assembler import OpenChannel, RawChannel
from opcycle.derivation.frame_queue import FrameQueue
from opcycle.derivation.verdicts import ChannelId, FrameId, Reason, VerdictLog
from opcycle.protocol.frames import Frame
from opcycle.protocol.rollup import Fork, RollupConfig
from opcycle.protocol.types import L1Block


class ChannelBank:
    """The channels that are not complete; `clear` forgets them."""

    def __init__(self, config: RollupConfig, prev: FrameQueue, verdicts: VerdictLog):
        self._config = config
        self._prev = prev
        self._verdicts = verdicts
        self._channels: dict[bytes, BankedChannel] = {}

    @property
    def origin(self) -> L1Block:
        return self._prev.origin

    @property
    def open_channel(self) -> OpenChannel | None:
        """The channel that came first and is not complete, None while there is none."""
        for channel in self._channels.values():
            return OpenChannel(channel.id, channel.first_missing, channel.opened, self._last_chance(channel))
        return None

    def next(self) -> RawChannel | None:
        """The next channel that the L1 block being read completes; None when its frames are used up."""
        while (channel := self._read()) is None:
            frame = self._prev.next()
            if frame is None:
                return None
            self._take_in(frame)
        return channel

    def clear(self, reason: Reason) -> None:
        for channel in list(self._channels.values()):
            self._drop(channel, reason)

    def _read(self) -> RawChannel | None:
        """One complete channel, once those that have timed out are gone: they stand before all others."""
        while (first := next(iter(self._channels.values()), None)) and self._is_late(first):
            self._drop(first, Reason.CHANNEL_TIMED_OUT, f"opened in L1 block {first.opened}")
        channels = list(self._channels.values())
        if not self._config.is_active(Fork.CANYON, self.origin.header.timestamp):
            channels = channels[:1]
        for channel in channels:
            if channel.is_complete:
                del self._channels[channel.id]
                return RawChannel(channel.id, channel.data)
        return None

    def _take_in(self, frame: Frame) -> None:
        identity, inclusion = FrameId(frame.channel_id, frame.number), self.origin.header
        channel = self._channels.setdefault(
            frame.channel_id, BankedChannel(frame.channel_id, inclusion.number)
        )
        if (reason := channel.objection(frame)) is not None:
            self._verdicts.drop(identity, inclusion.id, reason)
            return
        self._verdicts.accept(identity, inclusion.id)
        for number in channel.add(frame):
            beyond = FrameId(frame.channel_id, number)
            self._verdicts.drop(beyond, inclusion.id, Reason.FRAME_AFTER_LAST, f"frame {frame.number}")
        self._prune()

    def _prune(self) -> None:
        """Keep the bank within its size: the channels that came first go first."""
        limit = max_channel_bank_size(self._config, self.origin.header.timestamp)
        size = sum(channel.size for channel in self._channels.values())
        for channel in list(self._channels.values()):
            if size <= limit:
                return
            self._drop(channel, Reason.CHANNEL_BANK_FULL, f"{size} bytes, limit {limit}")
            size -= channel.size

    def _is_late(self, channel: BankedChannel) -> bool:
        return self.origin.header.number > self._last_chance(channel)

    def _last_chance(self, channel: BankedChannel) -> int:
        return channel.opened + channel_timeout(self._config, self.origin.header.timestamp)

    def _drop(self, channel: BankedChannel, reason: Reason, detail: str = "") -> None:
        del self._channels[channel.id]
        self._verdicts.drop(ChannelId(channel.id), self.origin.header.id, reason, detail)
