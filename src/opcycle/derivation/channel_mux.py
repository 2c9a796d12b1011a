"""Fourth stage, whichever the L1 block being read asks for: before Holocene the bank, then the assembler.

Holocene starts afresh: what the bank holds then is dropped.
Source: OP Stack specs, "Holocene: Activation"; op-node `derive/channel_mux.go`.
"""

from opcycle.derivation.channel_assembler import ChannelAssembler, OpenChannel, RawChannel
from opcycle.derivation.channel_bank import ChannelBank
from opcycle.derivation.frame_queue import FrameQueue
from opcycle.derivation.verdicts import Reason, VerdictLog
from opcycle.protocol.rollup import Fork, RollupConfig
from opcycle.protocol.types import L1Block


class ChannelMux:
    """Both stages, one in use. `flush` forgets the channel being assembled; the bank has no such rule."""

    def __init__(self, config: RollupConfig, prev: FrameQueue, verdicts: VerdictLog):
        self._config = config
        self._prev = prev
        self._bank = ChannelBank(config, prev, verdicts)
        self._assembler = ChannelAssembler(config, prev, verdicts)

    @property
    def origin(self) -> L1Block:
        return self._prev.origin

    @property
    def open_channel(self) -> OpenChannel | None:
        return self._assembler.open_channel if self._is_holocene else self._bank.open_channel

    def next(self) -> RawChannel | None:
        """The next channel that the L1 block being read completes; None when its frames are used up."""
        if not self._is_holocene:
            return self._bank.next()
        self._bank.clear(Reason.HOLOCENE_STARTS_AFRESH)
        return self._assembler.next()

    def flush(self) -> None:
        self._assembler.flush()

    @property
    def _is_holocene(self) -> bool:
        return self._config.is_active(Fork.HOLOCENE, self.origin.header.timestamp)
