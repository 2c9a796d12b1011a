"""A sequencer that L1 has overruled: it leaves its own branch and goes on from the node's."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.derivation.l1_builder import CONFIG, block, chain
from tests.unit.node.fakes import FakeEngine
from tests.unit.node.world import build_on
from tests.unit.sequencer.test_agent import World
from tests.unit.sequencer.test_labels import Node

from opcycle.errors import CriticalError, TemporaryError, UserError
from opcycle.protocol.payload import ExecutionEnvelope
from opcycle.protocol.types import L2BlockRef
from opcycle.sequencer.safe_chain import BATCH

FORK = 5


@pytest.fixture
def world(tmp_path: Path) -> World:
    """The sequencer's head is block 12, due is block 13."""
    world = World(tmp_path)
    world.run_until(12)
    world.clock.time += 2
    return world


@pytest.fixture
def theirs(world: World) -> FakeEngine:
    """The node's engine: another chain from block 6 on, up to block 15."""
    engine = FakeEngine()
    engine.copy(world.engine, last=FORK)
    build_on(engine, 10, transaction=b"\x02 that L1 has")
    return engine


def overruled(world: World, theirs: FakeEngine, number: int) -> Node:
    """The node's safe head is its block `number`; the sequencer is started anew."""
    node = Node(theirs.block(number).ref, theirs.block(0).ref)
    world.start(node=node, node_l2=theirs)
    return node


def refs(engine: FakeEngine) -> list[L2BlockRef]:
    return [found.ref for found in engine.canonical]


@pytest.mark.parametrize("safe", [FORK + 1, 9, 12, 13, 15])
def test_step__node_has_another_safe_chain__sequencer_leaves_its_own(
    world: World, theirs: FakeEngine, safe: int
) -> None:
    lost = world.engine.block(12).ref
    overruled(world, theirs, safe)
    (said,) = world.sequencer.step().did
    assert said == (
        f"L2 REORG: L1 gives other blocks than this sequencer made; its own {FORK + 1} to {lost.id} "
        "are LOST, their transactions return to the pool; "
        f"took L2 blocks {theirs.block(FORK + 1).ref.id} to {theirs.block(safe).ref.id} from the node"
    )
    assert refs(world.engine) == refs(theirs)[: safe + 1]


def test_step__after_it_left_its_chain__goes_on_from_the_nodes(world: World, theirs: FakeEngine) -> None:
    overruled(world, theirs, 9)
    world.run_until(20)
    assert refs(world.engine)[:10] == refs(theirs)[:10]
    assert world.engine.number() == 20
    assert world.engine.block(10).ref.parent_hash == theirs.block(9).ref.hash
    assert world.engine.number("safe") == 9


@pytest.mark.parametrize("safe", [0, FORK, 12])
def test_step__safe_head_is_ours__nothing_is_undone(world: World, safe: int) -> None:
    overruled(world, world.engine, safe)
    (said,) = world.sequencer.step().did
    assert said.startswith("L2 block 13:")


def test_step__only_behind__takes_the_nodes_blocks_and_loses_none(world: World) -> None:
    ahead = FakeEngine()
    ahead.copy(world.engine)
    build_on(ahead, 3, transaction=b"\x02 that L1 has")
    overruled(world, ahead, 15)
    (said,) = world.sequencer.step().did
    assert said == f"took L2 blocks {ahead.block(13).ref.id} to {ahead.block(15).ref.id} from the node"
    assert refs(world.engine) == refs(ahead)


def test_step__engine_that_knows_only_the_genesis__takes_all_in_steps(world: World) -> None:
    whole = FakeEngine()
    build_on(whole, 2 * BATCH + 5, transaction=b"\x02 that L1 has")
    world.engine = FakeEngine()
    world.clock.time = CONFIG.timestamp_of(whole.number() + 1)
    overruled(world, whole, 2 * BATCH + 5)
    heads = []
    for _ in range(3):
        world.sequencer.step()
        heads.append(world.engine.number())
    assert heads == [BATCH, 2 * BATCH, 2 * BATCH + 5]
    assert refs(world.engine) == refs(whole)


def test_step__node_has_not_noticed_a_reorg_of_l1__is_not_followed(world: World, theirs: FakeEngine) -> None:
    world.l1.chain = chain(3) + [
        block(n, branch="b", parent_branch="" if n == 3 else "b") for n in range(3, 10)
    ]
    stale = replace(theirs.block(15).ref, l1_origin=block(3).ref.id)
    world.start(node=Node(stale, theirs.block(0).ref), node_l2=theirs)
    (said,) = world.sequencer.step().did
    assert said.startswith("L2 block 13:")


def test_step__nobody_to_take_the_blocks_from__user_error(world: World, theirs: FakeEngine) -> None:
    world.start(node=Node(theirs.block(15).ref, theirs.block(0).ref))
    with pytest.raises(UserError, match=f"L1 gave the L2 block {theirs.block(15).ref}.*--node-l2"):
        world.sequencer.step()
    assert world.engine.number() == 12


def test_step__nodes_chain_changes_while_it_is_read__nothing_is_taken(
    world: World, theirs: FakeEngine
) -> None:
    node = overruled(world, theirs, 15)
    node.safe = replace(node.safe, hash=b"\x66" * 32)
    before = refs(world.engine)
    with pytest.raises(TemporaryError, match="the node's chain changed while its blocks after 5:"):
        world.sequencer.step()
    assert refs(world.engine) == before


def test_step__blocks_that_do_not_follow_each_other__nothing_is_taken(
    world: World, theirs: FakeEngine
) -> None:
    overruled(world, theirs, 15)
    read = theirs.envelopes

    def with_a_gap(first: int, last: int) -> list[ExecutionEnvelope]:
        return [envelope for envelope in read(first, last) if envelope.payload.number != 8]

    theirs.envelopes = with_a_gap  # type: ignore[method-assign]
    with pytest.raises(TemporaryError, match="the node's chain changed"):
        world.sequencer.step()


def test_step__engine_rejects_the_nodes_block__stops(world: World, theirs: FakeEngine) -> None:
    world.engine.poison.add(b"\x02 that L1 has")
    overruled(world, theirs, 15)
    with pytest.raises(CriticalError, match=r"rejects L2 block 6:.* which the node's engine has"):
        world.sequencer.step()


def test_restart__killed_after_it_left_its_chain__stays_on_the_nodes(
    world: World, theirs: FakeEngine
) -> None:
    node = overruled(world, theirs, 15)
    world.sequencer.step()
    world.engine.lose(7)
    world.start(node=node, node_l2=FakeEngine())  # the journal has the blocks
    world.run_until(16)
    assert refs(world.engine)[:16] == refs(theirs)
    assert world.engine.number() == 16
