"""Blocks ahead of L1: where the node takes them from, and what becomes of them when L1 speaks."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.derivation.l1_builder import GENESIS, block, chain
from tests.unit.node.fakes import FakeEngine
from tests.unit.node.world import World, build_on, l1_with

from opcycle.errors import TemporaryError
from opcycle.node.unsafe_chain import BATCH, MAX_POSTED, PostedPayloads
from opcycle.protocol.l2_block import BlockError
from opcycle.protocol.payload import ExecutionEnvelope


def sequencer(directory: Path, count: int, *, l1_length: int = 9) -> FakeEngine:
    """An engine with the `count` blocks that a sequencer would have made; L1 gives the same, once posted."""
    blocks, _ = l1_with({l1_length - 1: count}, length=l1_length)
    world = World(directory, blocks)
    world.start(database="sequencer.db")
    world.settle()
    assert world.engine.number() == count
    return world.engine


@pytest.fixture
def made(tmp_path: Path) -> FakeEngine:
    return sequencer(tmp_path, 30)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Of those 30 blocks L1 has the first 12; L1's head is block 4."""
    return World(tmp_path, l1_with({3: 12}, length=5)[0])


def payloads(engine: FakeEngine, first: int, last: int) -> list[ExecutionEnvelope]:
    return engine.envelopes(first, last)


def heads(world: World) -> tuple[int, int]:
    """Numbers of the unsafe and the safe head, the same in status and engine."""
    status = world.node.status
    assert world.engine.block("latest").ref == status.unsafe_l2
    assert world.engine.number("safe") == status.safe_l2.number
    return status.unsafe_l2.number, status.safe_l2.number


# --- consolidation ------------------------------------------------------------------------------------


def test_step__engine_has_what_l1_gives__is_safe_without_being_built_again(
    world: World, made: FakeEngine
) -> None:
    world.engine.copy(made, last=20)
    world.start()
    world.settle()
    assert heads(world) == (20, 12)
    assert world.engine.calls == ["forkchoice", "forkchoice"]
    assert [read for read in world.engine.reads if "payloads" in read] == ["payloads 1 to 20"]


def test_step__more_than_the_engine_has__the_rest_is_built(world: World, made: FakeEngine) -> None:
    world.engine.copy(made, last=7)
    world.start()
    world.settle()
    assert heads(world) == (12, 12)
    assert world.engine.hashes == made.hashes[:13]
    assert world.engine.calls.count("new payload") == 5


def test_step__many_known_blocks__are_read_in_batches(tmp_path: Path) -> None:
    count = 2 * BATCH + 5
    made = sequencer(tmp_path, count, l1_length=30)
    world = World(tmp_path, l1_with({29: count}, length=30)[0])
    world.engine.copy(made)
    world.start()
    world.settle()
    assert heads(world) == (count, count)
    assert [read for read in world.engine.reads if "payloads" in read] == [
        f"payloads 1 to {BATCH}",
        f"payloads {BATCH + 1} to {2 * BATCH}",
        f"payloads {2 * BATCH + 1} to {count}",
    ]


def test_step__l1_gives_another_block__the_unsafe_chain_is_replaced_from_there_on(
    world: World, made: FakeEngine
) -> None:
    other = FakeEngine()
    other.copy(made, last=8)
    spoilt = replace(other.canonical[5], gas_limit=1)
    world.engine.copy(other)
    envelope = world.engine._envelopes[spoilt.ref.hash]
    world.engine._envelopes[spoilt.ref.hash] = replace(
        envelope, payload=replace(envelope.payload, gas_limit=1)
    )
    world.start()
    did = world.settle()
    lost = f"{spoilt.ref.id} to {made.block(8).ref}"
    assert (
        f"L2 reorg: L1 replaces the unsafe blocks {lost}; "
        "the first has another gas limit: 1, where L1 has 60000000"
    ) in did
    assert heads(world) == (12, 12)
    assert world.engine.calls.count("new payload") == 12 - 4


def test_restart__origins_of_the_newest_blocks_left_l1__unsafe_head_is_the_last_that_stands(
    world: World, made: FakeEngine
) -> None:
    world.engine.copy(made, last=30)  # the origins of blocks 24 to 29 are L1 block 4, that of 30 is block 5
    world.l1.chain = [*world.l1.chain[:4], block(4, branch="b", parent_branch=""), block(5, branch="b")]
    world.start().step()
    assert world.node.status.unsafe_l2 == made.block(23).ref
    assert world.node.status.safe_l2.number == 12


def test_restart__origins_ahead_of_l1__unsafe_head_stays(world: World, made: FakeEngine) -> None:
    world.engine.copy(made, last=30)
    world.start().step()
    assert (world.node.status.head_l1.number, made.block(30).ref.l1_origin.number) == (4, 5)
    assert heads(world) == (30, 12)


# --- posted payloads ----------------------------------------------------------------------------------


def test_post_unsafe__next_block__is_the_unsafe_head_after_the_next_step(
    world: World, made: FakeEngine
) -> None:
    node = world.start()
    world.settle()
    (envelope,) = payloads(made, 13, 13)
    node.post_unsafe(envelope)
    assert heads(world) == (12, 12)
    assert node.step().did == (f"unsafe head {made.block(13).ref}",)
    assert heads(world) == (13, 12)
    assert not node.step().progress


def test_post_unsafe__out_of_order__waits_for_those_before(world: World, made: FakeEngine) -> None:
    node = world.start()
    world.settle()
    first, second, third = payloads(made, 13, 15)
    for envelope, head in ((third, 12), (second, 12), (first, 15)):
        node.post_unsafe(envelope)
        world.settle()
        assert heads(world) == (head, 12)


