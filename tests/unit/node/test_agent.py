"""The verifier's step: what it executes, records, calls finalized, and says about itself."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.derivation.l1_builder import (
    CONFIG,
    GENESIS,
    STRANGER,
    batches_on,
    block,
    chain,
    child,
    frames_of,
    payload_of,
    transaction,
)
from tests.unit.node.fakes import l2_block
from tests.unit.node.world import PATIENT, World, l1_with

from opcycle.derivation.verdicts import Decision, Reason, Subject
from opcycle.errors import CriticalError, ResetError, TemporaryError
from opcycle.node.agent import BLOCKS_PER_STEP
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.protocol.rollup import Fork
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.sync_status import UNKNOWN_L1


def users(number: int) -> list[bytes]:
    return [b"\x02transaction of block %d" % number]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Five L1 blocks; twelve L2 blocks are posted in block 3."""
    blocks, _ = l1_with({3: 12}, length=5)
    world = World(tmp_path, blocks)
    world.start()
    return world


# --- deriving and executing ---------------------------------------------------------------------------


def test_step__batches_on_l1__their_blocks_are_the_engines_safe_chain(world: World) -> None:
    _, tip = l1_with({3: 12}, length=5)
    did = world.settle()
    assert world.engine.block("latest").ref == tip
    assert world.engine.number("safe") == 12
    first = world.engine.block(1).ref
    assert did == [
        f"read L1 up to {block(4).ref}",
        f"derived L2 blocks {first} to {tip}, L1 origin {block(2).ref}",
    ]


def test_step__one_block__three_engine_calls_and_one_more_for_the_step(world: World) -> None:
    world.settle()
    per_block = ["forkchoice with attributes", "get payload", "new payload"]
    assert world.engine.calls == ["forkchoice", *per_block * 12, "forkchoice"]
    assert len(world.engine.reads) < 12


def test_step__nothing_new__idle_and_says_what_it_waits_for(world: World) -> None:
    world.settle()
    calls = len(world.engine.calls)
    outcome = world.node.step()
    assert (outcome.progress, outcome.did) == (False, ())
    text = "L1 block 5; empty blocks from L1 block 1002, in 998 blocks"
    assert outcome.waiting_for == world.node.waiting.text == text
    assert len(world.engine.calls) == calls


def test_step__new_l1_block__goes_on_without_looking_back(world: World) -> None:
    world.settle()
    world.l1.reads.clear()
    world.l1.chain, tip = l1_with({3: 12, 5: 6}, length=6)
    world.settle()
    assert world.engine.block("latest").ref == tip
    assert [read for read in world.l1.reads if read.startswith("blocks")] == ["blocks 5 to 5"]


def test_step__more_blocks_than_one_step_makes__the_rest_follow_in_the_next(tmp_path: Path) -> None:
    blocks, tip = l1_with({20: BLOCKS_PER_STEP + 6}, length=22)
    world = World(tmp_path, blocks)
    node = world.start()
    heads = []
    while node.step().progress:
        heads.append(node.status.safe_l2.number)
    assert heads[0] == BLOCKS_PER_STEP
    assert heads[-1] == BLOCKS_PER_STEP + 6
    assert node.status.safe_l2 == tip


def test_step__long_l1__is_read_in_ranges(tmp_path: Path) -> None:
    world = World(tmp_path, chain(150))
    world.start()
    world.settle()
    ranges = [read for read in world.l1.reads if read.startswith("blocks")]
    assert ranges == ["blocks 0 to 0", "blocks 1 to 64", "blocks 65 to 128", "blocks 129 to 149"]


@pytest.mark.parametrize(("confirmations", "is_read"), [(0, True), (1, True), (2, False)])
def test_step__confirmations__a_block_is_read_once_so_many_follow_it(
    tmp_path: Path, confirmations: int, is_read: bool
) -> None:
    blocks, _ = l1_with({3: 12}, length=5)
    world = World(tmp_path, blocks)
    world.start(l1_confirmations=confirmations)
    world.settle()
    assert (world.engine.number() == 12) == is_read
    assert world.node.status.current_l1.number == 4 - confirmations


