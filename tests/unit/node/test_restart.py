"""The verifier started again: with its database or without, on an engine that kept or lost its blocks."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.derivation.l1_builder import (
    CONFIG,
    GENESIS,
    batches_on,
    block,
    chain,
    child,
    epoch_by_time,
    frames_of,
    payload_of,
)
from tests.unit.node.fakes import FakeEngine, l2_block
from tests.unit.node.world import PATIENT, World, l1_with

from opcycle.derivation.chain_spec import first_l1_number
from opcycle.derivation.verdicts import Decision
from opcycle.errors import CriticalError, TemporaryError, UserError
from opcycle.node.agent import BLOCKS_PER_STEP
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.types import BlockId, L1Block

FIRST_L1 = block(0).ref.id


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A node that has derived 18 blocks from L1 blocks 3 and 5 and called 12 of them finalized."""
    blocks, _ = l1_with({3: 12, 5: 6}, length=7)
    world = World(tmp_path, blocks)
    world.start()
    world.l1.finalized = 4
    world.settle()
    world.engine.calls.clear()
    return world


def executed(world: World) -> int:
    return world.engine.calls.count("new payload")


def derived(did: list[str]) -> list[str]:
    return [line for line in did if line.startswith("derived")]


# --- with its database --------------------------------------------------------------------------------


def test_restart__database_and_engine_kept__same_heads_and_nothing_executed_again(world: World) -> None:
    before = world.node.status
    world.start()
    world.settle()
    assert world.node.status == before
    assert executed(world) == 0


def test_restart__first_status__is_the_one_of_before(world: World) -> None:
    before = world.node.status
    world.start().step()
    after = world.node.status
    assert (after.safe_l2, after.finalized_l2) == (before.safe_l2, before.finalized_l2)


@pytest.mark.parametrize(("lost", "again"), [(1, 1), (6, 6), (8, 8)])
def test_restart__engine_lost_blocks__they_are_derived_again(world: World, lost: int, again: int) -> None:
    hashes = world.engine.hashes
    world.engine.lose(lost)
    world.start()
    world.settle()
    assert world.engine.hashes == hashes
    assert executed(world) == again
    assert world.engine.number("safe") == 18


def test_restart__engine_emptied__everything_is_derived_again(world: World) -> None:
    hashes, heads = world.engine.hashes, world.node.status
    world.engine = FakeEngine()
    world.start()
    world.settle()
    assert world.engine.hashes == hashes
    assert world.node.status == heads
    assert executed(world) == 18


def test_restart__killed_while_one_l1_block_gave_many__goes_on_from_what_was_finalized(
    tmp_path: Path,
) -> None:
    """The only record of the L1 block names a block that the engine has lost; an earlier one is finalized."""
    blocks, tip = l1_with({3: 6, 40: 2 * BLOCKS_PER_STEP}, length=42)
    world = World(tmp_path, blocks)
    node = world.start()
    world.l1.finalized = 40
    node.step()
    world.l1.finalized = None
    world.settle()
    assert (node.status.finalized_l2.number, node.status.safe_l2) == (BLOCKS_PER_STEP, tip)
    world.engine.lose(10)
    world.engine.calls.clear()
    world.start()
    did = world.settle()
    assert world.node.status.safe_l2 == world.engine.block("latest").ref == tip
    assert derived(did)[0].startswith(f"derived L2 blocks {BLOCKS_PER_STEP + 1}:")
    assert executed(world) == 10


def test_restart__l1_reorged_meanwhile__goes_on_from_the_last_block_that_it_vouches_for(world: World) -> None:
    world.l1.chain, tip = l1_with({3: 12, 6: 6}, length=8, fork=5)
    world.start()
    world.settle()
    assert world.node.status.safe_l2 == tip
    assert list(world.safe_db.newest_first()) == [
        SafeHead(block(6, branch="b").ref.id, tip.id),
        SafeHead(block(3).ref.id, world.engine.block(12).ref.id),
        SafeHead(FIRST_L1, GENESIS.id),
    ]


