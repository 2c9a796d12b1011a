"""Every rule about a span batch as a whole: just kept, and just broken."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import (
    CONFIG,
    GENESIS,
    GENESIS_TIME,
    L1_BLOCK_TIME,
    L2_BLOCK_TIME,
    batches_on,
    block,
    child,
    epoch_by_time,
    l1_hash,
    l2_block,
    span_of,
)
from tests.unit.protocol.span_samples import legacy

from opcycle.derivation.span_rules import NeedL2Block, SpanCandidate, SpanCheck
from opcycle.derivation.verdicts import Decision, Reason
from opcycle.protocol.rollup import Fork
from opcycle.protocol.types import BlockId

PER_EPOCH = L1_BLOCK_TIME // L2_BLOCK_TIME
SAFE = 3 * PER_EPOCH + 2
"""The safe head's number: the third block of epoch 3."""


def users(number):
    return (legacy(nonce=number),) if number % 2 else ()


def l2_chain(length):
    """Blocks from the genesis on, each in the epoch of its time."""
    blocks = [l2_block(GENESIS)]
    while len(blocks) < length:
        parent, number = blocks[-1].ref, len(blocks)
        epoch = epoch_by_time(number)
        txs = users(number)
        blocks.append(l2_block(child(parent, BlockId(l1_hash(epoch), epoch), txs), txs))
    return blocks


CHAIN = l2_chain(SAFE + 20)


def span(first, last, *, epoch_of=epoch_by_time, **fields):
    """The span batch of blocks `first` to `last`."""
    batches, _ = batches_on(CHAIN[first - 1].ref, last - first + 1, epoch_of=epoch_of, transactions=users)
    raw = span_of(batches, starts_epoch=first % PER_EPOCH == 0)
    batch = raw.derive(genesis_time=GENESIS_TIME, block_time=L2_BLOCK_TIME, chain_id=CONFIG.l2_chain_id)
    return replace(batch, **fields)


GOOD = span(SAFE + 1, SAFE + 8)
OVERLAPPING = span(SAFE - 7, SAFE + 8)


def judge(batch, *, safe=SAFE, l1=range(3, 8), reading=7, config=CONFIG, l2=None):
    """The ruling, and the L2 blocks that were asked for; `l2` replaces some of them."""
    candidate = SpanCandidate(
        config, batch, CHAIN[safe].ref, [block(number) for number in l1], block(reading).ref
    )
    check, asked = SpanCheck(candidate), []
    while isinstance(check.answer, NeedL2Block):
        number = check.answer.number
        asked.append(number)
        check.push((l2 or {}).get(number, CHAIN[number]))
    return check.answer, asked


def decision(batch, **world):
    ruling, _ = judge(batch, **world)
    return ruling.decision, ruling.reason


ACCEPTED = Decision.ACCEPT, Reason.VALID


def test_check__next_blocks__are_accepted_without_any_l2_block():
    ruling, asked = judge(GOOD)
    assert (ruling.decision, ruling.detail) == (Decision.ACCEPT, "8 blocks, 4 transactions")
    assert asked == []


def test_check__overlap__asks_for_the_parent_and_each_block_that_is_repeated():
    ruling, asked = judge(OVERLAPPING)
    assert ruling.decision is Decision.ACCEPT
    assert ruling.detail == "16 blocks, 8 transactions, 8 of the blocks safe already"
    assert asked == list(range(SAFE - 8, SAFE + 1))


def test_no_l1_blocks__undecided():
    assert decision(GOOD, l1=[]) == (Decision.UNDECIDED, Reason.NO_L1_BLOCKS)


def test_next_origin_unknown__undecided_until_it_is_known():
    safe = 4 * PER_EPOCH - 1
    batch = span(safe + 1, safe + 2)
    assert decision(batch, safe=safe, l1=[3]) == (Decision.UNDECIDED, Reason.NEXT_ORIGIN_UNKNOWN)
    assert decision(batch, safe=safe, l1=[3, 4]) == ACCEPTED


