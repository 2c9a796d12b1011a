"""Costs are those of the channels that the batcher would really post."""

from dataclasses import replace

import pytest
from tests.unit.batcher.world import FakeL1, FakeL2
from tests.unit.derivation.l1_builder import CONFIG
from tests.unit.protocol.span_samples import legacy

from opcycle.batcher.channel import Channel, PendingBlock, build_channel
from opcycle.batcher.costs import WAYS, Cost, Way, cost_of
from opcycle.batcher.options import MAX_BLOBS, BatchType, DataAvailability
from opcycle.l1.fees import GAS_PER_BLOB, Prices, floor_data_gas
from opcycle.protocol.channels import Compression


def way(form, batch_type=BatchType.SINGULAR):
    return Way(batch_type, Compression.BROTLI, form)


CALLDATA, BLOBS = way(DataAvailability.CALLDATA), way(DataAvailability.BLOBS)


def blocks(sizes):
    l1 = FakeL1()
    l1.mine(20)
    l2 = FakeL2(l1)
    l2.extend(sizes)
    return l2.chain[1:]


def channel(*payloads):
    ref = blocks([0])[0].ref
    return Channel(id=bytes(16), first=ref, last=ref, size=7, payloads=payloads)


def cost_in(chosen, found):
    return cost_of(CONFIG, found, chosen, lambda: None)


def test_ways__every_combination_once_and_nothing_automatic():
    assert len(set(WAYS)) == 2 * 2 * 2
    assert not any("auto" in (item.batch_type, item.data_availability) for item in WAYS)


@pytest.mark.parametrize("chosen", WAYS)
def test_cost_of__blocks_that_fill_no_channel__is_that_of_the_channel_built(chosen):
    found = blocks([300, 0, 500])
    pending = [PendingBlock.of(block, l1_number=0) for block in found]
    built = build_channel(CONFIG, pending, found[-1].ref.l1_origin.hash, chosen.options)
    cost = cost_in(chosen, found)
    assert (cost.channels, cost.compressed, cost.posted) == (1, built.size, sum(map(len, built.payloads)))


def test_cost_of__more_than_fills_a_channel__fills_all_blobs_but_those_of_the_last():
    cost = cost_in(BLOBS, blocks([50_000] * 20))
    assert cost.channels == 2
    assert cost.compressed > 1_000_000
    assert cost.blobs == MAX_BLOBS + 2
    assert cost.l1_transactions == 2


def test_cost_of__advances_once_for_each_block():
    steps = []
    cost_of(CONFIG, blocks([300_000, 300_000, 300_000, 10]), CALLDATA, lambda: steps.append(1))
    assert len(steps) == 4


def test_cost_of__span_of_real_transactions__is_smaller_than_singular_batches():
    found = blocks([1] * 8)
    for number, block in enumerate(found):
        found[number] = replace(block, transactions=(b"\x7edeposit", legacy(nonce=number)))
    span = way(DataAvailability.CALLDATA, BatchType.SPAN)
    assert cost_in(span, found).posted < cost_in(CALLDATA, found).posted


def test_plus__calldata__one_transaction_for_each_payload_at_the_floor():
    found = Cost(CALLDATA).plus(channel(b"\x00" * 10, b"\x01" * 10))
    assert (found.l1_transactions, found.blobs, found.blob_gas) == (2, 0, 0)
    assert found.gas == floor_data_gas(b"\x00" * 10) + floor_data_gas(b"\x01" * 10)
    assert (found.channels, found.compressed, found.posted) == (1, 7, 20)


@pytest.mark.parametrize(("count", "transactions"), [(1, 1), (MAX_BLOBS, 1), (MAX_BLOBS + 1, 2)])
def test_plus__blobs__one_for_each_payload_six_in_a_transaction(count, transactions):
    found = Cost(BLOBS).plus(channel(*[b"\x01"] * count))
    assert (found.l1_transactions, found.blobs) == (transactions, count)
    assert (found.gas, found.blob_gas) == (21_000 * transactions, GAS_PER_BLOB * count)


def test_plus__channels__share_no_transaction():
    assert Cost(BLOBS).plus(channel(b"\x01")).plus(channel(b"\x01")).l1_transactions == 2


def test_fee__gas_pays_base_fee_and_tip_blob_gas_its_own_price():
    found = Cost(BLOBS, gas=100, blob_gas=10)
    assert found.fee(Prices(base_fee=3, tip=2, blob_base_fee=7)) == 100 * 5 + 10 * 7
