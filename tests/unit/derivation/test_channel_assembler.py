"""The fourth stage: one channel at a time, in order, in time, within its size."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import CHANNEL, CONFIG, Feed, block, frame

from opcycle.derivation import chain_spec
from opcycle.derivation.channel_assembler import ChannelAssembler, OpenChannel, RawChannel
from opcycle.derivation.verdicts import ChannelId, Decision, FrameId, Reason, VerdictLog
from opcycle.protocol.channels import FRAME_SIZE_IN_CHANNEL, MAX_RLP_BYTES_PER_CHANNEL
from opcycle.protocol.rollup import Fork

OTHER = b"other channel id"


class Bench:
    """An assembler whose frames and L1 block the test sets."""

    def __init__(self, config=CONFIG):
        self.feed, self.verdicts = Feed(), VerdictLog()
        self.stage = ChannelAssembler(config, self.feed, self.verdicts)

    def at(self, number, *frames):
        """What the stage gives for `frames` in L1 block `number`, one answer per pull up to the None."""
        self.feed.origin, self.feed.items = block(number), list(frames)
        found = []
        while (channel := self.stage.next()) is not None:
            found.append(channel)
        return found

    def dropped(self):
        return [(v.identity, v.reason) for v in self.verdicts.take() if v.decision is Decision.DROP]


@pytest.fixture
def bench():
    return Bench()


def test_next__one_frame__is_a_channel(bench):
    assert bench.at(1, frame(0, data=b"all", is_last=True)) == [RawChannel(CHANNEL, b"all")]
    assert bench.stage.open_channel is None


def test_next__frames_over_several_blocks__are_joined(bench):
    assert bench.at(1, frame(0, data=b"a"), frame(1, data=b"b")) == []
    assert bench.at(2) == []
    assert bench.at(3, frame(2, data=b"c", is_last=True)) == [RawChannel(CHANNEL, b"abc")]
    assert bench.dropped() == []


def test_next__two_channels_in_a_block__come_one_after_the_other(bench):
    channels = bench.at(1, frame(0, is_last=True), frame(0, channel_id=OTHER, data=b"b", is_last=True))
    assert [channel.channel_id for channel in channels] == [CHANNEL, OTHER]


def test_next__first_frame_while_another_channel_is_open__abandons_that_one(bench):
    bench.at(1, frame(0), frame(0, channel_id=OTHER))
    assert bench.stage.open_channel.channel_id == OTHER
    assert bench.dropped() == [(ChannelId(CHANNEL), Reason.CHANNEL_ABANDONED)]


def test_next__first_frame_of_the_same_channel_again__starts_it_over(bench):
    bench.at(1, frame(0, data=b"old"))
    assert bench.at(2, frame(0, data=b"new"), frame(1, data=b"!", is_last=True)) == [
        RawChannel(CHANNEL, b"new!")
    ]


@pytest.mark.parametrize(
    ("opened", "late", "reason"),
    [
        ([], frame(1), Reason.FRAME_WITHOUT_FIRST),
        ([frame(0)], frame(1, channel_id=OTHER), Reason.FRAME_OF_OTHER_CHANNEL),
        ([frame(0)], frame(2), Reason.FRAME_OUT_OF_ORDER),
        ([frame(0), frame(1)], frame(1), Reason.FRAME_OUT_OF_ORDER),
    ],
)
def test_next__frame_that_does_not_fit__is_dropped_and_the_channel_stays(bench, opened, late, reason):
    bench.at(1, *opened)
    assert bench.at(2, late) == []
    assert bench.dropped() == [(FrameId(late.channel_id, late.number), reason)]
    assert (bench.stage.open_channel.next_frame if opened else 0) == len(opened)


def test_next__last_frame_in_the_block_of_the_timeout__completes(bench):
    bench.at(1, frame(0))
    assert bench.stage.open_channel == OpenChannel(CHANNEL, next_frame=1, opened=1, last_chance=51)
    assert len(bench.at(51, frame(1, is_last=True))) == 1
    assert bench.dropped() == []


def test_next__last_frame_one_block_after_the_timeout__is_too_late(bench):
    bench.at(1, frame(0))
    assert bench.at(52, frame(1, is_last=True)) == []
    assert bench.dropped() == [
        (ChannelId(CHANNEL), Reason.CHANNEL_TIMED_OUT),
        (FrameId(CHANNEL, 1), Reason.FRAME_WITHOUT_FIRST),
    ]


def test_next__before_granite__the_configured_timeout_holds():
    forks = {fork: 0 for fork in Fork if fork is not Fork.GRANITE}
    bench = Bench(replace(CONFIG, fork_times=forks, channel_timeout=60))
    bench.at(1, frame(0))
    bench.at(52)
    assert bench.stage.open_channel.last_chance == 61
    assert len(bench.at(61, frame(1, is_last=True))) == 1


def test_next__size_at_the_limit__completes_and_one_more_byte_is_dropped():
    # Before Fjord, where the limit is small enough to build.
    forks = {fork: 0 for fork in Fork if fork is not Fork.FJORD}
    room = MAX_RLP_BYTES_PER_CHANNEL - 2 * FRAME_SIZE_IN_CHANNEL
    config = replace(CONFIG, fork_times=forks)
    for excess, channels in ((0, 1), (1, 0)):
        bench = Bench(config)
        bench.at(1, frame(0, data=b"of another channel", is_last=True))
        found = bench.at(2, frame(0, data=bytes(room)), frame(1, data=bytes(excess), is_last=True))
        assert len(found) == channels
        assert [reason for _, reason in bench.dropped()] == [Reason.CHANNEL_TOO_LARGE] * excess
        assert bench.stage.open_channel is None


def test_flush__open_channel__is_forgotten(bench):
    bench.at(1, frame(0))
    bench.stage.flush()
    assert bench.stage.open_channel is None
    assert bench.dropped() == [(ChannelId(CHANNEL), Reason.INVALIDATED)]
    bench.stage.flush()
    assert bench.dropped() == []


def test_max_rlp_bytes__by_fork():
    before = replace(CONFIG, fork_times={Fork.FJORD: 100})
    assert chain_spec.max_rlp_bytes(before, 99) == 10_000_000
    assert chain_spec.max_rlp_bytes(before, 100) == 100_000_000
