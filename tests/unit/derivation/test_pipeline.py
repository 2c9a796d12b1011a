"""The pipeline as a node uses it."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import (
    BATCHER,
    CONFIG,
    GENESIS,
    GENESIS_CONFIG,
    OTHER_BATCHER,
    STRANGER,
    Engine,
    batches_on,
    block,
    chain,
    child,
    deposit_log,
    epoch_by_time,
    frames_of,
    l1_hash,
    new_batcher,
    new_gas_limit,
    payload_of,
    transaction,
)

from opcycle.derivation.chain_spec import first_l1_number
from opcycle.derivation.pipeline import NeedL1Block
from opcycle.derivation.verdicts import Decision, Reason, Subject
from opcycle.errors import CriticalError, ResetError
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.protocol.rollup import Fork
from opcycle.protocol.types import BlockId

OTHER = b"other channel id"


def users(number):
    return [b"\x02transaction of block %d" % number]


def long_chain(length=130, every=6):
    """L1 with a channel of `every` blocks' batches in each `every`-th block, split over two blocks."""
    batches, tip = batches_on(GENESIS, (length - every - 2) * 6, epoch_of=epoch_by_time, transactions=users)
    payloads = {}
    per_channel = every * 6
    for start in range(0, len(batches), per_channel):
        part = batches[start : start + per_channel]
        number = epoch_by_time(start + len(part)) + 1
        frames = frames_of(part, channel_id=start.to_bytes(16, "big"), frame_size=400)
        half = len(frames) // 2
        payloads.setdefault(number, []).append(encode_batcher_payload(frames[:half]))
        payloads.setdefault(number + 1, []).append(encode_batcher_payload(frames[half:]))
    return chain(length, payloads), tip


# --- asking and pushing -------------------------------------------------------------------------------


def test_next__nothing_pushed__names_the_block_it_needs():
    engine = Engine(chain(3))
    assert engine.ask() == NeedL1Block(1)
    assert engine.ask() == NeedL1Block(1)
    engine.pipeline.push(engine.blocks[1])
    assert engine.ask() == NeedL1Block(2)
    assert engine.pipeline.origin == engine.blocks[1].ref


def test_next__asked_again_before_the_block_is_built__answers_the_same():
    batches, tip = batches_on(GENESIS, 3, transactions=users)
    engine = Engine(chain(3, {1: [payload_of(batches)]}))
    first = engine.step()
    assert engine.step() is first
    engine.adopt(first)
    assert engine.step() is not first
    assert engine.run().safe_head == tip


def test_next__blocks_pushed_far_ahead__derives_the_same():
    blocks, tip = long_chain()
    lazy, eager = Engine(blocks), Engine(blocks)
    for item in blocks[1:]:
        eager.pipeline.push(item)
    assert lazy.run().derived == eager.run().derived
    assert lazy.verdicts == eager.verdicts
    assert lazy.safe_head == tip


def test_push__reorged_block__resets():
    engine = Engine(chain(3)).run()
    with pytest.raises(ResetError):
        engine.pipeline.push(block(3, branch="b"))


def test_derived__new_epoch__has_origin_sequence_number_and_source():
    batches, _ = batches_on(GENESIS, 8, epoch_of=epoch_by_time, transactions=users)
    engine = Engine(chain(5, {3: [payload_of(batches)]})).run()
    last = engine.derived[-1]
    assert (last.l1_origin, last.sequence_number) == (BlockId(l1_hash(1), 1), 2)
    assert last.derived_from == block(3).ref
    assert last.attributes.transactions[1:] == tuple(users(8))


def test_next__config_update_in_an_epoch__holds_from_its_first_block_on():
    batches, tip = batches_on(GENESIS, 20, epoch_of=epoch_by_time)
    blocks = chain(7, {5: [payload_of(batches)]})
    blocks[2] = block(2, logs=[new_gas_limit(99), deposit_log(mint=1, index=1)])
    engine = Engine(blocks).run()
    assert engine.safe_head == tip
    limits = [(d.l1_origin.number >= 2, d.attributes.gas_limit) for d in engine.derived]
    assert set(limits) == {(False, 60_000_000), (True, 99)}
    in_epoch_2 = [d for d in engine.derived if d.l1_origin.number == 2]
    assert [len(d.attributes.transactions) for d in in_epoch_2] == [2, 1, 1, 1, 1, 1]


def test_next__batcher_rotates__each_counts_in_its_time():
    batches, tip = batches_on(GENESIS, 4)
    old, new = payload_of(batches[:2]), payload_of(batches[2:], channel_id=OTHER)
    blocks = chain(5, {1: [old], 2: [transaction(new, sender=OTHER_BATCHER)]})
    blocks[2] = block(2, blocks[2].transactions, logs=[new_batcher(OTHER_BATCHER)])
    blocks[3] = block(3, [transaction(new, sender=BATCHER)])
    engine = Engine(blocks).run()
    assert engine.safe_head == tip
    assert engine.reasons() == [Reason.OTHER_SENDER]


# --- starting again -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 6, 35, 36, 37, 300, 431, 432, 500])
def test_reset__any_safe_head_one_channel_timeout_back__derives_the_same_rest(number):
    blocks, tip = long_chain()
    whole = Engine(blocks).run()
    assert whole.safe_head == tip
    safe_head = GENESIS if number == 0 else whole.derived[number].parent
    again = Engine(blocks, safe_head=safe_head, start=first_l1_number(CONFIG, safe_head)).run()
    assert again.attributes == whole.attributes[number:]
    assert set(again.reasons()) <= {
        Reason.ORIGIN_BEFORE_SAFE,
        Reason.PAST_TIMESTAMP,
        Reason.FRAME_WITHOUT_FIRST,
    }