@pytest.mark.parametrize(("first", "origin"), [(SAFE + 1, 3), (4 * PER_EPOCH, 4)])
def test_before_delta__by_the_time_of_the_first_blocks_origin(first, origin):
    for delta, expected in [
        (block(origin).header.timestamp, ACCEPTED),
        (block(origin).header.timestamp + 1, (Decision.DROP, Reason.SPAN_BEFORE_DELTA)),
    ]:
        config = replace(CONFIG, fork_times={**CONFIG.fork_times, Fork.DELTA: delta})
        assert decision(span(first, first + 1), safe=first - 1, config=config) == expected


def test_future_timestamp__the_next_block_is_not_in_it():
    assert decision(span(SAFE + 2, SAFE + 8)) == (Decision.DROP, Reason.FUTURE_TIMESTAMP)
    assert decision(replace(GOOD, start=GOOD.start + 1)) == (Decision.DROP, Reason.FUTURE_TIMESTAMP)


def test_past_timestamp__all_of_it_is_safe():
    assert decision(span(SAFE - 3, SAFE)) == (Decision.PAST, Reason.PAST_TIMESTAMP)
    assert decision(span(SAFE - 3, SAFE + 1)) == ACCEPTED


@pytest.mark.parametrize(
    ("later", "early", "old"),
    [(0, Decision.DROP, Decision.PAST), (1, Decision.FUTURE, Decision.DROP)],
    ids=["Holocene", "before Holocene"],
)
def test_timestamp__by_the_time_of_the_l1_block__holocene_waits_for_nothing(later, early, old):
    holocene = {Fork.HOLOCENE: block(7).header.timestamp + later}
    config = replace(CONFIG, fork_times=CONFIG.fork_times | holocene)
    assert decision(span(SAFE + 2, SAFE + 8), config=config) == (early, Reason.FUTURE_TIMESTAMP)
    assert decision(span(SAFE - 3, SAFE), config=config) == (old, Reason.PAST_TIMESTAMP)
    assert decision(OVERLAPPING, config=config) == ACCEPTED


@pytest.mark.parametrize("later", [0, 1], ids=["Holocene", "before Holocene"])
def test_new_blocks__before_holocene_their_rules_come_with_the_span_and_before_its_overlap(later):
    """The first new block has an empty transaction, and the overlap is not the safe chain's either."""
    config = replace(
        CONFIG, fork_times=CONFIG.fork_times | {Fork.HOLOCENE: block(7).header.timestamp + later}
    )
    txs = list(OVERLAPPING.transactions)
    txs[0] = legacy(nonce=99)
    txs[sum(OVERLAPPING.tx_counts[:9])] = b""
    reason = Reason.EMPTY_TRANSACTION if later else Reason.OVERLAP_TRANSACTIONS
    broken = replace(OVERLAPPING, transactions=tuple(txs))
    assert decision(broken, config=config) == (Decision.DROP, reason)


@pytest.mark.parametrize("shift", [-1, -3])
def test_misaligned_timestamp__between_blocks__is_dropped(shift):
    batch = replace(GOOD, start=GOOD.start + shift)
    assert decision(batch) == (Decision.DROP, Reason.MISALIGNED_TIMESTAMP)


def test_starts_before_chain__the_genesis_or_before__is_passed_over():
    good = span(1, SAFE + 4)
    assert decision(good) == ACCEPTED
    for blocks in (1, 2):
        earlier = replace(good, start=good.start - blocks * L2_BLOCK_TIME)
        assert decision(earlier) == (Decision.PAST, Reason.STARTS_BEFORE_CHAIN)


@pytest.mark.parametrize("batch", [GOOD, OVERLAPPING], ids=["next", "overlapping"])
def test_parent_mismatch__any_of_20_bytes(batch):
    for index in (0, 19):
        parent = bytearray(batch.parent_check)
        parent[index] ^= 1
        changed = replace(batch, parent_check=bytes(parent))
        assert decision(changed) == (Decision.DROP, Reason.PARENT_MISMATCH)


def test_window_expired__counted_from_the_first_blocks_origin():
    last = 3 + CONFIG.seq_window_size
    assert decision(GOOD, reading=last) == ACCEPTED
    assert decision(GOOD, reading=last + 1) == (Decision.DROP, Reason.WINDOW_EXPIRED)


def test_epoch_too_new__beyond_the_one_after_the_parents():
    def later_by(steps):
        return span(SAFE + 1, SAFE + 2, epoch_of=lambda number: 3 + steps)

    assert decision(later_by(1)) == ACCEPTED
    assert decision(later_by(2)) == (Decision.DROP, Reason.EPOCH_TOO_NEW)


