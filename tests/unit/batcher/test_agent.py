"""The batcher among everything that can happen to it; the node that judges its work is the real pipeline."""

from collections import Counter
from dataclasses import replace

import pytest
from tests.unit.batcher.world import WIDE, World
from tests.unit.derivation.l1_builder import BATCHER, STRANGER

from opcycle.batcher import agent
from opcycle.batcher.options import BatcherOptions
from opcycle.errors import ResetError, TemporaryError, UserError
from opcycle.protocol.frames import parse_frames
from opcycle.rpc.hexjson import checksum


@pytest.fixture
def world():
    """20 L1 blocks, an L2 that has just begun, a batcher that has not stepped yet."""
    return new_world()


def new_world(**options):
    world = World(BatcherOptions(**options))
    world.l1.mine(20)
    world.node.catch_up()
    return world


def frames_on_l1(world):
    return [frame for payload in world.payloads for frame in parse_frames(payload)]


def assert_derived_without_waste(world):
    """Everything is safe, and derivation has used all that was posted."""
    assert world.settle()
    assert world.node._engine.reasons() == []


def read(world, *sizes):
    """L2 makes blocks, and the batcher has seen them: their channel is due with the next L1 block."""
    world.l2.extend(sizes)
    world.step()


def post(world, *sizes):
    """L2 makes blocks, and their channel is sent."""
    read(world, *sizes)
    world.l1.mine()
    outcome = world.batcher.step()
    assert outcome.progress
    return outcome


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
    world = new_world(max_channel_size=2_000, max_payload_size=900, max_in_flight=4)
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
    assert world.node._engine.reasons() == []


def test_step__rest_of_a_channel__is_sent_before_another_begins():
    world = new_world(max_channel_size=2_000, max_payload_size=500, max_in_flight=3)
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


def test_reset__channel_of_which_nothing_was_sent__leaves_no_record(world):
    read(world, 50)
    world.l1.mine()
    world.account.cut = "before"
    world.step()
    assert [channel.transactions for channel in world.batcher.channels] == [()]
    world.batcher.reset()
    world.step()
    assert world.batcher.channels == ()


def test_reset__channel_that_was_sent__stays_on_record(world):
    post(world, 50)
    before = world.batcher.channels
    world.batcher.reset()
    world.step()
    assert world.batcher.channels == before


# What L1 does


def test_l1_loses_the_transaction__it_is_posted_again(world):
    post(world, 50)
    world.l1.lose_pool()
    world.l1.mine()
    with pytest.raises(ResetError, match="is lost"):
        world.batcher.step()
    assert world.settle()


def test_l1_has_not_mined_the_transaction_yet__it_is_waited_for(world):
    post(world, 50)
    world.l1.takes = 0
    for _ in range(60):
        world.l1_block()
    world.l1.takes = 1
    assert_derived_without_waste(world)
    assert len(world.payloads) == 1


def test_l1_reorg__transaction_mined_again__is_not_posted_twice(world):
    post(world, 50)
    world.l1_block()
    assert world.node.sync_status().safe_l2 == world.l2.head
    world.l1.reorg(2)
    assert_derived_without_waste(world)
    assert len(world.payloads) == 1


@pytest.mark.parametrize("was_safe", [True, False])
def test_l1_reorg__transaction_gone__blocks_are_posted_again(world, was_safe):
    post(world, 50)
    world.l1.mine()
    if was_safe:
        world.node.catch_up()
    world.step()
    world.l1.reorg(2, loses_transactions=True)
    assert world.settle()
    assert len(world.payloads) == 1
    assert len(world.batcher.channels) == 2


def test_channel_timed_out__rest_is_not_sent_and_its_blocks_are_posted_again():
    world = new_world(max_payload_size=500, max_in_flight=1)
    post(world, 700)
    world.l1.mine()
    world.account.cut = "before"
    world.step()  # frame 1 does not get out
    assert [frame.number for frame in frames_on_l1(world)] == [0]
    world.l1.mine(51)
    world.node.catch_up()
    with pytest.raises(ResetError, match="has timed out"):
        world.batcher.step()
    assert world.settle()
    assert [frame.number for frame in frames_on_l1(world)] == [0, 0, 1]


