"""When the batcher starts over, and when it must not: what L1 and L2 do to what was posted."""

from dataclasses import replace

import pytest
from tests.unit.batcher.world import assert_derived_without_waste, frames_on_l1, new_world, post, read

from opcycle.errors import ResetError, TemporaryError


@pytest.fixture
def world():
    return new_world()


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