def test_epoch_too_new__origins_below_zero__wrap_around_to_it():
    batch = replace(span(SAFE + 1, SAFE + 8, epoch_of=lambda number: number // 2), end_epoch=2)
    assert batch.start_epoch > 2**63
    assert decision(batch)[0] is Decision.DROP


def test_end_origin_unknown__undecided_until_it_is_known():
    assert GOOD.end_epoch == 4
    assert decision(GOOD, l1=[3]) == (Decision.UNDECIDED, Reason.END_ORIGIN_UNKNOWN)
    assert decision(GOOD, l1=[3, 4]) == ACCEPTED


def test_end_origin_unknown__past_the_window__is_dropped():
    ruling = decision(GOOD, l1=[3], reading=3 + CONFIG.seq_window_size + 1)
    assert ruling == (Decision.DROP, Reason.WINDOW_EXPIRED)


@pytest.mark.parametrize("index", [0, 19])
def test_epoch_hash_mismatch__any_of_20_bytes(index):
    check = bytearray(GOOD.origin_check)
    check[index] ^= 1
    assert decision(replace(GOOD, origin_check=bytes(check))) == (Decision.DROP, Reason.EPOCH_HASH_MISMATCH)


def test_epoch_too_old__last_block_before_the_current_epoch__is_passed_over():
    batch = span(SAFE + 1, SAFE + 2, epoch_of=lambda number: 2)
    assert decision(batch) == (Decision.PAST, Reason.EPOCH_TOO_OLD)
    before_holocene = replace(CONFIG, fork_times={Fork.DELTA: 0})
    assert decision(batch, config=before_holocene) == (Decision.DROP, Reason.EPOCH_TOO_OLD)


def test_epoch_too_old__first_block_before_its_parents_epoch__is_dropped():
    batch = span(SAFE + 1, SAFE + 4, epoch_of=lambda number: 2 + (number > SAFE + 2))
    assert decision(batch) == (Decision.DROP, Reason.EPOCH_TOO_OLD)


def test_epoch_too_old__first_new_block_in_an_epoch_that_was_filled_up__is_dropped():
    """Forced batches have made the next epoch the current one."""
    assert decision(GOOD, l1=range(4, 8)) == (Decision.DROP, Reason.EPOCH_TOO_OLD)
    assert decision(span(SAFE + 1, SAFE + 8, epoch_of=lambda number: 4), l1=range(4, 8)) == ACCEPTED


def with_safe(number, transactions):
    return {number: l2_block(CHAIN[number].ref, transactions)}


ODD = SAFE - 1
TX = legacy(nonce=ODD)


@pytest.mark.parametrize(
    "transactions",
    [(), (TX, TX), (legacy(nonce=0),), (TX[:-1],)],
    ids=["fewer", "more", "another", "shorter"],
)
def test_overlap_transactions__other_than_the_safe_blocks__are_dropped(transactions):
    assert decision(OVERLAPPING, l2=with_safe(ODD, (TX,))) == ACCEPTED
    ruling, asked = judge(OVERLAPPING, l2=with_safe(ODD, transactions))
    assert (ruling.decision, ruling.reason) == (Decision.DROP, Reason.OVERLAP_TRANSACTIONS)
    assert asked[-1] == ODD


@pytest.mark.parametrize("number", [SAFE - 7, SAFE])
def test_overlap_epoch__other_than_the_safe_blocks__is_dropped(number):
    ref = CHAIN[number].ref
    other = replace(ref, l1_origin=BlockId(l1_hash(9), 9))
    ruling, asked = judge(OVERLAPPING, l2={number: l2_block(other, users(number))})
    assert (ruling.decision, ruling.reason) == (Decision.DROP, Reason.OVERLAP_EPOCH)
    assert asked[-1] == number


def test_push__another_block_than_the_one_needed__is_refused():
    candidate = SpanCandidate(CONFIG, OVERLAPPING, CHAIN[SAFE].ref, [block(3), block(4)], block(7).ref)
    check = SpanCheck(candidate)
    with pytest.raises(ValueError, match="not what the span batch needs"):
        check.push(CHAIN[SAFE])
    check.push(CHAIN[SAFE - 8])
    assert check.answer == NeedL2Block(SAFE - 7)
