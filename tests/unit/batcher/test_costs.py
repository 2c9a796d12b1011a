"""Costs are those of the channels that the batcher would really post."""

from dataclasses import replace

import pytest
from tests.unit.batcher.world import FakeL1, FakeL2
from tests.unit.derivation.l1_builder import CONFIG
from tests.unit.protocol.span_samples import legacy

from opcycle.batcher.channel import Channel, build_channel
from opcycle.batcher.costs import WAYS, Cost, Way, channel_runs, cost_of
from opcycle.batcher.options import MAX_BLOBS, BatchType, DataAvailability
from opcycle.l1.fees import GAS_PER_BLOB, Prices, floor_data_gas
from opcycle.protocol.channels import Compression


def way(form, batch_type=BatchType.SINGULAR):
    return Way(batch_type, Compression.BROTLI, form)


CALLDATA, BLOBS = way(DataAvailability.CALLDATA), way(DataAvailability.BLOBS)


def blocks(sizes, content=None):
    l1 = FakeL1()
    l1.mine(20)
    l2 = FakeL2(l1)
    l2.extend(sizes)
    return l2.chain[1:]


def channel(*payloads):
    ref = blocks([0])[0].ref
    return Channel(id=bytes(16), first=ref, last=ref, size=7, payloads=payloads)


def cost(runs, chosen):
    return cost_of(CONFIG, runs, chosen, lambda: None)


def test_ways__every_combination_once_and_nothing_automatic():
    assert len(set(WAYS)) == 2 * 2 * 2
    assert not any("auto" in (item.batch_type, item.data_availability) for item in WAYS)


def test_channel_runs__each_block_once_and_a_full_channel_closed():
    found = blocks([200_000, 200_000, 200_000, 10, 10])
    runs = channel_runs(found)
    assert [len(run) for run in runs] == [3, 2]
    assert [block.ref for run in runs for block in run] == [block.ref for block in found]


def test_channel_runs__less_than_full__is_one_channel():
    assert [len(run) for run in channel_runs(blocks([200_000, 200_000]))] == [2]


@pytest.mark.parametrize("chosen", WAYS)
def test_cost_of__any_way__is_that_of_the_channel_built(chosen):
    (run,) = channel_runs(blocks([300, 0, 500]))
    built = build_channel(CONFIG, run, run[-1].ref.l1_origin.hash, chosen.options)
    found = cost([run], chosen)
    assert (found.compressed, found.posted) == (built.size, sum(map(len, built.payloads)))


def test_cost_of__advances_once_per_channel():
    steps = []
    cost_of(CONFIG, channel_runs(blocks([500_000, 10])), CALLDATA, lambda: steps.append(1))
    assert len(steps) == 2


def test_cost_of__span_of_real_transactions__is_smaller_than_singular_batches():
    found = blocks([1] * 8)
    for number, block in enumerate(found):
        found[number] = replace(block, transactions=(b"\x7edeposit", legacy(nonce=number)))
    runs = channel_runs(found)
    span = way(DataAvailability.CALLDATA, BatchType.SPAN)
    assert cost(runs, span).posted < cost(runs, CALLDATA).posted


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
