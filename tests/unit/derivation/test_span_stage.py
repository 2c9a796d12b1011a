"""Span batches through the whole pipeline: taken apart, repeated, spoilt, too early, dropped half-way."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.derivation.l1_builder import (
    CHANNEL,
    CONFIG,
    GENESIS,
    Engine,
    batch,
    batches_on,
    block,
    chain,
    child,
    epoch_by_time,
    l1_hash,
    l2_block,
    payload_of,
    span_of,
)
from tests.unit.protocol.span_samples import legacy, set_code

from opcycle.derivation.pipeline import NeedL1Block
from opcycle.derivation.span_rules import NeedL2Block
from opcycle.derivation.verdicts import BatchId, Decision, Reason, Subject
from opcycle.protocol.rollup import Fork
from opcycle.protocol.types import BlockId

OTHER = b"other channel id"
WINDOW = CONFIG.seq_window_size


def users(number):
    return (legacy(nonce=number),) if number % 3 else ()


def run_of(count, parent=GENESIS, **fields):
    return batches_on(parent, count, **{"epoch_of": epoch_by_time, "transactions": users} | fields)


def posted(*batches, channel_id=CHANNEL):
    return [payload_of(batches, channel_id=channel_id)]


def batch_verdicts(engine):
    return [v for v in engine.verdicts if v.subject is Subject.BATCH]


# --- taken apart --------------------------------------------------------------------------------------


def test_next__span_batch__gives_what_its_blocks_give_as_singular_batches():
    batches, tip = run_of(20)
    span, singular = (
        Engine(chain(6, {5: payloads})).run() for payloads in (posted(span_of(batches)), posted(*batches))
    )
    assert span.derived == singular.derived
    assert span.safe_head == tip
    assert span.asked == []


def test_next__span_batch__has_a_verdict_and_so_has_each_block():
    batches, _ = run_of(3)
    engine = Engine(chain(3, {1: posted(span_of(batches))})).run()
    start = batches[0].timestamp
    assert [(v.identity, v.decision, v.reason) for v in batch_verdicts(engine)] == [
        (BatchId(CHANNEL, 0, start), Decision.ACCEPT, Reason.VALID),
        (BatchId(CHANNEL, 0, start, 0), Decision.ACCEPT, Reason.VALID),
        (BatchId(CHANNEL, 0, start + 2, 1), Decision.ACCEPT, Reason.VALID),
        (BatchId(CHANNEL, 0, start + 4, 2), Decision.ACCEPT, Reason.VALID),
    ]
    assert {v.inclusion for v in batch_verdicts(engine)} == {block(1).header.id}


def test_next__span_and_singular_batches_in_one_channel__follow_each_other():
    batches, tip = run_of(9)
    content = [span_of(batches[:3]), *batches[3:5], span_of(batches[5:])]
    engine = Engine(chain(4, {3: posted(*content)})).run()
    assert engine.safe_head == tip
    assert engine.reasons() == []


def test_invalidate__before_holocene_amid_a_span__the_rest_of_the_span_is_left():
    first, _ = run_of(3)
    (instead,), _ = run_of(1, child(GENESIS, first[0].epoch, first[0].transactions))
    granite = {fork: 0 for fork in Fork if fork not in (Fork.HOLOCENE, Fork.ISTHMUS, Fork.JOVIAN)}
    posted_blocks = posted(span_of(first)) + posted(instead, channel_id=OTHER)
    engine = Engine(chain(4, {1: posted_blocks}), config=replace(CONFIG, fork_times=granite))
    engine.adopt(engine.step())
    second = engine.step()
    assert second.batch.block == 1
    assert engine.pipeline.invalidate(second) is None
    engine.adopt(engine.step())
    assert engine.derived[-1].batch == BatchId(OTHER, 0, instead.timestamp)
    assert engine.step() is None  # the third block of the span does not come


def test_next__set_code_transaction_in_a_span__is_in_its_block():
    batches, tip = run_of(1, transactions=lambda number: (set_code(),))
    engine = Engine(chain(3, {1: posted(span_of(batches))})).run()
    assert engine.attributes[0].transactions[1:] == (set_code(),)
    assert engine.safe_head == tip


# --- overlapping --------------------------------------------------------------------------------------


def test_next__span_posted_again_with_new_blocks__adds_only_these():
    batches, tip = run_of(14)
    payloads = {3: posted(span_of(batches[:8])), 5: posted(span_of(batches[4:]), channel_id=OTHER)}
    engine = Engine(chain(7, payloads)).run()
    assert engine.safe_head == tip
    assert engine.asked == [4, 5, 6, 7, 8]
    assert engine.reasons() == []
    blocks = [v.identity.block for v in batch_verdicts(engine) if v.identity.channel_id == OTHER]
    assert blocks == [None, 4, 5, 6, 7, 8, 9]


def test_next__span_of_safe_blocks_only__is_past_and_the_channel_goes_on():
    batches, tip = run_of(9)
    again = posted(span_of(batches[:5]), span_of(batches[5:]), channel_id=OTHER)
    engine = Engine(chain(6, {2: posted(span_of(batches[:5])), 4: again})).run()
    assert engine.safe_head == tip
    assert engine.reasons() == [Reason.PAST_TIMESTAMP]


def test_next__span_whose_last_origin_is_older_than_the_safe_head__is_passed_over_and_the_channel_goes_on():
    """As op-node does (tests/peers/differential)."""
    batches, tip = run_of(14)
    stays_behind, _ = run_of(14, epoch_of=lambda number: 0)
    again = posted(span_of(stays_behind), *batches[9:], channel_id=OTHER)
    engine = Engine(chain(6, {3: posted(*batches[:9]), 4: again})).run()
    assert batches[8].epoch.number > 0
    assert engine.safe_head == tip
    assert engine.reasons() == [Reason.EPOCH_TOO_OLD]


def test_next__repeated_block_differs__drops_the_span_and_the_rest_of_the_channel():
    batches, _ = run_of(9)
    changed = [*batches[:3], replace(batches[3], transactions=()), *batches[4:]]
    assert batches[3].transactions
    again = posted(span_of(changed), *batches[5:], channel_id=OTHER)
    engine = Engine(chain(6, {2: posted(*batches[:5]), 4: again})).run()
    assert engine.safe_head.number == 5
    assert engine.reasons() == [Reason.OVERLAP_TRANSACTIONS, Reason.INVALIDATED]


def test_next__started_from_a_later_safe_head__reads_the_repeated_blocks_from_l2():
    batches, tip = run_of(14)
    whole = Engine(chain(7, {5: posted(span_of(batches))})).run()
    halfway = whole.derived[10].parent
    engine = Engine(chain(7, {5: posted(span_of(batches))}), safe_head=halfway)
    engine.l2 = whole.l2
    assert engine.run().safe_head == tip
    assert engine.derived == whole.derived[10:]


def test_next__until_the_l2_block_comes__asks_for_the_same_one():
    batches, tip = run_of(9)
    payloads = {2: posted(span_of(batches[:5])), 4: posted(span_of(batches[3:]), channel_id=OTHER)}
    engine = Engine(chain(6, payloads))
    pipeline, blocks = engine.pipeline, iter(engine.blocks[1:])
    while engine.safe_head.number < 5:
        if isinstance(answer := engine.ask(), NeedL1Block):
            pipeline.push(next(blocks))
        else:
            engine.adopt(answer)
    while isinstance(answer := pipeline.next(engine.safe_head, engine.system_config), NeedL1Block):
        pipeline.push(next(blocks))
    assert answer == NeedL2Block(3)
    assert pipeline.next(engine.safe_head, engine.system_config) == NeedL2Block(3)
    with pytest.raises(ValueError, match="not what the span batch needs"):
        pipeline.push_l2(engine.l2[4])
    assert engine.run().safe_head == tip


def test_push_l2__nobody_asked__is_refused():
    with pytest.raises(ValueError, match="nobody asked"):
        Engine(chain(3)).pipeline.push_l2(l2_block(GENESIS))


# --- spoilt -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["parent", "origin"])
def test_next__span_that_fails_as_a_whole__takes_the_rest_of_its_channel_along(bad):
    batches, _ = run_of(6)
    first = span_of(batches[:3])
    spoilt = replace(first, **{f"{bad}_check": bytes(20)})
    engine = Engine(chain(3, {1: posted(spoilt, span_of(batches[:3]), *batches[3:])})).run()
    reason = Reason.PARENT_MISMATCH if bad == "parent" else Reason.EPOCH_HASH_MISMATCH
    assert engine.derived == []
    assert engine.reasons() == [reason, Reason.INVALIDATED]


def test_next__invalid_block_within_a_span__keeps_those_before_and_drops_all_after():
    late = CONFIG.genesis_time + 2 * 12
    forks = {**CONFIG.fork_times, Fork.JOVIAN: late}
    batches, _ = run_of(14, transactions=lambda number: (legacy(nonce=number),))
    engine = Engine(
        chain(6, {4: posted(span_of(batches[:13]), batches[13])}), config=replace(CONFIG, fork_times=forks)
    )
    while engine.safe_head.number < 11:
        engine.adopt(engine.step())
    assert engine.step() is None
    engine.verdicts += engine.pipeline.take_verdicts()
    assert engine.reasons() == [Reason.ACTIVATION_BLOCK_NOT_EMPTY, Reason.INVALIDATED]


def test_next__channel_after_an_invalidated_span__is_read():
    batches, tip = run_of(6)
    spoilt = replace(span_of(batches), parent_check=bytes(20))
    payloads = {1: [*posted(spoilt), *posted(span_of(batches), channel_id=OTHER)]}
    engine = Engine(chain(3, payloads)).run()
    assert engine.safe_head == tip


def test_next__malformed_span__drops_what_follows_it_in_the_channel():
    batches, _ = run_of(4)
    good = span_of(batches[:2])
    cut = type("Cut", (), {"encode": lambda self: good.encode()[:-1]})()
    engine = Engine(chain(3, {1: posted(cut, good)})).run()
    assert engine.derived == []
    assert engine.reasons() == [Reason.MALFORMED_BATCH]


def test_next__span_with_a_transaction_that_is_none__is_dropped_alone():
    batches, tip = run_of(4)
    good = span_of(batches)
    columns = replace(good.columns, payloads=(b"\x03\xc0", *good.columns.payloads[1:]))
    typed = replace(columns, protections=span_of(batches[1:]).columns.protections)
    engine = Engine(chain(3, {1: posted(replace(good, columns=typed), good)})).run()
    assert engine.safe_head == tip
    assert engine.reasons() == [Reason.MALFORMED_SPAN_TRANSACTION]


def delta_at(time):
    return replace(CONFIG, fork_times={**CONFIG.fork_times, Fork.DELTA: time})


def test_next__span_in_an_l1_block_before_delta__is_dropped_alone():
    batches, tip = run_of(4)
    config = delta_at(block(1).header.timestamp + 1)
    engine = Engine(chain(3, {1: posted(span_of(batches), *batches)}), config=config).run()
    assert engine.safe_head == tip
    assert engine.reasons() == [Reason.SPAN_BEFORE_DELTA]


def test_next__span_whose_first_origin_is_before_delta__takes_its_channel_along():
    batches, _ = run_of(4)
    config = delta_at(block(1).header.timestamp)
    engine = Engine(chain(3, {1: posted(span_of(batches), *batches)}), config=config).run()
    assert engine.derived == []
    assert engine.reasons() == [Reason.SPAN_BEFORE_DELTA, Reason.INVALIDATED]


def test_invalidate__block_of_a_span__drops_the_span_and_its_channel():
    batches, _ = run_of(6)
    engine = Engine(chain(3, {1: posted(span_of(batches[:4]), *batches[4:])}))
    engine.adopt(engine.step())
    rejected = engine.step()
    engine.adopt(engine.pipeline.invalidate(rejected))
    assert engine.run().safe_head.number == 2
    assert engine.reasons() == [Reason.INVALIDATED, Reason.INVALID_PAYLOAD]


# --- too early, too late ------------------------------------------------------------------------------


def early_span(parent=GENESIS):
    """Three blocks, the last with an L1 origin that is one block later than the block they are posted in."""
    batches = []
    for epoch in (1, 2, 3):
        batches.append(batch(parent, epoch=epoch, timestamp=block(3).header.timestamp + 2 * epoch))
        parent = child(parent, BlockId(l1_hash(epoch), epoch))
    return batches


def test_next__last_origin_unknown__waits_for_that_l1_block_and_is_not_lost():
    start = replace(GENESIS, timestamp=block(3).header.timestamp, number=18)
    batches = early_span(start)
    engine = Engine(chain(5, {2: posted(span_of(batches, starts_epoch=True))}), safe_head=start).run()
    assert [d.l1_origin.number for d in engine.derived] == [1, 2, 3]
    assert {d.derived_from.number for d in engine.derived} == {3}
    assert set(engine.reasons()) == {Reason.END_ORIGIN_UNKNOWN}


def test_next__last_origin_not_known_within_the_window__is_dropped_then_and_the_rest_is_forced():
    batches, _ = run_of(WINDOW + 9, epoch_of=lambda number: number - 1)
    engine = Engine(chain(WINDOW + 2, {1: posted(span_of(batches))})).run()
    assert set(engine.reasons()) == {Reason.END_ORIGIN_UNKNOWN, Reason.WINDOW_EXPIRED, Reason.INVALIDATED}
    assert engine.derived[0].derived_from.number == WINDOW + 1
    assert batch_verdicts(engine)[-1].reason is Reason.FORCED_EMPTY


def test_next__span_after_the_window__is_forced_empty_instead():
    batches, _ = run_of(4)
    engine = Engine(chain(WINDOW + 2, {WINDOW + 1: posted(span_of(batches))})).run()
    assert engine.reasons(Subject.BATCH) == [Reason.PAST_TIMESTAMP]
    assert len(engine.derived) == 11


# --- any runs -----------------------------------------------------------------------------------------


@given(st.data())
def test_next__blocks_in_any_mix_of_overlapping_spans__give_the_same_chain(data):
    batches, tip = run_of(20)
    content, covered = [], 0
    while covered < len(batches):
        first = data.draw(st.integers(0, covered))
        covered = data.draw(st.integers(covered + 1, len(batches)))
        content.append(span_of(batches[first:covered], starts_epoch=data.draw(st.booleans())))
    engine = Engine(chain(6, {5: posted(*content)})).run()
    assert engine.safe_head == tip
    assert engine.reasons() == []