def test_restart__first_status__has_read_l1_up_to_where_the_safe_head_came_from(tmp_path: Path) -> None:
    """However many ranges that takes."""
    blocks, tip = l1_with({3: 12, 150: 6}, length=153)
    world = World(tmp_path, blocks)
    world.start()
    world.settle()
    for length, read_up_to in ((151, 150), (153, 152)):
        world.l1.chain = blocks[:length]
        world.start().step()
        status = world.node.status
        assert (status.safe_l2, status.current_l1) == (tip, blocks[read_up_to].ref)


def test_restart__empty_database__first_status_has_read_l1_up_to_the_finalized_blocks_origin(
    world: World,
) -> None:
    world.l1.chain = world.l1.chain[:3]
    world.l1.finalized = None
    world.start(database="new.db").step()
    status = world.node.status
    assert (status.safe_l2.number, status.safe_l2.l1_origin.number) == (12, 2)
    assert status.current_l1.number == 2


def swap_at_first_range(world: World, blocks: list[L1Block]) -> None:
    """L1 reorganises between a restart's look at it and the reading."""

    def swap(what: str) -> None:
        if what.startswith("blocks 1"):
            world.l1.chain = blocks

    world.l1.before_read = swap


@pytest.mark.parametrize(("fork", "is_reset"), [(5, True), (6, False)])
def test_restart__l1_reorgs_while_it_is_read_again__noticed_where_the_safe_head_rests(
    world: World, fork: int, is_reset: bool
) -> None:
    blocks, tip = l1_with({3: 12, 6: 6} if is_reset else {3: 12, 5: 6}, length=8, fork=fork)
    world.start()
    swap_at_first_range(world, blocks)
    did = world.settle()
    resets = [
        line for line in did if line.startswith("reset: L1 reorganised: the safe head rests on block 5:")
    ]
    assert len(resets) == is_reset
    assert world.node.status.safe_l2 == tip
    assert world.safe_db.at(99) == SafeHead(blocks[6 if is_reset else 5].ref.id, tip.id)


def test_restart__reorged_l1_gives_the_next_block_earlier__resets(tmp_path: Path) -> None:
    world = World(tmp_path, l1_with({3: 12, 150: 6}, length=153)[0])
    world.start()
    world.settle()
    other, tip = l1_with({3: 12, 30: 6, 40: 6}, length=155, fork=20)
    world.start()
    swap_at_first_range(world, other)
    (reset,) = [line for line in world.settle() if line.startswith("reset")]
    assert "rests on block 150:" in reset
    assert f"the block after it in {other[40].ref}" in reset
    assert world.node.status.safe_l2 == tip
    assert [entry.l1_block.number for entry in world.safe_db.newest_first()] == [40, 30, 3, 0]


def test_restart__l1_undid_finality_meanwhile__stops(world: World) -> None:
    world.l1.chain, _ = l1_with({4: 12}, length=8, fork=3)
    world.start()
    with pytest.raises(CriticalError, match="L1 has undone what it had finalized"):
        world.settle()


def test_restart__l1_not_that_far_yet__waits_for_it(world: World) -> None:
    whole = world.l1.chain
    world.l1.chain, world.l1.finalized = whole[:3], 2
    world.start()
    for _ in range(2):
        with pytest.raises(TemporaryError, match="L1 is at block 2 and was at 3:"):
            world.node.step()
    world.l1.chain = whole
    world.settle()
    assert world.node.status.safe_l2.number == 18


def test_restart__frames_whose_first_is_not_read_again__keep_the_verdict_that_they_had(
    tmp_path: Path,
) -> None:
    early, parent = batches_on(GENESIS, 36, epoch_of=epoch_by_time)
    late, tip = batches_on(parent, 6 * 58 - 36, epoch_of=epoch_by_time)
    frames = frames_of(early, frame_size=800)
    assert len(frames) > 1
    posted = {
        7: [encode_batcher_payload(frames[:1])],
        9: [encode_batcher_payload(frames[1:])],
        59: [payload_of(late, channel_id=b"another channel.")],
    }
    world = World(tmp_path, chain(65, posted))
    world.start()
    world.settle()
    assert world.engine.block("latest").ref == tip
    assert first_l1_number(PATIENT, tip) == 8
    first_life = world.verdicts.newest(1000)
    world.start()
    world.settle()
    assert world.verdicts.newest(1000) == first_life
    assert {verdict.decision for verdict in first_life} == {Decision.ACCEPT}