def test_step__engine_has_another_block__l1_decides(world: World) -> None:
    _, tip = l1_with({3: 12}, length=5)
    other = child(GENESIS, GENESIS.l1_origin, users(1))
    world.engine.adopt([l2_block(other), l2_block(child(other, GENESIS.l1_origin))])
    world.settle()
    assert world.engine.block("latest").ref == tip
    assert other.hash not in world.engine.hashes


def test_step__engine_is_ahead__its_head_stays_and_the_safe_label_follows(tmp_path: Path) -> None:
    blocks, _ = l1_with({3: 12, 4: 6}, length=5)
    ahead = World(tmp_path, blocks)
    ahead.start()
    ahead.settle()
    world = World(tmp_path, l1_with({3: 12}, length=5)[0])
    world.engine.copy(ahead.engine)
    world.start(database="other.db")
    world.settle()
    assert world.node.status.safe_l2.number == world.engine.number("safe") == 12
    assert world.engine.hashes == ahead.engine.hashes
    assert world.engine.number() == 18


# --- what nobody can spoil ----------------------------------------------------------------------------


def test_step__junk_in_the_inbox__judged_and_passed_by(tmp_path: Path) -> None:
    batches, tip = batches_on(GENESIS, 2, transactions=users)
    good = payload_of(batches)
    junk = [
        transaction(good, sender=STRANGER),
        b"",
        b"\x00",
        b"\x07unknown version",
        good[:-1],
        b"\x00" + bytes(range(256)),
    ]
    world = World(tmp_path, chain(4, {1: junk, 2: [good]}))
    world.start()
    world.settle()
    assert world.engine.block("latest").ref == tip
    dropped = [v.reason for v in world.verdicts.newest(100) if v.decision is Decision.DROP]
    assert Counter(dropped) == {
        Reason.OTHER_SENDER: 1,
        Reason.EMPTY_DATA: 1,
        Reason.UNKNOWN_VERSION: 1,
        Reason.MALFORMED_FRAMES: 3,
    }


@pytest.mark.parametrize("refusal", ["unpayable", "poison"])
def test_step__engine_rejects_the_batch__deposits_only_and_the_channel_is_dropped(
    tmp_path: Path, refusal: str
) -> None:
    batches, _ = batches_on(GENESIS, 3, transactions=users)
    world = World(tmp_path, chain(3, {1: [payload_of(batches)]}))
    getattr(world.engine, refusal).add(users(2)[0])
    world.start()
    world.settle()
    assert [block.user_transactions for block in world.engine.canonical] == [(), tuple(users(1)), ()]
    dropped = [v for v in world.verdicts.newest(100) if v.decision is Decision.DROP]
    assert {(v.subject, v.reason) for v in dropped} == {
        (Subject.BATCH, Reason.INVALID_PAYLOAD),
        (Subject.CHANNEL, Reason.INVALIDATED),
    }


@pytest.mark.parametrize("refusal", ["unpayable", "poison"])
def test_step__engine_rejects_the_batch_before_holocene__the_next_one_counts(
    tmp_path: Path, refusal: str
) -> None:
    granite = {fork: 0 for fork in Fork if fork not in (Fork.HOLOCENE, Fork.ISTHMUS, Fork.JOVIAN)}
    batches, _ = batches_on(GENESIS, 2, transactions=users)
    (instead,), _ = batches_on(child(GENESIS, GENESIS.l1_origin, users(1)), 1)
    payloads = [payload_of(batches), payload_of([instead], channel_id=b"another channel.")]
    world = World(tmp_path, chain(3, {1: payloads}))
    getattr(world.engine, refusal).add(users(2)[0])
    world.start(config=replace(PATIENT, fork_times=granite))
    world.settle()
    assert [block.user_transactions for block in world.engine.canonical] == [(), tuple(users(1)), ()]
    dropped = [v for v in world.verdicts.newest(100) if v.decision is Decision.DROP]
    assert {(v.subject, v.reason) for v in dropped} == {(Subject.BATCH, Reason.INVALID_BEFORE_HOLOCENE)}


