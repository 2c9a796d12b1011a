"""The fifth stage: from channel bytes to batches."""

from dataclasses import replace

import brotli
import pytest
import rlp
from tests.unit.derivation.l1_builder import CHANNEL, CONFIG, GENESIS, Feed, batches_on, block, pull

from opcycle.derivation.channel_assembler import RawChannel
from opcycle.derivation.channel_reader import ChannelReader
from opcycle.derivation.verdicts import BatchId, ChannelId, Decision, Reason, VerdictLog
from opcycle.protocol.batches import encode_channel_rlp
from opcycle.protocol.channels import MAX_RLP_BYTES_PER_CHANNEL, Compression, compress
from opcycle.protocol.rollup import Fork

OTHER = b"other channel id"
BATCHES, _ = batches_on(GENESIS, 3)


def channel(data, *, channel_id=CHANNEL, algorithm=Compression.ZLIB):
    return RawChannel(channel_id, compress(data, algorithm))


GOOD = channel(encode_channel_rlp(BATCHES))


def reader(*channels, config=CONFIG):
    verdicts = VerdictLog()
    return ChannelReader(config, Feed(*channels, origin=block(7)), verdicts), verdicts


def batches_of(stage):
    return [included.batch for included in pull(stage)]


def dropped(verdicts):
    return [(v.identity, v.reason) for v in verdicts.take() if v.decision is Decision.DROP]


def test_next__good_channel__gives_its_batches_and_where_they_are_from():
    stage, verdicts = reader(GOOD)
    found = pull(stage)
    assert [included.batch for included in found] == BATCHES
    assert [included.identity for included in found] == [
        BatchId(CHANNEL, index, item.timestamp) for index, item in enumerate(BATCHES)
    ]
    assert {included.inclusion for included in found} == {block(7).ref}
    assert [(v.identity, v.decision) for v in verdicts.take()] == [(ChannelId(CHANNEL), Decision.ACCEPT)]


@pytest.mark.parametrize(("fjord", "count"), [(block(7).header.timestamp, 3), (None, 0)])
def test_next__brotli__needs_fjord(fjord, count):
    forks = {fork: 0 for fork in Fork if fork is not Fork.FJORD}
    config = replace(CONFIG, fork_times=forks if fjord is None else forks | {Fork.FJORD: fjord})
    stage, verdicts = reader(
        channel(encode_channel_rlp(BATCHES), algorithm=Compression.BROTLI), config=config
    )
    assert len(batches_of(stage)) == count
    assert dropped(verdicts) == [(ChannelId(CHANNEL), Reason.UNKNOWN_COMPRESSION)] * (count == 0)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.UNKNOWN_COMPRESSION),
        (b"\x00\x00", Reason.UNKNOWN_COMPRESSION),
        (b"\x78\x00junk", Reason.NO_BATCHES),
        (b"\x01" + brotli.compress(b""), Reason.NO_BATCHES),
    ],
)
def test_next__channel_without_content__is_dropped_and_the_next_is_read(data, reason):
    stage, verdicts = reader(RawChannel(OTHER, data), GOOD)
    assert batches_of(stage) == BATCHES
    assert dropped(verdicts) == [(ChannelId(OTHER), reason)]


@pytest.mark.parametrize(
    "bad",
    [rlp.encode(b""), rlp.encode(b"\x02what"), rlp.encode(b"\x00\xc0"), rlp.encode([b"list"]), b"\xb8"],
    ids=["empty", "unknown type", "no fields", "a list", "cut off"],
)
def test_next__malformed_batch__keeps_those_before_and_drops_those_after(bad):
    first, rest = encode_channel_rlp(BATCHES[:1]), encode_channel_rlp(BATCHES[1:])
    stage, verdicts = reader(channel(first + bad + rest), GOOD)
    assert batches_of(stage) == BATCHES[:1] + BATCHES
    assert dropped(verdicts) == [(BatchId(CHANNEL, 1, None), Reason.MALFORMED_BATCH)]


def test_next__stream_cut_off__keeps_whole_batches():
    cut = RawChannel(CHANNEL, GOOD.data[:-12])
    stage, verdicts = reader(cut)
    found = batches_of(stage)
    assert found == BATCHES[: len(found)]
    assert 0 < len(found) < len(BATCHES)
    assert dropped(verdicts) == [(BatchId(CHANNEL, len(found), None), Reason.MALFORMED_BATCH)]


def test_flush__in_the_middle_of_a_channel__drops_its_rest_and_what_is_before():
    stage, verdicts = reader(GOOD, GOOD)
    assert stage.next().batch == BATCHES[0]
    stage.flush()
    assert stage.next() is None
    assert dropped(verdicts) == [(ChannelId(CHANNEL), Reason.INVALIDATED)]


def test_flush__between_channels__has_nothing_to_drop():
    stage, verdicts = reader(GOOD)
    assert len(pull(stage)) == 3
    verdicts.take()
    stage.flush()
    assert verdicts.take() == []


def test_next__batch_that_ends_at_the_limit__counts_and_one_byte_later_does_not():
    before_fjord = replace(CONFIG, fork_times={fork: 0 for fork in Fork if fork is not Fork.FJORD})
    first = encode_channel_rlp(BATCHES[:1])
    room = MAX_RLP_BYTES_PER_CHANNEL - len(first)
    for excess, kept in ((0, 2), (1, 1)):
        empty = replace(BATCHES[1], transactions=(bytes(room),))
        overhead = len(encode_channel_rlp([empty])) - room
        last = replace(empty, transactions=(bytes(room - overhead + excess),))
        content = first + encode_channel_rlp([last])
        assert len(content) == MAX_RLP_BYTES_PER_CHANNEL + excess
        stage, _ = reader(channel(content), config=before_fjord)
        assert batches_of(stage) == [BATCHES[0], last][:kept]
        stage, _ = reader(channel(content))
        assert batches_of(stage) == [BATCHES[0], last]
