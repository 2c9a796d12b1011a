"""Blocks become channels that derivation's own decoders read back."""

import pytest
from tests.unit.batcher.world import FakeL1, FakeL2

from opcycle.batcher.channel import PendingBlock, build_channel
from opcycle.batcher.options import BatcherOptions
from opcycle.protocol.batches import iter_batches
from opcycle.protocol.channels import Compression, decompress
from opcycle.protocol.frames import parse_frames

L1_HEAD = b"\x01" * 32


@pytest.fixture
def blocks():
    l1 = FakeL1()
    l1.mine(20)
    l2 = FakeL2(l1)
    l2.extend([0, 90, 700, 0])
    return l2.chain[1:]


def pending(blocks):
    return [PendingBlock.of(block, l1_number=9) for block in blocks]


def frames_of(channel):
    return [frame for payload in channel.payloads for frame in parse_frames(payload)]


@pytest.mark.parametrize("compression", Compression)
def test_build_channel__read_back__gives_each_block_without_its_deposits(blocks, compression):
    channel = build_channel(pending(blocks), L1_HEAD, BatcherOptions(compression=compression))
    compressed = b"".join(frame.data for frame in frames_of(channel))
    batches = list(iter_batches(decompress(compressed, limit=10**6, allow_brotli=True)))
    assert [(b.parent_hash, b.epoch, b.timestamp, b.transactions) for b in batches] == [
        (b.ref.parent_hash, b.ref.l1_origin, b.ref.timestamp, b.transactions[1:]) for b in blocks
    ]
    assert len(compressed) == channel.size
    assert (channel.first, channel.last) == (blocks[0].ref, blocks[-1].ref)


def test_build_channel__small_one__is_one_payload_with_the_last_frame(blocks):
    (frame,) = frames_of(build_channel(pending(blocks), L1_HEAD, BatcherOptions()))
    assert (frame.number, frame.is_last) == (0, True)


def test_build_channel__larger_than_a_payload__one_frame_in_each_and_none_too_large(blocks):
    channel = build_channel(pending(blocks), L1_HEAD, BatcherOptions(max_payload_size=200))
    assert [len(parse_frames(payload)) for payload in channel.payloads] == [1] * len(channel.payloads)
    assert {len(payload) for payload in channel.payloads[:-1]} == {200}
    assert len(channel.payloads[-1]) <= 200
    frames = frames_of(channel)
    assert [frame.number for frame in frames] == list(range(len(frames)))
    assert [frame.is_last for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert {frame.channel_id for frame in frames} == {channel.id}


def test_build_channel__same_blocks_at_the_same_l1_head__same_bytes(blocks):
    first, again = (build_channel(pending(blocks), L1_HEAD, BatcherOptions()) for _ in range(2))
    assert first == again


@pytest.mark.parametrize("difference", ["L1 head", "first block", "last block"])
def test_build_channel__posted_again_or_of_other_blocks__another_id(blocks, difference):
    first = build_channel(pending(blocks), L1_HEAD, BatcherOptions())
    l1_head = b"\x02" * 32 if difference == "L1 head" else L1_HEAD
    others = blocks[difference == "first block" : len(blocks) - (difference == "last block")]
    other = build_channel(pending(others), l1_head, BatcherOptions())
    assert first.id != other.id
    assert len(first.id) == len(other.id) == 16
