"""The sixth stage before Holocene: batches in any order, spans as a whole, and the switch at Holocene."""

from dataclasses import replace
from random import Random

import pytest
from tests.unit.derivation.l1_builder import (
    CONFIG,
    GENESIS,
    L1_BLOCK_TIME,
    L2_BLOCK_TIME,
    Engine,
    batch,
    batches_on,
    block,
    chain,
    epoch_by_time,
    frames_of,
    payload_of,
    span_of,
)
from tests.unit.protocol.span_samples import legacy

from opcycle.derivation.pipeline import NeedL1Block
from opcycle.derivation.verdicts import Decision, Reason, Subject
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.protocol.rollup import Fork
from opcycle.protocol.types import BlockId

WINDOW = CONFIG.seq_window_size
PER_EPOCH = L1_BLOCK_TIME // L2_BLOCK_TIME
OLD = replace(CONFIG, fork_times=dict.fromkeys(list(Fork)[: list(Fork).index(Fork.HOLOCENE)], 0))
"""Granite is the newest fork."""


def holocene_from(number):
    """Holocene from L1 block `number` on."""
    return replace(OLD, fork_times={**OLD.fork_times, Fork.HOLOCENE: block(number).header.timestamp})


def channel(n):
    return bytes([n]) * 16


def run(payloads, *, length=4, config=OLD):
    return Engine(chain(length, payloads), config=config).run()


def users(number):
    return (legacy(nonce=number),)


def judged(engine, decision):
    return [v.reason for v in engine.verdicts if v.subject is Subject.BATCH and v.decision is decision]


# --- singular batches -------------------------------------------------------------------------------


def test_next__batches_in_any_order__wait_for_their_turn():
    batches, tip = batches_on(GENESIS, 4, transactions=users)
    engine = run({1: [payload_of(batches[::-1])]})
    assert engine.safe_head == tip
    assert judged(engine, Decision.FUTURE) == [Reason.FUTURE_TIMESTAMP] * 3
    assert judged(engine, Decision.ACCEPT) == [Reason.VALID] * 4


def test_next__later_channel_first__its_batches_wait():
    batches, tip = batches_on(GENESIS, 6)
    late = payload_of(batches[3:], channel_id=channel(1))
    engine = run({1: [late], 2: [payload_of(batches[:3], channel_id=channel(2))]})
    assert engine.safe_head == tip
    assert {derived.derived_from.number for derived in engine.derived} == {2}


def test_next__same_in_holocene__the_batches_that_came_too_early_are_lost():
    batches, _ = batches_on(GENESIS, 6)
    late = payload_of(batches[3:], channel_id=channel(1))
    payloads = {1: [late], 2: [payload_of(batches[:3], channel_id=channel(2))]}
    assert run(payloads, config=holocene_from(0)).safe_head.number == 3


def test_next__invalid_batch__is_dropped_and_its_channel_goes_on():
    batches, tip = batches_on(GENESIS, 4)
    wrong = replace(batches[1], parent_hash=bytes(32))
    engine = run({1: [payload_of([batches[0], wrong, *batches[1:]])]})
    assert engine.safe_head == tip
    assert engine.reasons() == [Reason.PARENT_MISMATCH]


def test_next__two_valid_batches__the_first_included_is_the_block_and_the_other_is_past():
    first, second = (batch(GENESIS, transactions=[legacy(nonce=n)]) for n in (1, 2))
    payloads = {1: [payload_of([first], channel_id=channel(1)), payload_of([second], channel_id=channel(2))]}
    engine = run(payloads)
    assert engine.attributes[0].transactions[1:] == first.transactions
    assert engine.reasons() == [Reason.PAST_TIMESTAMP]
    assert judged(engine, Decision.DROP) == [Reason.PAST_TIMESTAMP]


def test_next__batch_of_the_next_epoch_before_its_l1_block__waits_undecided():
    (first,), _ = batches_on(GENESIS, 1, epoch_of=lambda number: 1)
    late_epoch = replace(block(1), header=replace(block(1).header, timestamp=GENESIS.timestamp + 1))
    blocks = [block(0, [payload_of([first])]), late_epoch]
    engine = Engine(blocks, config=OLD)
    assert isinstance(engine.ask(), NeedL1Block)
    engine.run()
    assert engine.safe_head.l1_origin.number == 1
    assert judged(engine, Decision.UNDECIDED) == [Reason.NEXT_ORIGIN_UNKNOWN]


def test_next__batches_before_the_safe_heads_origin__are_past():
    batches, tip = batches_on(GENESIS, 2 * PER_EPOCH, epoch_of=epoch_by_time)
    blocks = chain(5, {1: [payload_of(batches)]})
    safe = replace(tip, l1_origin=BlockId(block(2).header.hash, 2))
    engine = Engine(blocks, config=OLD, safe_head=safe).run()
    assert judged(engine, Decision.PAST) == [Reason.ORIGIN_BEFORE_SAFE] * len(batches)


@pytest.mark.parametrize("seed", range(6))
def test_next__any_order_of_batches_and_channels__the_same_chain(seed):
    batches, tip = batches_on(GENESIS, 8, transactions=users)
    shuffled = Random(seed).sample(batches, 8)
    payloads = [payload_of(shuffled[at : at + 2], channel_id=channel(at)) for at in range(0, 8, 2)]
    assert run({1: payloads[:3], 2: payloads[3:]}).safe_head == tip


@pytest.mark.parametrize("seed", range(6))
def test_next__any_order_of_a_channels_frames__the_same_chain(seed):
    batches, tip = batches_on(GENESIS, 8, transactions=users)
    frames = frames_of(batches, frame_size=80)
    shuffled = [encode_batcher_payload([found]) for found in Random(seed).sample(frames, len(frames))]
    assert len(frames) > 3
    assert run({1: shuffled[:2], 3: shuffled[2:]}).safe_head == tip


