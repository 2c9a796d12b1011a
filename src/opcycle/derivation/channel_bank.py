"""Fourth stage before Holocene: frames of many channels in, in any order, whole channels out.

Channels wait in the order of their first frames. Reading goes before taking in: after each frame the bank is
asked for a complete channel, from Canyon the first complete one, before Canyon only the one that came first.
An L1 block can hold tens of thousands of channels: neither step looks at all of them.
Source: OP Stack specs, "Channel Bank" and Canyon's change; op-node `derive/channel_bank.go`, `channel.go`.
"""

from collections import OrderedDict

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
        self._channels: OrderedDict[bytes, BankedChannel] = OrderedDict()
        self._complete: set[bytes] = set()
        self._size = 0

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
        while (first := self._first) is not None:
            self._drop(first, reason)

    @property
    def _first(self) -> BankedChannel | None:
        return next(iter(self._channels.values()), None)

    def _read(self) -> RawChannel | None:
        """One complete channel, once those that have timed out are gone: they stand before all others."""
        while (first := self._first) is not None and self._is_late(first):
            self._drop(first, Reason.CHANNEL_TIMED_OUT, f"opened in L1 block {first.opened}")
        if not self._complete:
            return None
        is_canyon = self._config.is_active(Fork.CANYON, self.origin.header.timestamp)
        for channel in self._channels.values():
            if channel.id in self._complete:
                self._forget(channel)
                return RawChannel(channel.id, channel.data)
            if not is_canyon:
                break
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
        size = channel.size
        for number in channel.add(frame):
            beyond = FrameId(frame.channel_id, number)
            self._verdicts.drop(beyond, inclusion.id, Reason.FRAME_AFTER_LAST, f"frame {frame.number}")
        self._size += channel.size - size
        if channel.is_complete:
            self._complete.add(channel.id)
        self._prune()

    def _prune(self) -> None:
        """Keep the bank within its size: the channels that came first go first."""
        limit = max_channel_bank_size(self._config, self.origin.header.timestamp)
        while self._size > limit and (first := self._first) is not None:
            self._drop(first, Reason.CHANNEL_BANK_FULL, f"{self._size} bytes, limit {limit}")

    def _is_late(self, channel: BankedChannel) -> bool:
        return self.origin.header.number > self._last_chance(channel)

    def _last_chance(self, channel: BankedChannel) -> int:
        return channel.opened + channel_timeout(self._config, self.origin.header.timestamp)

    def _drop(self, channel: BankedChannel, reason: Reason, detail: str = "") -> None:
        self._forget(channel)
        self._verdicts.drop(ChannelId(channel.id), self.origin.header.id, reason, detail)

    def _forget(self, channel: BankedChannel) -> None:
        del self._channels[channel.id]
        self._complete.discard(channel.id)
        self._size -= channel.size
