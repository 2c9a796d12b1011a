"""Why the safe head stands where it is: every reason that derivation has, and what is not one."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import (
    CHANNEL,
    CONFIG,
    GENESIS,
    STRANGER,
    Engine,
    batch,
    batches_on,
    block,
    chain,
    child,
    epoch_by_time,
    frames_of,
    payload_of,
    span_of,
    transaction,
)
from tests.unit.derivation.test_batch_queue import OLD

from opcycle.derivation.channel_assembler import OpenChannel
from opcycle.derivation.verdicts import Reason
from opcycle.derivation.waiting import WaitReason
from opcycle.protocol.alt_da import AltDAConfig, Commitment, CommitmentType
from opcycle.protocol.frames import encode_batcher_payload

BATCHES, _ = batches_on(GENESIS, 3)
FRAMES = frames_of(BATCHES, frame_size=60)
WRONG = batch(GENESIS, parent_hash=b"\x01" * 32)
ORPHAN_FRAME = encode_batcher_payload(FRAMES[1:2])


def waiting(payloads=None, *, length=3, **fields):
    return Engine(chain(length, payloads), **fields).run().pipeline.waiting_for()


def test_reason__nothing_on_l1__no_batch():
    found = waiting()
    assert (found.reason, found.channel, found.obstacle) == (WaitReason.NO_BATCH, None, None)
    assert str(found) == "L1 block 3; empty blocks from L1 block 10, in 8 blocks"


def test_reason__everything_derived__no_batch():
    assert waiting({1: [payload_of(BATCHES)]}).reason is WaitReason.NO_BATCH


def test_reason__open_channel__missing_frame():
    assert len(FRAMES) > 2
    found = waiting({1: [encode_batcher_payload(FRAMES[:2])]})
    assert found.reason is WaitReason.MISSING_FRAME
    assert found.channel == OpenChannel(CHANNEL, next_frame=2, opened=1, last_chance=51)
    assert str(found) == (
        f"L1 block 3 with frame 2 of channel {CHANNEL.hex()} (open since block 1, until block 51); "
        "empty blocks from L1 block 10, in 8 blocks"
    )


def test_reason__batch_on_another_parent__dropped_and_why():
    found = waiting({1: [payload_of([WRONG])]})
    assert (found.reason, found.obstacle.reason) == (WaitReason.DROPPED, Reason.PARENT_MISMATCH)
    assert "; the last verdict was L1 1:" in str(found)
    assert str(Reason.PARENT_MISMATCH) in str(found)


def test_reason__frame_without_the_first__dropped_and_why():
    found = waiting({1: [ORPHAN_FRAME]})
    assert (found.reason, found.obstacle.reason) == (WaitReason.DROPPED, Reason.FRAME_WITHOUT_FIRST)


def test_reason__batch_accepted_after_a_drop__the_drop_is_over():
    found = waiting({1: [payload_of([WRONG])], 2: [payload_of(BATCHES)]})
    assert (found.reason, found.obstacle) == (WaitReason.NO_BATCH, None)


@pytest.mark.parametrize("is_served", [False, True])
def test_reason__commitment_whose_data_nobody_serves__missing_data(is_served):
    data = payload_of(BATCHES[:1])
    alt_da = AltDAConfig(CommitmentType.KECCAK, 5, 5, challenge_contract=b"\x01" * 20)
    engine = Engine(
        chain(2, {1: [Commitment.keccak_of(data).payload]}), config=replace(CONFIG, alt_da=alt_da)
    )
    engine.pipeline.next(GENESIS, engine.system_config)
    engine.pipeline.push(engine.blocks[1])
    need = engine.pipeline.next(GENESIS, engine.system_config)
    engine.pipeline.push_da_input(need.commitment, data if is_served else None)
    engine.run()
    found = engine.pipeline.waiting_for()
    assert found.reason is (WaitReason.NO_BATCH if is_served else WaitReason.MISSING_DATA)
    assert ("the DA server does not have" in str(found)) is not is_served


def test_reason__new_channel_after_a_drop__its_missing_frame():
    found = waiting({1: [payload_of([WRONG])], 2: [encode_batcher_payload(FRAMES[:2])]})
    assert found.reason is WaitReason.MISSING_FRAME
    assert found.obstacle.reason is Reason.PARENT_MISMATCH


def test_reason__what_strangers_send__is_none():
    assert waiting({1: [transaction(b"\x00junk", sender=STRANGER)]}).obstacle is None


def test_reason__past_batch__is_none():
    found = waiting({1: [payload_of(BATCHES)], 2: [payload_of(BATCHES, channel_id=b"x" * 16)]})
    assert (found.reason, found.obstacle) == (WaitReason.NO_BATCH, None)


def test_reason__span_into_an_l1_block_to_come__next_origin():
    batches, _ = batches_on(GENESIS, 14, epoch_of=epoch_by_time)
    assert batches[-1].epoch.number == 2
    found = waiting({1: [payload_of([span_of(batches)])]}, length=2)
    assert (found.reason, found.obstacle.reason) == (WaitReason.NEXT_ORIGIN, Reason.END_ORIGIN_UNKNOWN)
    assert found.l1_number == 2


def test_reason__that_l1_block_has_come__no_batch():
    batches, _ = batches_on(GENESIS, 14, epoch_of=epoch_by_time)
    assert waiting({1: [payload_of([span_of(batches)])]}, length=3).reason is WaitReason.NO_BATCH


def test_reason__before_holocene_a_gap__earlier_batch():
    found = waiting({1: [payload_of(BATCHES[1:])]}, config=OLD)
    assert found.reason is WaitReason.EARLIER_BATCH


def test_reason__before_holocene_the_gap_filled__no_batch():
    late = payload_of(BATCHES[:1], channel_id=b"x" * 16)
    assert waiting({1: [payload_of(BATCHES[1:])], 2: [late]}, config=OLD).reason is WaitReason.NO_BATCH


@pytest.mark.parametrize(("length", "reason"), [(3, WaitReason.SAFE_ORIGIN), (4, WaitReason.NO_BATCH)])
def test_reason__l1_before_the_safe_heads_origin__safe_origin(length, reason):
    safe_head = child(GENESIS, block(3).header.id)
    assert waiting(length=length, safe_head=safe_head).reason is reason


@pytest.mark.parametrize(("included", "counts"), [(3, False), (4, True)])
def test_obstacle__up_to_the_safe_heads_origin__is_none(included, counts):
    safe_head = child(GENESIS, block(3).header.id)
    found = waiting({included: [ORPHAN_FRAME]}, length=5, safe_head=safe_head)
    assert (found.obstacle is not None) is counts


def test_obstacle__after_a_reset__is_none():
    engine = Engine(chain(3, {1: [payload_of([WRONG])]})).run()
    assert engine.pipeline.waiting_for().obstacle is not None
    engine.pipeline.reset(
        origin_block=engine.blocks[0], system_config=engine.system_config, safe_head=GENESIS
    )
    assert engine.pipeline.waiting_for().obstacle is None


@pytest.mark.parametrize(("length", "left"), [(3, 8), (CONFIG.seq_window_size, 1)])
def test_blocks_to_window_end__counts_down(length, left):
    assert waiting(length=length).blocks_to_window_end == left


def test_blocks_to_window_end__window_over__starts_anew():
    found = waiting(length=CONFIG.seq_window_size + 1)
    assert found.safe_head.number > 0
    assert found.blocks_to_window_end == 1
