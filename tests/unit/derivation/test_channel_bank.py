"""The fourth stage before Holocene: frames in any order, channels first come first served, bounded."""

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.derivation.l1_builder import CHANNEL, CONFIG, Feed, block, frame, pull

from opcycle.derivation import chain_spec
from opcycle.derivation.banked_channel import BankedChannel
from opcycle.derivation.channel_assembler import OpenChannel, RawChannel
from opcycle.derivation.channel_bank import ChannelBank
from opcycle.derivation.channel_mux import ChannelMux
from opcycle.derivation.verdicts import ChannelId, Decision, FrameId, Reason, VerdictLog
from opcycle.protocol.channels import FRAME_SIZE_IN_CHANNEL
from opcycle.protocol.rollup import Fork

OTHER, THIRD = b"other channel id", b"third channel id"
TIMEOUT = 60
CANYON = replace(
    CONFIG, channel_timeout=TIMEOUT, fork_times={Fork.REGOLITH: 0, Fork.CANYON: block(5).header.timestamp}
)
"""Canyon from L1 block 5 on."""


class Bench:
    """A stage whose frames and L1 block the test sets."""

    def __init__(self, config=CANYON, stage=ChannelBank):
        self.feed, self.verdicts = Feed(), VerdictLog()
        self.stage = stage(config, self.feed, self.verdicts)

    def at(self, number, *frames):
        self.feed.origin, self.feed.items = block(number), list(frames)
        return pull(self.stage)

    def dropped(self):
        return [(v.identity, v.reason) for v in self.verdicts.take() if v.decision is Decision.DROP]


@pytest.fixture
def bench():
    return Bench()


# --- frames -----------------------------------------------------------------------------------------


def test_next__frames_in_any_order__are_joined_by_number(bench):
    assert bench.at(1, frame(2, data=b"c", is_last=True), frame(0, data=b"a")) == []
    assert bench.stage.open_channel == OpenChannel(CHANNEL, next_frame=1, opened=1, last_chance=1 + TIMEOUT)
    assert bench.at(2, frame(1, data=b"b")) == [RawChannel(CHANNEL, b"abc")]
    assert bench.stage.open_channel is None
    assert bench.dropped() == []


@pytest.mark.parametrize(
    ("held", "late", "reason"),
    [
        (frame(0), frame(0, data=b"other data"), Reason.DUPLICATE_FRAME),
        (frame(1, is_last=True), frame(2, is_last=True), Reason.SECOND_LAST_FRAME),
        (frame(1, is_last=True), frame(1), Reason.DUPLICATE_FRAME),
        (frame(1, is_last=True), frame(2), Reason.FRAME_AFTER_LAST),
    ],
)
def test_next__frame_that_does_not_fit__is_dropped_and_the_channel_stays(bench, held, late, reason):
    bench.at(1, held, late)
    assert bench.dropped() == [(FrameId(CHANNEL, late.number), reason)]
    rest = [frame(n, is_last=not held.is_last and n == 2) for n in range(3) if n != held.number]
    (channel,) = bench.at(2, *rest)
    assert channel.data == b"data" * (2 if held.is_last else 3)


def test_next__last_frame_below_others__those_go(bench):
    bench.at(1, frame(2), frame(3), frame(1, data=b"b", is_last=True))
    assert bench.dropped() == [
        (FrameId(CHANNEL, 2), Reason.FRAME_AFTER_LAST),
        (FrameId(CHANNEL, 3), Reason.FRAME_AFTER_LAST),
    ]
    assert bench.at(2, frame(0, data=b"a")) == [RawChannel(CHANNEL, b"ab")]


def test_next__channel_that_was_read__may_come_again(bench):
    whole = frame(0, is_last=True)
    assert bench.at(1, whole, whole) == [RawChannel(CHANNEL, b"data")] * 2


# --- which channel ----------------------------------------------------------------------------------


def two_channels():
    return frame(0), frame(0, channel_id=OTHER, is_last=True)


def test_next__complete_channel_behind_an_open_one__waits_before_canyon(bench):
    assert bench.at(4, *two_channels()) == []
    found = bench.at(4, frame(1, is_last=True))
    assert [channel.channel_id for channel in found] == [CHANNEL, OTHER]


def test_next__complete_channel_behind_an_open_one__is_read_from_canyon(bench):
    (found,) = bench.at(5, *two_channels())
    assert found.channel_id == OTHER
    assert bench.stage.open_channel.channel_id == CHANNEL


