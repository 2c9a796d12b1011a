"""The batcher among everything that can happen to it; the node that judges its work is the real pipeline."""

from collections import Counter
from dataclasses import replace

import pytest
from tests.unit.batcher.world import (
    FEE,
    WIDE,
    World,
    assert_derived_without_waste,
    frames_on_l1,
    new_world,
    post,
    read,
)
from tests.unit.derivation.l1_builder import BATCHER, STRANGER

from opcycle.batcher import agent
from opcycle.batcher.options import BatcherOptions
from opcycle.errors import TemporaryError, UserError
from opcycle.protocol.frames import parse_frames
from opcycle.rpc.hexjson import checksum


@pytest.fixture
def world():
    return new_world()


def test_step__small_blocks__one_transaction_with_one_frame_for_all(world):
    world.l2.extend([0, 50, 0])
    assert world.batcher.step().waiting_for == "L1 block 21, or more L2 blocks"
    world.l1.mine()
    (did,) = world.batcher.step().did
    (channel,) = world.batcher.channels
    assert did == str(channel)
    assert (channel.first.number, channel.last.number, channel.frames) == (1, 3, 1)
    assert_derived_without_waste(world)
    (frame,) = frames_on_l1(world)
    assert frame.is_last
    assert world.batcher.step().waiting_for == "L2 blocks"


def test_step__record_of_a_channel__says_in_which_l1_blocks_it_is(world):
    post(world, 50)
    (sent,) = world.batcher.channels
    assert (sent.opened, sent.completed) == (None, None)
    world.l1_block()
    (mined,) = world.batcher.channels
    assert mined == replace(
        sent, opened=world.l1.blocks[22].header.id, completed=world.l1.blocks[22].header.id
    )
    assert [tx.hash for tx in world.l1.mined] == list(mined.transactions)


def test_step__nothing_new__asks_l1_for_nothing_but_its_head(world):
    post(world, 50)
    world.l1_block()
    world.l2.extend([50])
    assert not world.batcher.step().progress  # the last channel is known to be safe now
    post(world, 50)
    world.step()
    asked = world.l1.asked
    assert not world.batcher.step().progress
    assert world.l1.asked == asked + 1


def test_step__large_backlog__in_several_channels_with_bounded_memory_and_flight():
    world = new_world(target_frames=2, max_payload_size=900, max_in_flight=4)
    world.l1.mine(60)
    world.node.catch_up()
    world.l2.extend([200] * 300)
    did = world.batcher.step().did
    assert len(did) > 1
    assert len(world.l1.pool) == 4
    assert world.batcher.step().waiting_for == "L1 to mine one of 4 transactions"
    assert sum(len(block.batch) for block in world.batcher._pending) < 100 * 400
    assert max(last - first + 1 for first, last in world.l2.asked) == agent.READ_AT_ONCE
    assert world.settle(blocks=100)
    assert world.node.reasons() == []


def test_step__rest_of_a_channel__is_sent_before_another_begins():
    world = new_world(target_frames=5, max_payload_size=500, max_in_flight=3)
    world.l2.extend([700] * 12)
    world.step()
    assert [tx.data[17:19] for tx in world.l1.pool] == [b"\0\0", b"\0\1", b"\0\2"]
    (partly,) = world.batcher.channels
    assert not partly.is_sent
    assert_derived_without_waste(world)
    numbers = [frame.number for frame in frames_on_l1(world)]
    starts = [index for index, number in enumerate(numbers) if number == 0]
    assert len(starts) == 4
    assert all(frames_on_l1(world)[index - 1].is_last for index in starts[1:])


def test_step__several_frames_in_a_transaction__as_many_as_may_share_it():
    world = new_world(joins=True, max_payload_size=500, blobs_per_transaction=3)
    did = post(world, 700, 700, 700).did
    (channel,) = world.batcher.channels
    assert (channel.frames, channel.sent, channel.is_sent) == (5, 5, True)
    assert [len(parse_frames(tx.data)) for tx in world.l1.pool] == [3, 2]
    assert did == (str(channel),)
    assert_derived_without_waste(world)