def test_post_unsafe__then_posted_on_l1__becomes_safe_without_being_built(
    world: World, made: FakeEngine
) -> None:
    node = world.start()
    world.settle()
    for envelope in payloads(made, 13, 20):
        node.post_unsafe(envelope)
    world.settle()
    calls = world.engine.calls.count("get payload")
    world.l1.chain, tip = l1_with({3: 12, 5: 6}, length=6)
    world.settle()
    assert node.status.safe_l2 == tip
    assert heads(world) == (20, 18)
    assert world.engine.calls.count("get payload") == calls


def test_post_unsafe__known_block_or_earlier__changes_nothing(world: World, made: FakeEngine) -> None:
    node = world.start()
    world.settle()
    for envelope in payloads(made, 11, 12):
        node.post_unsafe(envelope)
    assert not node.step().progress
    assert heads(world) == (12, 12)


def test_post_unsafe__engine_refuses_it__said_once_and_another_may_take_its_place(
    world: World, made: FakeEngine
) -> None:
    node = world.start()
    world.settle()
    (good,) = payloads(made, 13, 13)
    bad = replace(good, payload=replace(good.payload, transactions=(*good.payload.transactions, b"\x02bad")))
    world.engine.poison.add(b"\x02bad")
    node.post_unsafe(bad)
    (said,) = node.step().did
    assert said.startswith(f"refused the announced block {good.payload.id}: the engine rejects the block")
    assert not node.step().progress
    node.post_unsafe(good)
    world.settle()
    assert heads(world) == (13, 12)


def test_post_unsafe__no_l2_block__is_refused(world: World, made: FakeEngine) -> None:
    node = world.start()
    world.settle()
    (good,) = payloads(made, 13, 13)
    node.post_unsafe(replace(good, payload=replace(good.payload, transactions=())))
    (said,) = node.step().did
    assert "starts with its L1-attributes deposit" in said
    assert heads(world) == (12, 12)


def test_posted_payloads__too_many_wait__temporary_error(made: FakeEngine) -> None:
    posted = PostedPayloads()
    (envelope,) = payloads(made, 13, 13)
    for number in range(MAX_POSTED):
        payload = replace(envelope.payload, parent_hash=number.to_bytes(32, "big"))
        posted.add(replace(envelope, payload=payload))
    with pytest.raises(TemporaryError, match="wait for earlier ones"):
        posted.add(envelope)
    assert posted.take_after(made.block(13).ref) is None  # all are no later than it, and are dropped
    posted.add(envelope)
    assert posted.take_after(made.block(12).ref) == envelope


# --- a source that is followed ------------------------------------------------------------------------


def test_follow__source_is_ahead_of_l1__unsafe_head_is_the_sources(world: World, made: FakeEngine) -> None:
    world.start(unsafe_source=made)
    world.settle()
    assert heads(world) == (30, 12)
    assert world.engine.calls.count("get payload") == 0
    assert world.engine.calls.count("new payload") == 30


def test_follow__nothing_new__idle(world: World, made: FakeEngine) -> None:
    node = world.start(unsafe_source=made)
    world.settle()
    made.reads.clear()
    assert not node.step().progress
    assert made.reads == []


def test_follow__source_does_not_answer__l1_alone(world: World, made: FakeEngine) -> None:
    def down(first: int, last: int) -> list[ExecutionEnvelope]:
        raise TemporaryError("down")

    made.envelopes = down  # type: ignore[method-assign]
    world.start(unsafe_source=made)
    world.settle()
    assert heads(world) == (12, 12)


@pytest.mark.parametrize("error", [KeyError("number"), TypeError("a list"), BlockError("no block")])
def test_follow__source_serves_something_else__said_once_and_l1_alone(
    world: World, made: FakeEngine, error: Exception
) -> None:
    def other(first: int, last: int) -> list[ExecutionEnvelope]:
        raise error

    made.envelopes = other  # type: ignore[method-assign]
    world.start(unsafe_source=made)
    complaints = [did for did in world.settle() if "serves something else than L2 blocks" in did]
    assert len(complaints) == 1
    assert heads(world) == (12, 12)


def test_follow__source_left_its_branch__its_new_one_from_the_safe_head_on(
    world: World, made: FakeEngine
) -> None:
    source = FakeEngine()
    source.copy(made, last=16)
    node = world.start(unsafe_source=source)
    world.settle()
    assert heads(world) == (16, 12)
    source.canonical = source.canonical[:13]
    build_on(source, 6, transaction=b"\x02a user's")
    world.settle()
    assert node.status.unsafe_l2 == source.block("latest").ref
    assert heads(world) == (18, 12)
    assert source.hashes[13:] != made.hashes[13:19]


def test_follow__source_of_another_chain_than_l1s__l1_alone(world: World) -> None:
    source = FakeEngine()
    build_on(source, 14, transaction=b"\x02a user's")
    world.start(unsafe_source=source)
    world.settle()
    status = world.node.status
    assert (status.unsafe_l2, status.safe_l2.number) == (status.safe_l2, 12)


def test_follow__engine_refuses_a_block__said_once(world: World) -> None:
    source = FakeEngine()
    build_on(source, 1, transaction=b"\x02bad")
    world.l1.chain = chain(2)
    world.engine.poison.add(b"\x02bad")
    world.start(unsafe_source=source)
    refusals = [did for did in world.settle() if did.startswith("refused the announced block 1:")]
    assert len(refusals) == 1
    assert world.node.status.unsafe_l2 == GENESIS
