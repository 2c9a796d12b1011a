"""Before Holocene: the rules about each new block of a span, with the nearest span that keeps them."""

from dataclasses import replace
from itertools import pairwise

import pytest
from tests.unit.derivation.l1_builder import (
    CONFIG,
    GENESIS,
    GENESIS_TIME,
    L1_BLOCK_TIME,
    L2_BLOCK_TIME,
    block,
)

from opcycle.derivation.span_block_rules import check_new_blocks
from opcycle.derivation.verdicts import Decision, Reason
from opcycle.protocol.bitlist import Bitlist
from opcycle.protocol.rollup import Fork
from opcycle.protocol.span_batches import SpanBatch
from opcycle.protocol.types import BlockId

DRIFT = 600
OLD = replace(CONFIG, fork_times={Fork.DELTA: 0}, max_sequencer_drift=DRIFT)
PER_EPOCH = L1_BLOCK_TIME // L2_BLOCK_TIME
TX = b"\x02tx"


def head(number, epoch):
    ref = replace(GENESIS, number=number, timestamp=GENESIS_TIME + number * L2_BLOCK_TIME)
    return replace(ref, l1_origin=BlockId(block(epoch).header.hash, epoch))


def judge(blocks, *, parent=None, safe=None, l1=range(5), l1_times=None, config=OLD):
    """`blocks` are (epoch, transactions) from the one after `parent` on; the genesis by default."""
    parent = parent or head(0, 0)
    batch = span(parent, blocks)
    return check_new_blocks(
        config,
        batch,
        safe_head=safe or parent,
        parent=parent,
        l1_blocks=[block(n, timestamp=(l1_times or {}).get(n)) for n in l1],
        inclusion=block(9).ref,
    )


def span(parent, blocks):
    epochs = [epoch for epoch, _ in blocks]
    before = [parent.l1_origin.number, *epochs]
    return SpanBatch(
        start=parent.timestamp + L2_BLOCK_TIME,
        block_time=L2_BLOCK_TIME,
        parent_check=parent.hash[:20],
        origin_check=bytes(20),
        end_epoch=epochs[-1],
        origin_bits=Bitlist.of(late > early for early, late in pairwise(before)),
        tx_counts=tuple(len(txs) for _, txs in blocks),
        transactions=tuple(tx for _, txs in blocks for tx in txs),
    )


EMPTY = ()
LATE = DRIFT // L2_BLOCK_TIME
"""The last block of epoch 0 that may have transactions."""

TABLE = [
    # what breaks a rule, the reason, the nearest that keeps it
    (
        {"blocks": [(0, EMPTY)] * 4 + [(1, EMPTY)]},
        Reason.BEFORE_ORIGIN_TIME,
        {"blocks": [(0, EMPTY)] * 5 + [(1, EMPTY)]},
    ),
    (
        {"blocks": [(0, EMPTY), (1, EMPTY)], "parent": head(4, 0), "l1": range(1, 5)},
        Reason.EPOCH_TOO_OLD,
        {"blocks": [(1, EMPTY), (1, EMPTY)], "parent": head(5, 0), "l1": range(1, 5)},
    ),
    (
        {"blocks": [(0, [TX])] * 2, "parent": head(LATE - 1, 0), "l1_times": {1: GENESIS_TIME + DRIFT + 99}},
        Reason.DRIFT_EXCEEDED,
        {"blocks": [(0, [TX])] * 1, "parent": head(LATE - 1, 0), "l1_times": {1: GENESIS_TIME + DRIFT + 99}},
    ),
    (
        {"blocks": [(0, EMPTY)], "parent": head(LATE, 0), "l1_times": {1: GENESIS_TIME + DRIFT + 2}},
        Reason.ORIGIN_NOT_ADOPTED,
        {"blocks": [(0, EMPTY)], "parent": head(LATE, 0), "l1_times": {1: GENESIS_TIME + DRIFT + 3}},
    ),
    (
        # The epoch that a block adopts may itself be far behind.
        {"blocks": [(1, EMPTY)] * 2, "parent": head(LATE + PER_EPOCH, 0)},
        Reason.ORIGIN_NOT_ADOPTED,
        {"blocks": [(1, EMPTY)], "parent": head(LATE + PER_EPOCH, 0)},
    ),
    (
        {"blocks": [(0, EMPTY), (0, [TX, b""])]},
        Reason.EMPTY_TRANSACTION,
        {"blocks": [(0, EMPTY), (0, [TX, b"\0"])]},
    ),
    (
        {"blocks": [(0, EMPTY), (0, [TX, b"\x7e"])]},
        Reason.DEPOSIT_IN_BATCH,
        {"blocks": [(0, EMPTY), (0, [TX, b"\x7d"])]},
    ),
    (
        {"blocks": [(0, [b"\x04"])]},
        Reason.SET_CODE_BEFORE_ISTHMUS,
        {"blocks": [(0, [b"\x03"])]},
    ),
]


@pytest.mark.parametrize(("broken", "reason", "kept"), TABLE)
def test_check_new_blocks__just_broken_and_just_kept(broken, reason, kept):
    ruling = judge(**broken)
    assert (ruling.decision, ruling.reason) == (Decision.DROP, reason)
    assert judge(**kept) is None


def test_check_new_blocks__late_empty_block_whose_next_origin_is_unknown__is_undecided():
    late = {"blocks": [(0, EMPTY)], "parent": head(LATE, 0)}
    ruling = judge(**late, l1=range(1))
    assert (ruling.decision, ruling.reason) == (Decision.UNDECIDED, Reason.NEXT_ORIGIN_UNKNOWN)
    assert judge(blocks=[(0, EMPTY)], parent=head(LATE - 1, 0), l1=range(1)) is None


def test_check_new_blocks__what_is_safe_already__is_not_asked():
    parent, safe = head(0, 0), head(1, 0)
    assert judge([(0, [b""]), (0, EMPTY)], parent=parent, safe=safe) is None
    assert judge([(0, EMPTY), (0, [b""])], parent=parent, safe=safe).reason is Reason.EMPTY_TRANSACTION


def test_check_new_blocks__first_new_block_adopts_an_epoch__compared_with_the_safe_block_before_it():
    """Beyond the drift an empty block may have an epoch that it just adopts, and not one that it keeps."""
    parent, number = head(LATE + PER_EPOCH - 1, 0), LATE + PER_EPOCH
    assert judge([(0, EMPTY), (1, EMPTY)], parent=parent, safe=head(number, 0)) is None
    stays = judge([(1, EMPTY), (1, EMPTY)], parent=parent, safe=head(number, 1))
    assert stays.reason is Reason.ORIGIN_NOT_ADOPTED