def test_step__send_of_several_frames_breaks_off__the_same_go_out_once():
    world = new_world(joins=True, max_payload_size=500, blobs_per_transaction=3)
    read(world, 700, 700, 700)
    world.l1.mine()
    world.account.cut = "after"
    world.step()
    (channel,) = world.batcher.channels
    assert (channel.sent, len(world.l1.pool)) == (0, 1)
    world.l1.mine()
    assert_derived_without_waste(world)
    assert [len(parse_frames(payload)) for payload in world.payloads] == [3, 2]


def test_step__account_outbids_what_is_not_mined__is_told_even_while_settling(world):
    world.account.resubmissions = ("batch with nonce 0 was not mined",)
    assert world.batcher.step().did == world.account.resubmissions
    post(world, 50)
    world.restart()
    world.account.resubmissions = ("batch with nonce 0 was not mined",)
    outcome = world.batcher.step()
    assert (outcome.progress, outcome.did) == (False, world.account.resubmissions)
    assert outcome.waiting_for == "what was sent before to be mined and derived"


def test_step__transaction_outbid__the_record_has_the_hash_that_was_mined(world):
    post(world, 50)
    (sent,) = world.batcher.channels[0].transactions
    (waiting,) = world.l1.pool
    world.l1.pool = [replace(waiting, hash=b"\x0f" * 32)]
    receipt = world.account.receipt
    world.account.receipt = lambda tx: receipt(b"\x0f" * 32 if tx == sent else tx)
    world.l1_block()
    assert world.batcher.channels[0].transactions == (b"\x0f" * 32,)
    assert_derived_without_waste(world)


def test_step__server_that_cannot_answer_for_many_blocks__is_asked_for_fewer(world):
    world.l2.extend([0] * 90)
    world.l2.limit = 30
    for _ in range(2):
        with pytest.raises(TemporaryError, match="response too large"):
            world.batcher.step()
    world.l1.mine()
    assert_derived_without_waste(world)
    assert world.l2.asked[:3] == [(1, 90), (1, 50), (1, 25)]


def test_step__key_of_somebody_else__says_whose_it_should_be(world):
    world.batcher_address = STRANGER
    with pytest.raises(UserError, match=f"{checksum(BATCHER)}, the batcher is {checksum(STRANGER)}"):
        world.batcher.step()
    world.batcher_address = BATCHER
    assert not world.batcher.step().progress


# Restarts and kills


def test_restart__everything_safe__posts_nothing_again(world):
    post(world, 50, 0)
    assert world.settle()
    world.restart()
    for _ in range(5):
        world.l1_block()
    assert len(world.payloads) == 1


def test_restart__transaction_in_flight__waits_for_it_to_be_mined_and_derived(world):
    post(world, 50, 0)
    world.restart()
    idle = "what was sent before to be mined and derived"
    assert world.batcher.step().waiting_for == idle
    world.l1.mine()
    world.node.catch_up()
    assert world.batcher.step().waiting_for == idle  # the node is reading that block
    world.l1.mine()
    world.node.catch_up()
    assert world.batcher.step().waiting_for == "L2 blocks"
    assert len(world.payloads) == 1


def test_restart__node_far_behind__waits_for_it(world):
    post(world, 50, 0)
    world.l1.mine(4)
    world.restart()
    for _ in range(3):
        world.l1.mine()
        world.step()
    assert len(world.payloads) == 1
    assert_derived_without_waste(world)


def test_restart__nothing_was_ever_sent__does_not_wait(world):
    read(world, 50)
    world.restart()
    assert world.batcher.step().waiting_for == "L1 block 21, or more L2 blocks"


@pytest.mark.parametrize("sent", [1, 2, 3])
def test_kill__between_two_frames__the_chain_goes_on_without_a_gap(sent):
    world = new_world(max_payload_size=500)
    world.account.kill_after = sent
    read(world, 700, 700)
    world.l1_block()
    assert len(frames_on_l1(world)) + len(world.l1.pool) == sent
    assert world.settle()


def test_kill__after_the_last_frame__nothing_is_sent_twice(world):
    world.account.kill_after = 1
    read(world, 50)
    world.l1_block()
    assert_derived_without_waste(world)
    assert len(world.payloads) == 1


@pytest.mark.parametrize("cut", ["before", "after"])
def test_send_that_breaks_off__frame_goes_out_once_and_in_its_place(cut):
    world = new_world(max_payload_size=500)
    world.account.cut = cut
    world.l2.extend([700])
    assert_derived_without_waste(world)
    assert [frame.number for frame in frames_on_l1(world)] == [0, 1]


