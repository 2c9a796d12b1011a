"""Channels are closed when what they compress to fills their frames: nearly full, and never too full."""

from hashlib import shake_128

import pytest
from tests.unit.batcher.world import assert_derived_without_waste, frames_on_l1, new_world
from tests.unit.derivation.l1_builder import CONFIG, GENESIS

from opcycle.batcher.channel import PendingBlock, build_channel
from opcycle.batcher.options import BatcherOptions, BatchType
from opcycle.batcher.sizing import MAX_CONTENT, Sizing
from opcycle.protocol.batches import SingularBatch, encode_channel_rlp

FRAME = 2_000
OPTIONS = BatcherOptions(target_frames=3, max_payload_size=FRAME, batch_type=BatchType.SINGULAR)
ROOM = 3 * (FRAME - 24)
"""Bytes of data in three frames: each has 23 of its own, each payload a version byte."""


def blocks(count, *, noise=60, zeros=60):
    """Batches of which `noise` bytes cannot be compressed, and `zeros` disappear."""
    return [
        PendingBlock(GENESIS, batch(shake_128(bytes([n % 256, n // 256])).digest(noise) + bytes(zeros)), 0)
        for n in range(count)
    ]


def batch(content):
    return encode_channel_rlp([SingularBatch(bytes(32), GENESIS.id, 7, (b"\x02" + content,))])


def size(pending):
    return sum(len(block.batch) for block in pending)


def test_is_full__nothing_known_yet__as_if_nothing_became_smaller():
    sizing = Sizing(CONFIG, OPTIONS)
    assert not sizing.is_full(int(ROOM * 0.96))
    assert sizing.is_full(ROOM)


@pytest.mark.parametrize(("noise", "zeros"), [(60, 0), (60, 60), (20, 400), (5, 1_000), (0, 3_000)])
def test_fitting__any_content__nearly_fills_the_frames_and_fits(noise, zeros):
    pending = blocks(4_000 if noise else 300, noise=noise, zeros=zeros)
    sizing = Sizing(CONFIG, OPTIONS)
    count = sizing.fitting(pending)
    channel = build_channel(CONFIG, pending[:count], bytes(32), OPTIONS)
    if size(pending[: count + 1]) < MAX_CONTENT and count < len(pending):
        assert channel.size > 0.9 * ROOM
    assert channel.size <= ROOM
    assert size(pending[:count]) <= MAX_CONTENT
    assert not sizing.is_over(channel)


def test_fitting__blocks_turn_out_not_to_fill_it__is_known_afterwards():
    pending = blocks(60)
    sizing = Sizing(CONFIG, OPTIONS)
    assert sizing.is_full(size(pending))
    assert sizing.fitting(pending) == len(pending)
    assert not sizing.is_full(size(pending))


def test_fitting__one_block_larger_than_all_frames__is_taken_alone():
    large = PendingBlock(GENESIS, batch(shake_128(b"").digest(3 * FRAME)), 0)
    assert Sizing(CONFIG, OPTIONS).fitting([large, large]) == 1


def test_learn__what_the_real_channel_saved__lets_the_next_one_take_more():
    pending = blocks(400)
    sizing = Sizing(CONFIG, OPTIONS)
    first = sizing.fitting(pending)
    channel = build_channel(CONFIG, pending[:first], bytes(32), OPTIONS)
    sizing.learn(pending[:first], channel)
    second = sizing.fitting(pending)
    filled = build_channel(CONFIG, pending[:second], bytes(32), OPTIONS)
    assert second >= first
    assert 0.96 * ROOM < filled.size <= ROOM


def test_is_over__a_frame_too_many__and_not_one_less():
    sizing = Sizing(CONFIG, OPTIONS)
    pending = blocks(400, noise=100, zeros=0)
    over = next(count for count in range(1, 400) if build_channel_of(pending[:count]).size > ROOM)
    assert sizing.is_over(build_channel_of(pending[:over]))
    assert not sizing.is_over(build_channel_of(pending[: over - 1]))


def build_channel_of(pending):
    return build_channel(CONFIG, pending, bytes(32), OPTIONS)


# The batcher


def test_backlog__every_channel_but_the_last_fills_its_frames():
    world = new_world(joins=True, target_frames=3, max_payload_size=FRAME, max_in_flight=100)
    world.l1.mine(60)
    world.node.catch_up()
    world.l2.extend([150] * 240)
    world.step()
    *full, last = world.batcher.channels
    assert len(full) > 3
    assert {channel.frames for channel in full} == {3}
    assert all(channel.size > 0.95 * ROOM for channel in full)
    assert {channel.reason for channel in full} == {"full"}
    assert_derived_without_waste(world)
    assert last.last == world.l2.head.id or frames_on_l1(world)[-1].is_last


def test_blocks_compress_worse_than_those_before_and_are_too_many__are_posted_in_two_channels():
    world = new_world(target_frames=1, max_payload_size=FRAME)
    world.batcher._sizing._draft_ratio = 0.1
    world.l2.extend([900, 900, 900])
    assert not world.batcher.step().progress
    world.l1.mine()
    world.step()
    assert [channel.frames for channel in world.batcher.channels] == [1, 1]
    assert_derived_without_waste(world)