def test_next__canyon_comes__the_channels_that_waited_are_read(bench):
    bench.at(4, *two_channels())
    assert [channel.channel_id for channel in bench.at(5)] == [OTHER]


# --- timeout ----------------------------------------------------------------------------------------


def test_next__last_frame_in_the_block_of_the_timeout__completes(bench):
    bench.at(6, frame(0))
    assert len(bench.at(6 + TIMEOUT, frame(1, is_last=True))) == 1
    assert bench.dropped() == []


def test_next__one_block_after_the_timeout__the_first_channel_goes(bench):
    bench.at(6, frame(0))
    assert bench.at(7 + TIMEOUT, frame(1, is_last=True)) == []
    assert bench.dropped() == [(ChannelId(CHANNEL), Reason.CHANNEL_TIMED_OUT)]
    # Its id has begun a new channel, which lacks its first frame.
    assert bench.stage.open_channel == OpenChannel(CHANNEL, 0, 7 + TIMEOUT, 7 + 2 * TIMEOUT)


def test_next__several_channels_timed_out__all_go_but_the_one_in_time(bench):
    bench.at(6, frame(0), frame(0, channel_id=OTHER))
    bench.at(7, frame(0, channel_id=THIRD))
    bench.at(7 + TIMEOUT)
    assert bench.dropped() == [(ChannelId(name), Reason.CHANNEL_TIMED_OUT) for name in (CHANNEL, OTHER)]
    assert bench.stage.open_channel.channel_id == THIRD


# --- size -------------------------------------------------------------------------------------------


def test_banked_channel__frames__count_their_data_and_200_bytes_each():
    channel = BankedChannel(CHANNEL, opened=1)
    channel.add(frame(0, data=bytes(5)))
    channel.add(frame(4, data=bytes(7)))
    assert channel.size == 12 + 2 * FRAME_SIZE_IN_CHANNEL


def test_banked_channel__last_frame_pushes_others_out__counts_itself_only_as_op_node_does():
    channel = BankedChannel(CHANNEL, opened=1)
    for number in (0, 4):
        channel.add(frame(number, data=bytes(5)))
    assert channel.add(frame(2, data=bytes(9), is_last=True)) == [4]
    assert channel.size == 9 + FRAME_SIZE_IN_CHANNEL


@pytest.mark.parametrize("excess", [0, 1])
def test_next__bank_at_its_limit__keeps_all_and_one_more_byte_costs_the_first_channel(
    bench, monkeypatch, excess
):
    monkeypatch.setattr(chain_spec, "MAX_CHANNEL_BANK_SIZE", 1000)
    rest = 1000 - 3 * FRAME_SIZE_IN_CHANNEL - len(b"data") * 2
    bench.at(1, frame(0), frame(0, channel_id=OTHER), frame(0, channel_id=THIRD, data=bytes(rest + excess)))
    assert bench.dropped() == [(ChannelId(CHANNEL), Reason.CHANNEL_BANK_FULL)] * excess
    assert bench.stage.open_channel.channel_id == (OTHER if excess else CHANNEL)


def test_next__one_channel_larger_than_the_bank__goes_itself(bench, monkeypatch):
    monkeypatch.setattr(chain_spec, "MAX_CHANNEL_BANK_SIZE", 1000)
    assert bench.at(1, frame(0, data=bytes(801), is_last=True)) == []
    assert bench.dropped() == [(ChannelId(CHANNEL), Reason.CHANNEL_BANK_FULL)]


def test_max_channel_bank_size__by_fork():
    config = replace(CONFIG, fork_times={Fork.FJORD: 100})
    assert chain_spec.max_channel_bank_size(config, 99) == 100_000_000
    assert chain_spec.max_channel_bank_size(config, 100) == 1_000_000_000


# --- the whole of it --------------------------------------------------------------------------------