def test_channel_dropped_by_derivation__blocks_are_posted_again(world):
    post(world, 50)
    lost = world.l1.pool[0]
    world.l1.pool = [replace(lost, data=lost.data[:-1])]  # a truncated frame, in a transaction that counts
    world.l1.mine(2)
    world.step()
    world.node.catch_up()
    with pytest.raises(ResetError, match="was dropped"):
        world.batcher.step()
    world.batcher.reset()
    assert world.settle()


def test_node_is_slow__nothing_is_taken_for_dropped(world):
    post(world, 50)
    for _ in range(30):
        world.l1.mine()
        world.step()
    assert_derived_without_waste(world)
    assert len(world.payloads) == 1


def test_safe_head_ahead_of_all_that_was_posted__starts_over_from_there(world):
    post(world, 50)
    world.l1.mine()
    world.l2.extend([0, 0])
    world.node.safe_head = world.l2.head
    with pytest.raises(ResetError, match="ahead of"):
        world.batcher.step()


# What L2 does


def test_l2_replaces_blocks_that_were_read__starts_over(world):
    world.l2.extend([50, 50, 50])
    world.step()
    world.l2.replace_after(1, count=3)
    with pytest.raises(ResetError, match="L2 has replaced block 3:"):
        world.batcher.step()
    world.batcher.reset()
    assert_derived_without_waste(world)


def test_l2_loses_its_newest_blocks_for_a_while__they_are_waited_for(world):
    world.l2.extend([50, 50, 50])
    world.step()
    lost = world.l2.chain.pop()
    world.l1.mine()
    with pytest.raises(TemporaryError, match="L2 has lost block 3:"):
        world.batcher.step()
    world.l2.chain.append(lost)
    assert world.batcher.step().progress
    assert_derived_without_waste(world)


def test_l2_changes_between_two_requests__starts_over(world):
    world.l2.extend([50] * 150)
    blocks = world.l2.blocks

    def replaced_in_between(first, last):
        if first > 1:
            world.l2.replace_after(90, count=60)
        return blocks(first, last)

    world.l2.blocks = replaced_in_between
    with pytest.raises(ResetError, match=r"L2 block 101:.* does not follow 100:"):
        world.batcher.step()


def test_safe_head_is_not_on_the_sequencers_chain__starts_over_and_then_waits(world):
    post(world, 50, 50)
    assert world.settle()
    world.l2.extend([50])
    world.step()
    safe = world.node.sync_status().safe_l2
    world.node.safe_head = replace(safe, hash=b"\x0d" * 32)
    with pytest.raises(
        ResetError, match="the node's safe head is 2:0x0d0d0d0d; the sequencer's L2 has block"
    ):
        world.batcher.step()
    world.batcher.reset()
    for _ in range(4):
        world.l1_block()
    with pytest.raises(TemporaryError, match="the node's safe head is 2:0x0d0d0d0d"):
        world.batcher.step()
    assert len(world.payloads) == 1


def test_sequencer_lacks_the_safe_head__is_waited_for(world):
    world.l2.extend([50])
    ahead = world.l2.head
    world.l2.chain.pop()
    world.node.safe_head = ahead
    with pytest.raises(TemporaryError, match="the sequencer's L2 has no block at that height"):
        world.batcher.step()


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


def test_channels__many__the_oldest_are_forgotten(world, monkeypatch):
    world.batcher._past = type(world.batcher._past)(maxlen=3)
    for _ in range(6):
        post(world, 10)
        world.l1_block()
    assert len(world.batcher.channels) <= 4
    firsts = [channel.first.number for channel in world.batcher.channels]
    assert firsts == sorted(firsts)
    assert max(Counter(firsts).values()) == 1