def test_step__engine_rejects_deposits__stops(world: World) -> None:
    def refuse(name: str) -> None:
        world.engine.poison = {
            tx for _, attributes in world.engine._jobs.values() for tx in attributes.transactions or ()
        }

    world.engine.before_call = refuse
    with pytest.raises(CriticalError, match="do not fit together"):
        world.settle()


def test_step__engine_rejects_its_own_head__stops(world: World) -> None:
    world.settle()
    world.engine.rejects_heads = True
    world.l1.chain, _ = l1_with({3: 12, 5: 6}, length=6)
    with pytest.raises(CriticalError, match="which it had executed itself"):
        world.settle()


# --- finality -----------------------------------------------------------------------------------------


def test_step__l1_finalizes__the_safe_head_as_of_then_is_finalized(tmp_path: Path) -> None:
    blocks, _ = l1_with({3: 12, 5: 6}, length=7)
    world = World(tmp_path, blocks)
    world.start()
    finalized = []
    for number in range(7):
        world.l1.finalized = number
        world.settle()
        assert world.node.status.finalized_l2.number == (world.engine.number("finalized") or 0)
        finalized.append(world.node.status.finalized_l2.number)
    assert finalized == [0, 0, 0, 12, 12, 18, 18]


def test_step__finality_alone__is_told_to_the_engine_at_once(world: World) -> None:
    world.settle()
    calls = len(world.engine.calls)
    world.l1.finalized = 3
    outcome = world.node.step()
    assert outcome.did == (f"finalized L2 block {world.engine.block(12).ref}",)
    assert world.engine.calls[calls:] == ["forkchoice"]
    assert not world.node.step().progress


def test_step__l1_forgets_its_finalized_label__l2_keeps_its_own(world: World) -> None:
    world.l1.finalized = 3
    world.settle()
    for label in (None, 1):
        world.l1.finalized = label
        world.settle()
        assert world.node.status.finalized_l2.number == world.engine.number("finalized") == 12


def test_step__l1_finalized_ahead_of_derivation__only_what_is_derived(tmp_path: Path) -> None:
    blocks, _ = l1_with({20: BLOCKS_PER_STEP + 6}, length=22)
    world = World(tmp_path, blocks)
    node = world.start()
    world.l1.finalized = 21
    node.step()
    assert node.status.finalized_l2.number == node.status.safe_l2.number == BLOCKS_PER_STEP
    world.settle()
    assert node.status.finalized_l2.number == BLOCKS_PER_STEP + 6


def test_step__l1_finalized_another_block_than_it_derived_from__resets(world: World) -> None:
    world.settle()
    world.l1.chain, _ = l1_with({4: 12}, length=5, fork=3)
    world.l1.finalized = 4
    with pytest.raises(ResetError, match="finalized another block than 3:"):
        world.node.step()
    world.node.reset()
    world.settle()
    assert world.node.status.finalized_l2.number == 12
    assert world.safe_db.at(99) == SafeHead(block(4, branch="b").ref.id, world.engine.block(12).ref.id)


# --- L1 reorgs ----------------------------------------------------------------------------------------


def test_step__l1_replaced_the_batches__safe_head_falls_back_and_follows_the_new_branch(
    tmp_path: Path,
) -> None:
    blocks, old_tip = l1_with({3: 6, 5: 6}, length=6)
    world = World(tmp_path, blocks)
    node = world.start()
    world.settle()
    assert node.status.safe_l2 == old_tip
    world.l1.chain, new_tip = l1_with({3: 6, 7: 8}, length=7, fork=4)
    assert new_tip.number == 14
    did = world.settle()
    assert "does not follow" in did[0]
    assert node.status.safe_l2.number == 6
    assert node.status.head_l1 == block(6, branch="b").ref
    assert [entry.safe_head.number for entry in world.safe_db.newest_first()] == [6, 0]
    assert world.engine.number("safe") == 6
    world.l1.chain, _ = l1_with({3: 6, 7: 8}, length=9, fork=4)
    world.settle()
    assert node.status.safe_l2 == new_tip
    assert world.engine.block("latest").ref == new_tip