# --- empty batches ----------------------------------------------------------------------------------


def test_next__window_passed__empty_batches_fill_the_epoch():
    engine = run({}, length=WINDOW + 1)
    assert engine.safe_head.number == PER_EPOCH - 1
    assert judged(engine, Decision.ACCEPT) == [Reason.FORCED_EMPTY] * (PER_EPOCH - 1)
    assert run({}, length=WINDOW).safe_head == GENESIS


def test_next__batches_in_the_last_block_of_the_window__come_before_empty_ones():
    batches, _ = batches_on(GENESIS, PER_EPOCH - 1, transactions=users)
    junk = payload_of([replace(batches[0], parent_hash=bytes(32))], channel_id=channel(1))
    payloads = [junk, payload_of(batches, channel_id=channel(2))]
    engine = run({WINDOW: payloads}, length=WINDOW + 1)
    assert [a.transactions[1:] for a in engine.attributes] == [b.transactions for b in batches]
    assert run({WINDOW + 1: payloads}, length=WINDOW + 2).attributes[0].transactions[1:] == ()


# --- span batches -----------------------------------------------------------------------------------


def spans(*, count=10, first=0):
    batches, tip = batches_on(GENESIS, count, epoch_of=epoch_by_time, transactions=users)
    return batches[first:], tip


def test_next__span__is_derived_block_by_block():
    batches, tip = spans()
    engine = run({3: [payload_of([span_of(batches)])]})
    assert engine.safe_head == tip
    assert [a.transactions[-1:] for a in engine.attributes] == [b.transactions for b in batches]
    assert engine.reasons() == []


def test_next__span_that_is_early__waits():
    batches, tip = spans()
    late = payload_of([span_of(batches[4:])], channel_id=channel(1))
    engine = run({3: [late, payload_of([span_of(batches[:4])], channel_id=channel(2))]})
    assert engine.safe_head == tip
    assert engine.reasons() == [Reason.FUTURE_TIMESTAMP]


def test_next__span_that_overlaps_the_safe_chain__only_its_new_blocks():
    batches, tip = spans()
    payloads = [payload_of([span_of(batches[:4])]), payload_of([span_of(batches)], channel_id=channel(2))]
    engine = run({3: payloads})
    assert engine.safe_head == tip
    assert engine.asked == [0, 1, 2, 3, 4]


def test_next__early_span_before_one_that_overlaps__each_is_judged_by_itself():
    batches, tip = spans()
    parts = {4: batches[4:], 0: batches[:2], 1: batches[1:4]}
    payloads = [payload_of([span_of(part)], channel_id=channel(first)) for first, part in parts.items()]
    engine = run({3: payloads})
    assert engine.safe_head == tip
    assert [derived.batch.channel_id[0] for derived in engine.derived] == [0, 0, 1, 1, *[4] * 6]
    assert engine.asked == [1, 2]
    assert engine.reasons() == [Reason.FUTURE_TIMESTAMP]


def test_next__span_that_overlaps_other_transactions__is_dropped():
    batches, _ = spans()
    other = [replace(batches[0], transactions=users(99)), *batches[1:]]
    payloads = [payload_of([span_of(batches[:4])]), payload_of([span_of(other)], channel_id=channel(2))]
    engine = run({3: payloads})
    assert engine.safe_head.number == 4
    assert engine.reasons() == [Reason.OVERLAP_TRANSACTIONS]


def test_next__one_invalid_block_of_a_span__drops_it_whole_and_from_holocene_only_the_rest():
    batches, _ = spans()
    too_soon = [replace(b, epoch=batches[-1].epoch) if n > 2 else b for n, b in enumerate(batches)]
    payloads = {3: [payload_of([span_of(too_soon)])]}
    engine = run(payloads)
    assert engine.safe_head == GENESIS
    assert engine.reasons() == [Reason.BEFORE_ORIGIN_TIME]
    assert run(payloads, config=holocene_from(0)).safe_head.number == 3


def test_next__span_with_an_l1_origin_to_come__is_undecided_until_then():
    batches, tip = spans(count=2 * PER_EPOCH)
    engine = run({1: [payload_of([span_of(batches)])]}, length=5)
    assert engine.safe_head == tip
    assert judged(engine, Decision.UNDECIDED) == [Reason.END_ORIGIN_UNKNOWN]
    assert {derived.derived_from.number for derived in engine.derived} == {2}


def test_push_l2__nobody_asked__is_refused():
    engine = run({})
    with pytest.raises(ValueError, match="nobody asked"):
        engine.pipeline.push_l2(engine.l2[0])


# --- Holocene ---------------------------------------------------------------------------------------


def test_next__holocene_begins__what_waits_is_dropped():
    batches, _ = spans(count=6)
    late, early = (payload_of(b, channel_id=channel(n)) for n, b in enumerate((batches[3:], batches[:3])))
    payloads = {1: [late], 3: [early]}
    assert run(payloads, length=5, config=holocene_from(4)).safe_head.number == 6
    engine = run(payloads, length=5, config=holocene_from(3))
    assert engine.safe_head.number == 3
    assert judged(engine, Decision.DROP) == [Reason.HOLOCENE_STARTS_AFRESH] * 3


def test_next__first_channel_of_holocene__may_have_batches_of_epochs_before():
    batches, tip = spans(count=2 * PER_EPOCH)
    engine = run({4: [payload_of(batches)]}, length=6, config=holocene_from(4))
    assert engine.safe_head == tip
    assert engine.derived[0].l1_origin.number == 0
