"""Third stage: payloads in, frames out, from Holocene pruned to runs that can become channels.

Frames are pruned payload by payload, as op-node does; what spans payloads the channel assembler judges.
Before Holocene frames may come in any order, and all go on to the channel bank.
Source: OP Stack specs, "Holocene: Frame Queue"; op-node `derive/frame_queue.go`.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Protocol

from opcycle.derivation.l1_retrieval import Payload
from opcycle.derivation.verdicts import Decision, FrameId, Reason, Verdict, VerdictLog
from opcycle.protocol.frames import Frame, FrameError, parse_frames
from opcycle.protocol.rollup import Fork, RollupConfig
from opcycle.protocol.types import L1Block


class PayloadSource(Protocol):
    """The stage before: `L1Retrieval`, or `DAInputs` behind it on chains with alt-DA."""

    @property
    def origin(self) -> L1Block: ...

    def next(self) -> Payload | None: ...


class FrameQueue:
    """The frames of one payload at a time."""

    def __init__(self, config: RollupConfig, prev: PayloadSource, verdicts: VerdictLog):
        self._config = config
        self._prev = prev
        self._verdicts = verdicts
        self._frames: deque[Frame] = deque()

    @property
    def origin(self) -> L1Block:
        return self._prev.origin

    def next(self) -> Frame | None:
        """The next frame of the L1 block being read; None after its last."""
        while not self._frames:
            payload = self._prev.next()
            if payload is None:
                return None
            try:
                frames = parse_frames(payload.data)
            except FrameError as error:
                self._verdicts.drop(
                    payload.source, self.origin.header.id, Reason.MALFORMED_FRAMES, str(error)
                )
                continue
            self._accept(payload, frames)
            self._frames.extend(self._pruned(frames))
        return self._frames.popleft()

    def _accept(self, payload: Payload, frames: Sequence[Frame]) -> None:
        carried = tuple(FrameId(frame.channel_id, frame.number) for frame in frames)
        behind = "" if payload.commitment is None else f" behind {payload.commitment}"
        detail = f"{len(frames)} frames{behind}"
        self._verdicts.add(
            Verdict(payload.source, Decision.ACCEPT, Reason.VALID, detail, self.origin.header.id, carried)
        )

    def _pruned(self, frames: Sequence[Frame]) -> Sequence[Frame]:
        if not self._config.is_active(Fork.HOLOCENE, self.origin.header.timestamp):
            return frames
        kept, dropped = prune(frames)
        for frame, reason in dropped:
            self._verdicts.drop(FrameId(frame.channel_id, frame.number), self.origin.header.id, reason)
        return kept


def prune(frames: Iterable[Frame]) -> tuple[list[Frame], list[tuple[Frame, Reason]]]:
    """The frames that may follow each other, and the others with the rule that each broke.

    Each frame is compared with the last one that was kept. When an abandoned channel's frame goes, it is
    compared with the one before, so that the rest of that channel goes too.
    """
    kept: list[Frame] = []
    dropped: list[tuple[Frame, Reason]] = []
    ahead = deque(frames)
    while ahead:
        following = ahead[0]
        if kept and (reason := _following_is_wrong(kept[-1], following)) is not None:
            dropped.append((ahead.popleft(), reason))
        elif kept and kept[-1].channel_id != following.channel_id and not kept[-1].is_last:
            dropped.append((kept.pop(), Reason.FRAME_OF_ABANDONED_CHANNEL))
        else:
            kept.append(ahead.popleft())
    return kept, dropped


def _following_is_wrong(current: Frame, following: Frame) -> Reason | None:
    if current.channel_id != following.channel_id:
        return Reason.FRAME_WITHOUT_FIRST if following.number != 0 else None
    if current.is_last:
        return Reason.FRAME_AFTER_LAST
    return Reason.FRAME_OUT_OF_ORDER if following.number != current.number + 1 else None
