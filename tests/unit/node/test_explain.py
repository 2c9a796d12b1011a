"""From a batcher transaction, a channel or an L2 block to everything on its way."""

from pathlib import Path

import pytest
from tests.unit.derivation.l1_builder import (
    CHANNEL,
    CONFIG,
    GENESIS,
    STRANGER,
    batches_on,
    block,
    chain,
    epoch_by_time,
    frames_of,
    payload_of,
    span_of,
    transaction,
)
from tests.unit.node.world import World

from opcycle.derivation.verdicts import Decision, Reason, Subject
from opcycle.node.explain import L2_BLOCK, Branch, explain
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.protocol.types import L1Block

BATCHES, _ = batches_on(GENESIS, 3, epoch_of=epoch_by_time)
FRAMES = frames_of(BATCHES, frame_size=90)
OTHER = b"another channel."


def settled(directory: Path, blocks: list[L1Block], **fields: object) -> World:
    world = World(directory, blocks)
    world.start(**fields)  # type: ignore[arg-type]
    world.settle()
    return world


def two_transactions() -> list[L1Block]:
    """One channel: its first frame in L1 block 2, the others in block 4."""
    return chain(6, {2: [encode_batcher_payload(FRAMES[:1])], 4: [encode_batcher_payload(FRAMES[1:])]})


def shape(branch: Branch) -> tuple[object, ...]:
    """Subjects, identities and decisions of a tree."""
    decisions = [verdict.decision for verdict in branch.verdicts]
    return branch.subject, branch.identity, decisions, [shape(child) for child in branch.children]


def l2_blocks(branch: Branch) -> list[int]:
    """The numbers of all L2 blocks in a tree."""
    own = [int(branch.identity.split()[0])] if branch.subject == L2_BLOCK else []
    return own + [number for child in branch.children for number in l2_blocks(child)]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return settled(tmp_path, two_transactions())


def test_explain__channel__its_transactions_with_their_frames_then_its_batches_with_their_blocks(
    world: World,
) -> None:
    ok, name = [Decision.ACCEPT], CHANNEL.hex()
    assert len(FRAMES) > 2
    first, second = (f"0x{world.l1.chain[number].transactions[0].hash.hex()}" for number in (2, 4))
    frames = [(Subject.FRAME, f"{name}#{frame.number}", ok, []) for frame in FRAMES]
    batches = [
        (
            Subject.BATCH,
            f"{name}[{index}] at time {batch.timestamp}",
            ok,
            [(L2_BLOCK, f"{index + 1} 0x{world.engine.block(index + 1).ref.hash.hex()}", [], [])],
        )
        for index, batch in enumerate(BATCHES)
    ]
    [tree] = explain(world.verdicts, name)
    assert shape(tree) == (
        Subject.CHANNEL,
        name,
        ok,
        [
            (Subject.TRANSACTION, first, ok, frames[:1]),
            (Subject.TRANSACTION, second, ok, frames[1:]),
            *batches,
        ],
    )
    assert tree.children[-1].children[0].detail == f"derived from L1 block {world.l1.chain[4].ref}"


@pytest.mark.parametrize("l1_number", [2, 4])
def test_explain__transaction__the_channel_that_it_has_frames_of(world: World, l1_number: int) -> None:
    name = f"0x{world.l1.chain[l1_number].transactions[0].hash.hex()}"
    assert explain(world.verdicts, name) == explain(world.verdicts, CHANNEL.hex())
    assert explain(world.verdicts, name.upper().replace("X", "x")) == explain(world.verdicts, name)


@pytest.mark.parametrize("number", [1, 3])
def test_explain__l2_block__by_number_or_hash__only_its_own_batch(world: World, number: int) -> None:
    [tree] = explain(world.verdicts, str(number))
    assert l2_blocks(tree) == [number]
    assert [child.subject for child in tree.children].count(Subject.BATCH) == 1
    assert explain(world.verdicts, f"0x{world.engine.block(number).ref.hash.hex()}") == [tree]