def test_send_that_breaks_off__transaction_safe_before_the_next_step__is_found_out(world):
    read(world, 50)
    world.l1.mine()
    world.account.cut = "after"
    world.step()
    (channel,) = world.batcher.channels
    assert channel.transactions == ()
    world.l1.mine(3)
    world.node.catch_up()
    world.step()
    (channel,) = world.batcher.channels
    assert [tx.hash for tx in world.l1.mined] == list(channel.transactions)
    assert world.l1.pool == []


def test_send_that_breaks_off_after_another__what_was_sent_is_told_at_once():
    world = new_world(max_payload_size=500, max_in_flight=10)
    read(world, 700)
    world.l1.mine()
    send_call = world.account.send_call

    def cut_after_the_first(**call):
        world.account.cut = "before" if world.l1.pool else ""
        return send_call(**call)

    world.account.send_call = cut_after_the_first
    outcome = world.batcher.step()
    assert "1 of 2 frames" in outcome.did[0]
    assert outcome.waiting_for == "the connection broke off"


def test_window_of_a_block_ends_soon__is_posted_in_the_l1_block_that_says_so():
    world = World(
        BatcherOptions(max_channel_duration=100, window_margin=20), config=replace(WIDE, seq_window_size=60)
    )
    world.l1.mine(39)
    world.node.catch_up()
    world.l2.extend([0])
    assert world.batcher.step().waiting_for == "L1 block 40, or more L2 blocks"
    world.l1.mine()
    assert "window ends soon" in world.batcher.step().did[0]


def test_channels__many__the_oldest_are_forgotten(monkeypatch):
    monkeypatch.setattr(agent, "KEPT", 3)
    world = new_world()
    for _ in range(6):
        post(world, 10)
        world.l1_block()
    assert len(world.batcher.channels) == 3
    firsts = [channel.first.number for channel in world.batcher.channels]
    assert firsts == sorted(firsts)
    assert max(Counter(firsts).values()) == 1


# --- told from outside --------------------------------------------------------------------------------


def test_flush__young_blocks__are_posted_at_once(world):
    world.l2.extend([50, 0])
    assert not world.batcher.step().progress
    world.batcher.flush()
    (did,) = world.batcher.step().did
    assert "(flushed): L2 blocks 1 to 2" in did
    assert_derived_without_waste(world)


def test_flush__blocks_made_afterwards__wait_as_always(world):
    world.l2.extend([50])
    world.batcher.flush()
    assert world.batcher.step().progress
    world.l2.extend([50])
    assert world.batcher.step().waiting_for == "L1 block 21, or more L2 blocks"


def test_flush__nothing_pending__changes_nothing(world):
    world.batcher.step()
    world.batcher.flush()
    assert world.batcher.step().waiting_for == "L2 blocks"
    world.l2.extend([50])
    assert world.batcher.step().waiting_for == "L1 block 21, or more L2 blocks"


def test_counts__posted_and_safe__channels_bytes_and_transactions(world):
    post(world, 50, 60)
    counts = world.batcher.counts
    (channel,) = world.batcher.channels
    assert dict(counts.closed) == {"has waited": 1}
    assert (counts.frames, counts.sent, counts.safe) == (1, 1, 0)
    assert counts.output_bytes == channel.size
    assert counts.input_bytes > 110
    assert world.settle()
    world.batcher.step()
    assert (counts.safe, counts.given_up) == (1, 0)
    assert (counts.fees, counts.last_fee) == (FEE, FEE)


def test_counts__pending_and_in_flight__as_of_the_last_step(world):
    world.l2.extend([50])
    world.batcher.step()
    assert (world.batcher.counts.pending_blocks, world.batcher.counts.in_flight) == (1, 0)
    assert world.batcher.counts.pending_bytes > 50
    world.l1.mine()
    world.batcher.step()
    assert (world.batcher.counts.pending_blocks, world.batcher.counts.pending_bytes) == (0, 0)
    world.batcher.step()
    assert world.batcher.counts.in_flight == 1


def test_counts__reset__keeps_them_and_counts_what_was_given_up(world):
    post(world, 50)
    world.batcher.reset()
    assert (world.batcher.counts.sent, world.batcher.counts.given_up) == (1, 1)