class SlowBank:
    """The same rules over plain lists, all of them looked at each time."""

    def __init__(self, limit):
        self.limit, self.channels = limit, []

    def read(self, number):
        while self.channels and self.channels[0].opened + TIMEOUT < number:
            del self.channels[0]
        for channel in self.channels[: None if number >= 5 else 1]:
            numbers = sorted(channel.frames)
            if channel.last is not None and numbers == list(range(channel.last + 1)):
                self.channels.remove(channel)
                return RawChannel(channel.id, b"".join(channel.frames[index] for index in numbers))
        return None

    def take_in(self, number, item):
        channel = next((known for known in self.channels if known.id == item.channel_id), None)
        if channel is None:
            channel = SimpleNamespace(id=item.channel_id, opened=number, frames={}, last=None, size=0)
            self.channels.append(channel)
        is_beyond = channel.last is not None and (item.is_last or item.number >= channel.last)
        if item.number in channel.frames or is_beyond:
            return
        if item.is_last:
            channel.last = item.number
            if any(index > item.number for index in channel.frames):
                channel.frames = {index: d for index, d in channel.frames.items() if index < item.number}
                channel.size = 0
        channel.frames[item.number] = item.data
        channel.size += len(item.data) + FRAME_SIZE_IN_CHANNEL
        while sum(known.size for known in self.channels) > self.limit:
            del self.channels[0]

    def at(self, number, *items):
        found, items = [], list(items)
        while True:
            channel = self.read(number)
            if channel is not None:
                found.append(channel)
            elif items:
                self.take_in(number, items.pop(0))
            else:
                return found


some_frames = st.lists(
    st.builds(
        frame,
        st.integers(0, 3),
        channel_id=st.sampled_from([CHANNEL, OTHER, THIRD, bytes(16)]),
        data=st.binary(max_size=3),
        is_last=st.booleans(),
    ),
    max_size=12,
)


@given(st.lists(st.tuples(st.sampled_from([0, 1, TIMEOUT, TIMEOUT + 1]), some_frames), max_size=5))
def test_next__any_frames_in_any_blocks__the_channels_that_a_plain_reading_of_the_rules_gives(steps):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chain_spec, "MAX_CHANNEL_BANK_SIZE", 5 * FRAME_SIZE_IN_CHANNEL + 8)
        bench, slow, number = Bench(), SlowBank(5 * FRAME_SIZE_IN_CHANNEL + 8), 3
        for step, frames in steps:
            number += step
            assert bench.at(number, *frames) == slow.at(number, *frames)


def test_next__very_many_channels__no_frame_makes_it_look_at_the_others(bench, monkeypatch):
    looks = Counter()
    for name in ("is_complete", "first_missing", "data", "objection", "add"):
        rule = getattr(BankedChannel, name)
        look = counted(looks, name, rule.fget if isinstance(rule, property) else rule)
        monkeypatch.setattr(BankedChannel, name, property(look) if isinstance(rule, property) else look)
    count = 2_000
    opened = [frame(0, channel_id=index.to_bytes(16, "big")) for index in range(count)]
    assert bench.at(6, *opened) == []
    assert len(bench.at(7, *(replace(item, number=1, is_last=True) for item in opened))) == count
    assert looks == {"is_complete": 2 * count, "objection": 2 * count, "add": 2 * count, "data": count}


def counted(looks, name, function):
    def look(*args):
        looks[name] += 1
        return function(*args)

    return look


# --- Holocene ---------------------------------------------------------------------------------------


@pytest.fixture
def mux():
    """Holocene from L1 block 8 on."""
    forks = {**CANYON.fork_times, Fork.HOLOCENE: block(8).header.timestamp}
    return Bench(replace(CANYON, fork_times=forks), ChannelMux)


def test_mux__before_holocene__is_the_bank(mux):
    assert len(mux.at(7, frame(1, is_last=True), frame(0))) == 1
    mux.at(7, frame(0, channel_id=OTHER))
    assert mux.stage.open_channel.channel_id == OTHER


def test_mux__first_block_of_holocene__forgets_the_bank_and_assembles_in_order(mux):
    mux.at(7, frame(0), frame(3, channel_id=OTHER))
    assert mux.at(8, frame(1, is_last=True)) == []
    assert mux.dropped() == [
        (ChannelId(CHANNEL), Reason.HOLOCENE_STARTS_AFRESH),
        (ChannelId(OTHER), Reason.HOLOCENE_STARTS_AFRESH),
        (FrameId(CHANNEL, 1), Reason.FRAME_WITHOUT_FIRST),
    ]
    assert len(mux.at(8, frame(0), frame(1, is_last=True))) == 1


def test_mux__flush__forgets_the_channel_being_assembled(mux):
    mux.at(8, frame(0))
    assert mux.stage.open_channel.next_frame == 1
    mux.stage.flush()
    assert mux.stage.open_channel is None
    assert mux.dropped() == [(ChannelId(CHANNEL), Reason.INVALIDATED)]
