"""What must hold whatever happens: every L2 block becomes safe, in order; a clean restart costs nothing.

The node is the real pipeline, so "safe" means that derivation has read the very same blocks from L1.
"""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.batcher.world import CONFIRMATIONS, WIDE, World

from opcycle.batcher.options import BatcherOptions, BatchType
from opcycle.protocol.batches import SingularBatch, iter_batches
from opcycle.protocol.channels import Compression, decompress
from opcycle.protocol.frames import parse_frames

options = st.builds(
    BatcherOptions,
    compression=st.sampled_from(Compression),
    batch_type=st.sampled_from(BatchType),
    target_frames=st.integers(1, 6),
    max_payload_size=st.integers(200, 1_500),
    max_channel_duration=st.integers(1, 4),
    max_in_flight=st.integers(2, 12),
    blobs_per_transaction=st.integers(1, 6),
)

# What can happen, as (what, how much). The first four are an ordinary life, restarts included.
l2_blocks = st.tuples(st.just("l2"), st.lists(st.integers(0, 400), min_size=1, max_size=12))
l1_blocks = st.tuples(st.just("l1"), st.integers(1, 5))
congestion = st.tuples(st.just("takes"), st.integers(0, 4))
node_reads = st.tuples(st.just("node"), st.integers(1, 10))
steps = st.tuples(st.just("step"), st.just(1))
restarts = st.tuples(st.just("restart between channels"), st.just(1))
breaks = st.tuples(st.just("cut"), st.sampled_from(["before", "after"]))
ordinary = st.one_of(l2_blocks, l1_blocks, congestion, node_reads, steps, steps, restarts, breaks)

deaths = st.tuples(st.just("restart"), st.just(1))
kills = st.tuples(st.just("kill"), st.integers(1, 5))
lost_pools = st.tuples(st.just("lose pool"), st.just(1))
reorgs = st.tuples(st.just("reorg"), st.integers(1, CONFIRMATIONS - 1))
cruel_reorgs = st.tuples(st.just("cruel reorg"), st.integers(1, CONFIRMATIONS - 1))
disasters = st.one_of(ordinary, ordinary, deaths, kills, lost_pools, reorgs, cruel_reorgs)


def happen(world, what, how_much):
    match what:
        case "l2":
            world.l2.extend(how_much)
        case "l1":
            world.l1.mine(how_much)
        case "takes":
            world.l1.takes = how_much
        case "node":
            world.node.read += how_much
        case "step":
            world.step()
        case "restart between channels":
            if all(channel.is_sent for channel in world.batcher.channels):
                world.restart()
        case "restart":
            world.restart()
        case "cut":
            world.account.cut = how_much
        case "kill":
            world.account.kill_after = how_much
        case "lose pool":
            world.l1.lose_pool()
        case "reorg" | "cruel reorg":
            world.l1.reorg(how_much, loses_transactions=what == "cruel reorg")


def world_after(chosen, joins, events):
    """A world with some room in L1's time, after all events; then it is left in peace until it settles."""
    world = World(chosen, joins=joins)
    world.l1.mine(20)
    world.node.catch_up()
    for event in events:
        happen(world, *event)
    world.account.cut, world.account.kill_after, world.l1.takes = "", None, 100
    assert world.settle(blocks=120)
    return world


def block_times_on_l1(world):
    """Of every L2 block in every channel that is complete on L1, as often as it is there."""
    channels = {}
    for payload in world.payloads:
        for frame in parse_frames(payload):
            channels.setdefault(frame.channel_id, []).append(frame)
    for frames in channels.values():
        if frames[-1].is_last:
            compressed = b"".join(frame.data for frame in frames)
            for batch in iter_batches(decompress(compressed, limit=10**7, allow_brotli=True)):
                yield from times_in(batch)


def times_in(batch):
    if isinstance(batch, SingularBatch):
        return [batch.timestamp]
    first = WIDE.genesis_time + batch.rel_timestamp
    return [first + index * WIDE.block_time for index in range(len(batch.tx_counts))]


@given(options, st.booleans(), st.lists(ordinary, max_size=40))
@settings(deadline=None, max_examples=300)
def test_ordinary_life__everything_becomes_safe_and_nothing_is_posted_twice(chosen, joins, events):
    world = world_after(chosen, joins, events)
    assert list(block_times_on_l1(world)) == [block.ref.timestamp for block in world.l2.chain[1:]]
    assert set(Counter(world.payloads).values()) <= {1}
    assert world.node.reasons() == []


@given(options, st.booleans(), st.lists(disasters, max_size=40))
@settings(deadline=None, max_examples=300)
def test_disasters__everything_becomes_safe_all_the_same(chosen, joins, events):
    world = world_after(chosen, joins, events)
    assert world.node.sync_status().safe_l2 == world.l2.head
    assert len(world.l1.pool) == 0