# --- without its database -----------------------------------------------------------------------------


def test_restart__empty_database__goes_on_from_the_finalized_block(world: World) -> None:
    before = world.node.status
    world.start(database="new.db")
    (did,) = derived(world.settle())
    assert world.node.status == before
    assert did.startswith("derived L2 blocks 13:")
    assert executed(world) == 0  # the engine has the same blocks
    assert [entry.safe_head.number for entry in world.safe_db.newest_first()] == [18]


def test_restart__empty_database_and_nothing_finalized__starts_from_the_genesis(world: World) -> None:
    world.engine.labels.clear()
    world.start(database="new.db")
    (did,) = derived(world.settle())
    assert did.startswith("derived L2 blocks 1:")
    assert executed(world) == 0
    assert [entry.safe_head.number for entry in world.safe_db.newest_first()] == [18, 12, 0]


def test_restart__database_older_than_the_engine__goes_on_from_the_finalized_block(
    world: World, tmp_path: Path
) -> None:
    young = World(tmp_path, l1_with({3: 6}, length=4)[0])
    young.start(database="old.db")
    young.settle()
    world.start(database="old.db")
    (did,) = derived(world.settle())
    assert world.node.status.safe_l2.number == 18
    assert did.startswith("derived L2 blocks 13:")


def test_restart__empty_database_and_the_finalized_blocks_origin_is_gone__stops(world: World) -> None:
    world.l1.chain = chain(2) + [
        block(n, branch="b", parent_branch="" if n == 2 else None) for n in range(2, 8)
    ]
    world.start(database="new.db")
    with pytest.raises(CriticalError, match="on which the finalized L2 block 12:"):
        world.node.step()


def test_restart__empty_database_and_l1_is_not_that_far__waits_for_it(world: World) -> None:
    world.l1.chain, world.l1.finalized = world.l1.chain[:2], None
    world.start(database="new.db")
    with pytest.raises(TemporaryError, match="L1 is at block 1:"):
        world.node.step()


# --- of another chain ---------------------------------------------------------------------------------


def test_start__engine_of_another_chain__user_error(world: World) -> None:
    other = replace(GENESIS, hash=b"\x66" * 32)
    world.engine = FakeEngine(l2_block(other))
    world.start()
    with pytest.raises(UserError, match="starts from block 0x6666"):
        world.node.step()


@pytest.mark.parametrize("number", [0, 99])
def test_start__l1_of_another_chain__user_error(world: World, number: int) -> None:
    """Another block in its place, or none."""
    other = replace(PATIENT, genesis_l1=BlockId(b"\x66" * 32, number))
    world.start(config=other, database="new.db")
    with pytest.raises(UserError, match=f"this L1 has no block {number}:0x66666666"):
        world.node.step()


def test_start__engine_finalized_a_chain_that_l1_never_gave__stops(world: World) -> None:
    parent = GENESIS
    blocks = []
    for number in range(1, 15):
        parent = child(parent, GENESIS.l1_origin, [b"\x02 %d" % number])
        blocks.append(l2_block(parent))
    world.engine = FakeEngine()
    world.engine.adopt(blocks)
    world.engine.labels["finalized"] = blocks[-1].ref.hash
    world.start()
    with pytest.raises(CriticalError, match="belong to different chains"):
        world.node.step()


def test_start__rollup_later_than_its_l1__genesis_is_safe_from_the_first_l1_block_on(tmp_path: Path) -> None:
    """As op-node has it: a dispute may start from an L1 block before the rollup's own."""
    late = replace(PATIENT, genesis_l1=block(2).ref.id)
    genesis = replace(GENESIS, l1_origin=late.genesis_l1)
    world = World(tmp_path, chain(4))
    world.engine = FakeEngine(l2_block(genesis))
    world.start(config=late)
    world.settle()
    assert world.safe_db.at(0) == SafeHead(FIRST_L1, CONFIG.genesis_l2)