def test_reset__used_pipeline__forgets_the_open_channel():
    batches, tip = batches_on(GENESIS, 3)
    frames = frames_of(batches, frame_size=60)
    engine = Engine(chain(4, {1: [encode_batcher_payload(frames[:1])], 2: [payload_of(batches)]})).run()
    assert engine.safe_head == tip
    engine.pipeline.reset(origin_block=block(0), system_config=GENESIS_CONFIG, safe_head=GENESIS)
    assert engine.pipeline.waiting_for().channel is None
    assert engine.pipeline.next(GENESIS, GENESIS_CONFIG) == NeedL1Block(1)


def test_reset__start_after_the_safe_heads_origin__stops():
    with pytest.raises(CriticalError, match="after the L1 origin"):
        Engine(chain(3), start=1)


# --- a block that the engine rejects ------------------------------------------------------------------


def test_invalidate__block_with_transactions__keeps_its_deposits_and_drops_the_channel():
    batches, _ = batches_on(GENESIS, 4, transactions=users)
    engine = Engine(chain(4, {1: [payload_of(batches)]}))
    rejected = engine.step()
    replacement = engine.pipeline.invalidate(rejected)
    deposits = rejected.attributes.transactions[:1]
    assert replacement == replace(rejected, attributes=replace(rejected.attributes, transactions=deposits))
    assert engine.step() is replacement
    engine.adopt(replacement)
    assert engine.run().derived == [replacement]
    assert engine.reasons() == [Reason.INVALIDATED, Reason.INVALID_PAYLOAD]


def test_invalidate__batches_on_the_replacement__go_on():
    batches, _ = batches_on(GENESIS, 2, transactions=users)
    replaced = child(GENESIS, GENESIS.l1_origin)
    more, tip = batches_on(replaced, 2, transactions=users)
    payloads = {1: [payload_of(batches), payload_of(more, channel_id=OTHER)]}
    engine = Engine(chain(3, payloads))
    engine.adopt(engine.pipeline.invalidate(engine.step()))
    assert engine.run().safe_head == tip


def test_invalidate__only_deposits__stops():
    batches, _ = batches_on(GENESIS, 1, transactions=users)
    engine = Engine(chain(3, {1: [payload_of(batches)]}))
    replacement = engine.pipeline.invalidate(engine.step())
    with pytest.raises(CriticalError, match="only deposits"):
        engine.pipeline.invalidate(replacement)


def test_invalidate__not_the_last_attributes__is_a_bug_of_the_caller():
    batches, _ = batches_on(GENESIS, 2, transactions=users)
    engine = Engine(chain(3, {1: [payload_of(batches)]}))
    first = engine.step()
    engine.adopt(first)
    engine.step()
    with pytest.raises(ValueError, match="derived last"):
        engine.pipeline.invalidate(first)


GRANITE = replace(
    CONFIG,
    fork_times={fork: 0 for fork in Fork if fork not in (Fork.HOLOCENE, Fork.ISTHMUS, Fork.JOVIAN)},
)


def test_invalidate__before_holocene__the_next_batch_for_the_same_parent_counts():
    batches, _ = batches_on(GENESIS, 3, transactions=users)
    (instead,), _ = batches_on(GENESIS, 1, transactions=lambda number: [b"\x02 another"])
    payloads = [payload_of(batches), payload_of([instead], channel_id=OTHER)]
    engine = Engine(chain(4, {1: payloads}), config=GRANITE)
    rejected = engine.step()
    assert engine.pipeline.invalidate(rejected) is None
    second = engine.step()
    assert second.parent == GENESIS
    assert second.attributes.transactions[1:] == (b"\x02 another",)
    engine.adopt(second)
    dropped = [v.reason for v in engine.run().verdicts if v.decision is Decision.DROP]
    assert dropped == [Reason.INVALID_BEFORE_HOLOCENE, Reason.PARENT_MISMATCH]


def test_invalidate__before_holocene_and_no_other_batch__empty_block_once_the_window_has_passed():
    batches, _ = batches_on(GENESIS, 1, transactions=users)
    engine = Engine(chain(GRANITE.seq_window_size + 2, {1: [payload_of(batches)]}), config=GRANITE)
    assert engine.pipeline.invalidate(engine.step()) is None
    forced = engine.step()
    assert (forced.parent, forced.batch.channel_id) == (GENESIS, None)
    with pytest.raises(CriticalError, match="only deposits"):
        engine.pipeline.invalidate(forced)


# --- what it says about itself ------------------------------------------------------------------------


def test_take_verdicts__good_channel__accepts_transaction_frame_channel_and_batches():
    batches, _ = batches_on(GENESIS, 2)
    engine = Engine(chain(3, {1: [payload_of(batches)]})).run()
    assert [(v.subject, v.decision) for v in engine.verdicts] == [
        (Subject.TRANSACTION, Decision.ACCEPT),
        (Subject.FRAME, Decision.ACCEPT),
        (Subject.CHANNEL, Decision.ACCEPT),
        (Subject.BATCH, Decision.ACCEPT),
        (Subject.BATCH, Decision.ACCEPT),
    ]
    assert {v.inclusion for v in engine.verdicts} == {block(1).header.id}
    assert engine.pipeline.take_verdicts() == []


def test_take_verdicts__stranger__is_named_with_the_reason():
    engine = Engine(chain(2, {1: [transaction(b"\x00", sender=STRANGER)]})).run()
    (verdict,) = engine.verdicts
    assert str(verdict) == (
        f"L1 {block(1).ref}: batcher transaction {verdict.identity}: drop, "
        f"not sent by the batcher of the system config (from 0x{STRANGER.hex()}, the batcher is "
        f"0x{BATCHER.hex()})"
    )