def test_step__l1_undid_what_it_finalized__stops(world: World) -> None:
    world.l1.finalized = 3
    world.settle()
    world.l1.chain, _ = l1_with({4: 12}, length=6, fork=3)
    with pytest.raises(CriticalError, match="L1 has undone what it had finalized"):
        world.settle()


def test_step__l1_replaced_unread_blocks__nobody_notices(world: World) -> None:
    world.l1.chain = world.l1.chain[:4]
    world.settle()
    world.l1.chain, _ = l1_with({3: 12, 5: 6}, length=6, fork=4)
    assert not any(did.startswith("reset") for did in world.settle())
    assert world.node.status.safe_l2.number == 18


# --- faults that pass ---------------------------------------------------------------------------------


def test_step__l1_is_away__the_same_step_succeeds_later(world: World) -> None:
    world.settle()
    world.l1.chain, tip = l1_with({3: 12, 5: 6}, length=6)
    world.l1.is_down = True
    with pytest.raises(TemporaryError):
        world.node.step()
    assert "no JSON-RPC server answers" in world.node.waiting.text
    assert world.node.status.safe_l2.number == 12
    world.l1.is_down = False
    world.settle()
    assert world.node.status.safe_l2 == tip
    assert world.node.waiting.text == "L1 block 6; empty blocks from L1 block 1003, in 998 blocks"


@pytest.mark.parametrize("derived_before", [0, 12])
def test_step__engine_goes_away_in_the_middle__goes_on_from_what_it_still_has(
    tmp_path: Path, derived_before: int
) -> None:
    blocks, tip = l1_with({4: 12, 6: 12}, length=8)
    world = World(tmp_path, blocks[:6] if derived_before else blocks)
    node = world.start()
    if derived_before:
        world.settle()
        assert node.status.safe_l2.number == derived_before
        world.l1.chain = blocks

    def fail(name: str) -> None:
        if len(world.engine.calls) == 60:
            world.engine.calls.append("failed")
            world.engine.lose(3)
            raise TemporaryError("killed")

    world.engine.before_call = fail
    with pytest.raises(TemporaryError, match="killed"):
        world.settle()
    assert node.waiting.text == "killed"
    world.settle()
    assert world.engine.block("latest").ref == tip
    assert node.status.safe_l2 == tip


# --- what it says before and while it works -----------------------------------------------------------


def test_status__before_the_first_step__temporary_error(world: World) -> None:
    assert world.node.waiting.text == "its first look at L1"
    with pytest.raises(TemporaryError, match="waits for: its first look at L1"):
        _ = world.node.status


def test_status__after_a_step__heads_of_both_chains(world: World) -> None:
    world.l1.safe, world.l1.finalized = 4, 3
    world.settle()
    status = world.node.status
    assert [ref.number for ref in (status.head_l1, status.current_l1, status.safe_l1)] == [4, 4, 4]
    assert status.finalized_l1 == world.l1.chain[3].ref
    assert status.unsafe_l2 == status.safe_l2 == status.finalized_l2 == world.engine.block(12).ref


def test_status__young_l1__unknown_safe_and_finalized_blocks(world: World) -> None:
    world.settle()
    status = world.node.status
    assert status.safe_l1 == status.finalized_l1 == UNKNOWN_L1
    assert status.finalized_l2 == GENESIS


def test_waiting_for__open_channel__names_the_frame_that_lacks(tmp_path: Path) -> None:
    batches, _ = batches_on(GENESIS, 2, transactions=users)
    frames = frames_of(batches, frame_size=60)
    world = World(tmp_path, chain(3, {2: [encode_batcher_payload(frames[:1])]}))
    world.start(config=CONFIG)
    world.settle()
    assert "L1 block 3 with frame 1 of channel" in world.node.waiting.text
