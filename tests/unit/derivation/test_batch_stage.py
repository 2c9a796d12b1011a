"""The sixth stage: the next batch, the fate of the others, and empty blocks where none came in time."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import (
    CHANNEL,
    CONFIG,
    GENESIS,
    L1_BLOCK_TIME,
    L2_BLOCK_TIME,
    Engine,
    Feed,
    batch,
    batches_on,
    block,
    chain,
    child,
    deposit_log,
    epoch_by_time,
    l1_hash,
    payload_of,
)

from opcycle.derivation.batch_stage import BatchStage
from opcycle.derivation.channel_reader import IncludedBatch
from opcycle.derivation.epochs import Epochs
from opcycle.derivation.verdicts import BatchId, Decision, Reason, Subject, VerdictLog
from opcycle.errors import ResetError
from opcycle.protocol.types import BlockId

WINDOW = CONFIG.seq_window_size
BLOCKS_PER_EPOCH = L1_BLOCK_TIME // L2_BLOCK_TIME
OTHER = b"other channel id"


def users(number):
    return [b"\x02transaction of block %d" % number]


def is_empty(attributes):
    return all(tx[:1] == b"\x7e" for tx in attributes.transactions)


def forced(engine):
    return [v for v in engine.verdicts if v.reason is Reason.FORCED_EMPTY]


# --- batches ----------------------------------------------------------------------------------------


def test_next__batches_in_a_channel__become_blocks_in_order():
    batches, tip = batches_on(GENESIS, 5, transactions=users)
    engine = Engine(chain(3, {1: [payload_of(batches)]})).run()
    assert engine.safe_head == tip
    assert engine.reasons() == []


def test_next__batches_move_to_the_next_epoch__as_they_say():
    batches, tip = batches_on(GENESIS, 20, epoch_of=epoch_by_time)
    engine = Engine(chain(6, {5: [payload_of(batches)]})).run()
    assert engine.safe_head == tip
    assert [derived.l1_origin.number for derived in engine.derived] == [
        epoch_by_time(number) for number in range(1, 21)
    ]


def test_next__past_batches_first__skips_them_and_goes_on():
    batches, tip = batches_on(GENESIS, 5)
    payloads = {1: [payload_of(batches[:3])], 2: [payload_of(batches, channel_id=OTHER)]}
    engine = Engine(chain(4, payloads)).run()
    assert engine.safe_head == tip
    assert engine.reasons() == [Reason.PAST_TIMESTAMP] * 3


def test_next__invalid_batch__takes_the_rest_of_its_channel_along():
    batches, _ = batches_on(GENESIS, 5)
    batches[2] = replace(batches[2], parent_hash=bytes(32))
    engine = Engine(chain(3, {1: [payload_of(batches)]})).run()
    assert engine.safe_head.number == 2
    assert engine.reasons() == [Reason.PARENT_MISMATCH, Reason.INVALIDATED]


def test_next__channel_after_an_invalidated_one__is_read():
    batches, tip = batches_on(GENESIS, 5)
    spoilt = [*batches[:2], replace(batches[2], timestamp=batches[2].timestamp + 2), *batches[3:]]
    payloads = {1: [payload_of(spoilt), payload_of(batches[2:], channel_id=OTHER)]}
    engine = Engine(chain(3, payloads)).run()
    assert engine.safe_head == tip
    assert engine.reasons() == [Reason.FUTURE_TIMESTAMP, Reason.INVALIDATED]


def test_next__future_batch__is_not_kept_for_later():
    batches, _ = batches_on(GENESIS, 4)
    payloads = {1: [payload_of(batches[2:])], 2: [payload_of(batches[:2], channel_id=OTHER)]}
    engine = Engine(chain(4, payloads)).run()
    assert engine.safe_head.number == 2


def test_next__included_up_to_the_safe_heads_origin__is_past_without_looking():
    batches, tip = batches_on(GENESIS, 30, epoch_of=epoch_by_time)
    halfway = batches_on(GENESIS, 20, epoch_of=epoch_by_time)[1]
    assert halfway.l1_origin.number == 3
    payloads = {3: [payload_of(batches[:10])], 7: [payload_of(batches[20:], channel_id=OTHER)]}
    engine = Engine(chain(9, payloads), safe_head=halfway).run()
    assert engine.safe_head == tip
    assert engine.reasons() == [Reason.ORIGIN_BEFORE_SAFE] * 10


def test_next__safe_head_of_another_l1_chain__resets():
    elsewhere = replace(GENESIS, number=9, l1_origin=BlockId(l1_hash(2, "b"), 2))
    with pytest.raises(ResetError, match="L1 origin"):
        Engine(chain(4), safe_head=elsewhere).run()


def test_next__safe_head_goes_back_behind_the_blocks_kept__resets():
    batches, _ = batches_on(GENESIS, 20, epoch_of=epoch_by_time)
    engine = Engine(chain(6, {5: [payload_of(batches)]})).run()
    engine.safe_head = engine.derived[2].parent
    with pytest.raises(ResetError, match="L1 origin"):
        engine.ask()


@pytest.fixture
def undecided():
    """A stage that holds an undecided batch, what it is asked, and the batch.

    A window of one block is the only way to be at an epoch whose successor is not known.
    """
    epoch_20 = BlockId(l1_hash(20), 20)
    safe_head = replace(GENESIS, timestamp=block(21).header.timestamp - L2_BLOCK_TIME, l1_origin=epoch_20)
    verdicts, feed = VerdictLog(), Feed(origin=block(20))
    config = replace(CONFIG, seq_window_size=1)
    stage = BatchStage(config, feed, Epochs(config, verdicts), verdicts)
    for number in (20, 21):
        feed.origin = block(number)
        assert stage.next(safe_head) is None

    safe_head = replace(safe_head, timestamp=block(22).header.timestamp)
    early = batch(safe_head, epoch=22)
    feed.items = [IncludedBatch(BatchId(CHANNEL, 0, early.timestamp), early, block(21).ref)]
    assert stage.next(safe_head) is None
    assert verdicts.take()[-1].decision is Decision.UNDECIDED
    feed.origin = block(22)
    return stage, safe_head, early, verdicts


def test_next__undecided_batch__is_kept_with_its_inclusion_block(undecided):
    stage, safe_head, early, verdicts = undecided
    assert stage.next(safe_head).batch == early
    assert verdicts.take()[-1].inclusion == block(21).header.id


def test_flush__undecided_batch__goes_too(undecided):
    stage, safe_head, early, _ = undecided
    stage.flush()
    assert stage.next(safe_head).batch != early


# --- the sequence window ------------------------------------------------------------------------------


def test_next__no_batches_before_the_window_ends__waits():
    engine = Engine(chain(WINDOW)).run()
    assert engine.derived == []


def test_next__window_ends__fills_the_epoch_up_to_the_next():
    engine = Engine(chain(WINDOW + 1)).run()
    assert [derived.l1_origin.number for derived in engine.derived] == [0] * (BLOCKS_PER_EPOCH - 1)
    assert all(is_empty(attributes) for attributes in engine.attributes)
    assert engine.derived[0].derived_from.number == WINDOW
    assert len(forced(engine)) == BLOCKS_PER_EPOCH - 1


def test_next__window_after_window__one_epoch_per_l1_block():
    engine = Engine(chain(WINDOW + 6)).run()
    numbers = [derived.l1_origin.number for derived in engine.derived]
    assert numbers == [epoch_by_time(number) for number in range(1, 6 * BLOCKS_PER_EPOCH)]
    assert [d.derived_from.number - d.l1_origin.number for d in engine.derived] == [WINDOW] * len(numbers)


def test_next__l1_faster_than_l2__still_gives_each_epoch_a_block():
    blocks = [block(n, timestamp=GENESIS.timestamp + n) for n in range(WINDOW + 4)]
    engine = Engine(blocks).run()
    assert [(d.l1_origin.number, d.sequence_number) for d in engine.derived] == [(1, 0), (2, 0), (3, 0)]


def test_next__l1_pauses__l2_fills_the_pause_before_it_moves_on():
    pause = 60
    blocks = [
        block(n, timestamp=GENESIS.timestamp + n * L1_BLOCK_TIME + (pause if n > 1 else 0))
        for n in range(WINDOW + 3)
    ]
    engine = Engine(blocks).run()
    in_epoch_1 = [d for d in engine.derived if d.l1_origin.number == 1]
    assert len(in_epoch_1) == (L1_BLOCK_TIME + pause) // L2_BLOCK_TIME
    assert engine.derived[-1].l1_origin.number == 2


def test_next__batch_in_the_last_block_of_the_window__counts_and_the_rest_is_forced():
    batches, tip = batches_on(GENESIS, 2, transactions=users)
    engine = Engine(chain(WINDOW + 1, {WINDOW: [payload_of(batches)]})).run()
    assert [is_empty(attributes) for attributes in engine.attributes] == [False, False, True, True, True]
    assert engine.derived[1].parent.hash == tip.parent_hash


def test_next__batch_one_block_after_the_window__is_forced_empty_instead():
    batches, _ = batches_on(GENESIS, 2, transactions=users)
    engine = Engine(chain(WINDOW + 2, {WINDOW + 1: [payload_of(batches)]})).run()
    assert all(is_empty(attributes) for attributes in engine.attributes)
    assert engine.reasons(Subject.BATCH) == [Reason.PAST_TIMESTAMP] * 2


def test_next__batches_on_forced_blocks__take_over():
    forced_tip = GENESIS
    for _ in range(BLOCKS_PER_EPOCH - 1):
        forced_tip = child(forced_tip, GENESIS.l1_origin)
    batches, tip = batches_on(forced_tip, 7, epoch_of=epoch_by_time, transactions=users)
    engine = Engine(chain(WINDOW + 2, {WINDOW + 1: [payload_of(batches)]})).run()
    assert engine.safe_head == tip
    assert len(forced(engine)) == BLOCKS_PER_EPOCH - 1


def test_next__batch_of_the_old_epoch_after_forced_blocks_filled_it__is_too_old():
    forced_tip = GENESIS
    for _ in range(BLOCKS_PER_EPOCH - 1):
        forced_tip = child(forced_tip, GENESIS.l1_origin)
    stays = [batch(forced_tip, epoch=0)]
    config = replace(CONFIG, seq_window_size=WINDOW)
    engine = Engine(chain(WINDOW + 2, {WINDOW + 1: [payload_of(stays)]}), config=config).run()
    assert engine.reasons(Subject.BATCH) == [Reason.WINDOW_EXPIRED]
    assert [d.l1_origin.number for d in engine.derived][BLOCKS_PER_EPOCH - 1 :] == [1] * BLOCKS_PER_EPOCH


def test_next__deposit_and_no_batcher__arrives_in_the_first_forced_block_of_its_epoch():
    blocks = chain(WINDOW + 3)
    blocks[2] = block(2, logs=[deposit_log(mint=5)])
    engine = Engine(blocks).run()
    counts = [(d.l1_origin.number, len(d.attributes.transactions)) for d in engine.derived]
    assert counts == [(0, 1)] * 5 + [(1, 1)] * 6 + [(2, 2)] + [(2, 1)] * 5
