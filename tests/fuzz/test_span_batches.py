"""Span batches against `span_reference`, which shares nothing with the codec.

S1  What the codec encodes, the reference reads as it was: every type of transaction, every protected bit.
S2  Of damaged bytes both say the same: another span batch, none, or one whose transactions are none.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz import span_reference
from tests.fuzz.span_reference import NoSpanError, NoTransactionError
from tests.fuzz.test_derivation import damaged
from tests.unit.protocol.span_samples import CHAIN_ID, transactions
from tests.unit.protocol.test_span_batches import BLOCK_TIME, GENESIS_TIME, runs
from tests.vectors.read import binary

from opcycle.protocol.span_batches import RawSpanBatch
from opcycle.protocol.span_building import span_batch_of
from opcycle.protocol.span_transactions import SpanFormatError, SpanTransactionError, SpanTransactions

NO_SPAN, NO_TRANSACTION = "no span", "no transaction"


def by_codec(data: bytes) -> Any:
    try:
        raw = RawSpanBatch.decode(data)
        batch = raw.derive(genesis_time=GENESIS_TIME, block_time=BLOCK_TIME, chain_id=CHAIN_ID)
    except SpanFormatError:
        return NO_SPAN
    except SpanTransactionError:
        return NO_TRANSACTION
    return {
        "time": raw.rel_timestamp,
        "last_origin": batch.end_epoch,
        "parent": batch.parent_check,
        "origin": batch.origin_check,
        "blocks": [(block.epoch_number, list(block.transactions)) for block in batch.blocks()],
    }


def by_reference(data: bytes) -> Any:
    try:
        return span_reference.decode(data, CHAIN_ID)
    except NoSpanError:
        return NO_SPAN
    except NoTransactionError:
        return NO_TRANSACTION


@given(runs(), st.booleans())
def test_span__of_any_blocks__the_reference_reads_what_was_put_in(blocks: Any, starts_epoch: bool) -> None:
    raw = span_batch_of(blocks, starts_epoch=starts_epoch, genesis_time=GENESIS_TIME, chain_id=CHAIN_ID)
    found = by_reference(raw.encode()[1:] + b"more")
    assert found["blocks"] == [(block.epoch.number, list(block.transactions)) for block in blocks]
    assert found["time"] == blocks[0].timestamp - GENESIS_TIME


@given(st.lists(transactions, max_size=8))
def test_columns__of_any_transactions__the_reference_rebuilds_each(raws: list[bytes]) -> None:
    reader = span_reference.Reader(SpanTransactions.of(raws, CHAIN_ID).encode())
    rows = span_reference.columns(reader, len(raws))
    assert [span_reference.transaction(row, CHAIN_ID) for row in rows] == raws
    assert reader.data == b""


@given(blocks=runs(), data=st.data())
def test_span__damaged__both_say_the_same(blocks: Any, data: st.DataObject) -> None:
    good = span_batch_of(blocks, starts_epoch=True, genesis_time=GENESIS_TIME, chain_id=CHAIN_ID).encode()[1:]
    bad = data.draw(damaged(good, one_in=1))
    assert by_codec(bad) == by_reference(bad)


@pytest.mark.parametrize("count", [0, 100, 2_000, 23_885])
def test_span__op_nodes_own_cut_off__both_say_the_same(count: int) -> None:
    whole = binary("span/op_node_random.bin")
    assert by_codec(whole[:count]) == by_reference(whole[:count]) == NO_SPAN
    assert by_codec(whole) == by_reference(whole) != NO_SPAN