@pytest.mark.parametrize("name", ["4", "999999999999999999", "0x" + "00" * 32, "00" * 16])
def test_explain__unknown__nothing(world: World, name: str) -> None:
    assert explain(world.verdicts, name) == []


@pytest.mark.parametrize("name", ["", "-1", "0x1", "1.0", "latest", "ab" * 32, "9" * 19, None, 1])
def test_explain__no_name_of_anything__says_what_is(world: World, name: str) -> None:
    with pytest.raises(ValueError, match=r"neither the hash|named by a string"):
        explain(world.verdicts, name)


def test_explain__dropped_transaction__stands_alone_with_its_reason(tmp_path: Path) -> None:
    strange = transaction(payload_of(BATCHES), sender=STRANGER)
    world = settled(tmp_path, chain(4, {2: [strange]}))
    [tree] = explain(world.verdicts, f"0x{strange.hash.hex()}")
    assert (tree.subject, tree.children) == (Subject.TRANSACTION, ())
    assert [verdict.reason for verdict in tree.verdicts] == [Reason.OTHER_SENDER]


def test_explain__transaction_with_two_channels__a_tree_for_each(tmp_path: Path) -> None:
    frames = [*frames_of(BATCHES[:1]), *frames_of(BATCHES[1:], channel_id=OTHER)]
    world = settled(tmp_path, chain(4, {2: [encode_batcher_payload(frames)]}))
    trees = explain(world.verdicts, f"0x{world.l1.chain[2].transactions[0].hash.hex()}")
    assert [(tree.identity, l2_blocks(tree)) for tree in trees] == [
        (CHANNEL.hex(), [1]),
        (OTHER.hex(), [2, 3]),
    ]


def test_explain__span_batch__its_blocks_below_it(tmp_path: Path) -> None:
    world = settled(tmp_path, chain(5, {3: [payload_of([span_of(BATCHES)])]}))
    [tree] = explain(world.verdicts, CHANNEL.hex())
    batch = tree.children[-1]
    assert [verdict.decision for verdict in batch.verdicts] == [Decision.ACCEPT]
    assert [child.subject for child in batch.children] == [L2_BLOCK] * 3
    assert [v.decision for child in batch.children for v in child.verdicts] == [Decision.ACCEPT] * 3
    [of_second] = explain(world.verdicts, "2")
    assert l2_blocks(of_second) == [2]


def test_explain__batch_that_was_dropped__has_its_reason_and_no_block(tmp_path: Path) -> None:
    world = settled(tmp_path, chain(4, {2: [payload_of(BATCHES[1:])]}))
    [tree] = explain(world.verdicts, CHANNEL.hex())
    [batch] = [child for child in tree.children if child.subject == Subject.BATCH]
    assert [verdict.reason for verdict in batch.verdicts] == [Reason.FUTURE_TIMESTAMP]
    assert l2_blocks(tree) == []


def test_explain__forced_block__derivation_made_it(tmp_path: Path) -> None:
    world = settled(tmp_path, chain(CONFIG.seq_window_size + 3), config=CONFIG)
    [tree] = explain(world.verdicts, "1")
    assert (tree.subject, tree.children) == (L2_BLOCK, ())
    assert [verdict.reason for verdict in tree.verdicts] == [Reason.FORCED_EMPTY]


def test_explain__after_a_restart__the_same(world: World) -> None:
    before = explain(world.verdicts, CHANNEL.hex())
    world.start()
    world.settle()
    assert explain(world.verdicts, CHANNEL.hex()) == before


def test_explain__l1_reorganised__the_blocks_are_those_of_the_new_l1(world: World) -> None:
    moved = block(5, [encode_batcher_payload(FRAMES[1:])], branch="b", parent_branch="b")
    longer = block(6, branch="b", parent_branch="b")
    world.l1.chain[4:] = [block(4, branch="b", parent_branch=""), moved, longer]
    world.settle()
    [tree] = explain(world.verdicts, "3")
    assert tree.children[-1].children[0].detail == f"derived from L1 block {moved.ref}"
    in_blocks = [verdict.inclusion for child in tree.children[:-1] for verdict in child.verdicts]
    assert moved.ref.id in in_blocks
