"""Prices, calldata gas and what data costs; the figures are EIP-7623's, EIP-4844's and op-geth's."""

import pytest

from opcycle.l1.fees import (
    Fees,
    Prices,
    blob_cost,
    blobs_are_cheaper,
    calldata_cost,
    floor_data_gas,
    intrinsic_gas,
    read_prices,
)


class FakeServer:
    def __init__(self, rewards=(), blob_fees=None):
        self.rewards = rewards
        self.blob_fees = blob_fees

    def call(self, method, *params):
        reward = None if self.rewards is None else [[hex(item)] for item in self.rewards]
        blobs = {} if self.blob_fees is None else {"baseFeePerBlobGas": [hex(fee) for fee in self.blob_fees]}
        return {"baseFeePerGas": [hex(90), hex(100)], "reward": reward, **blobs}


@pytest.mark.parametrize(
    ("data", "intrinsic", "floor"),
    [
        (b"", 21_000, 21_000),
        (b"\x00", 21_004, 21_010),
        (b"\x01", 21_016, 21_040),
        (b"\x00\x01" * 50, 21_000 + 50 * 20, 21_000 + 50 * 50),
    ],
)
def test_calldata_gas__zero_and_other_bytes__one_and_four_tokens(data, intrinsic, floor):
    assert (intrinsic_gas(data), floor_data_gas(data)) == (intrinsic, floor)


@pytest.mark.parametrize(
    ("rewards", "tip"), [([1, 9, 5], 5), ([1, 1, 1], 2), ([], 2), (None, 2), ([4, 6], 4)]
)
def test_suggested__recent_tips__median_or_the_floor(rewards, tip):
    fees = read_prices(FakeServer(rewards), min_tip=2).suggested
    assert (fees.max_priority_fee, fees.max_fee) == (tip, 200 + tip)


@pytest.mark.parametrize(("blob_fees", "price"), [([7, 8], 8), ([0, 0], 1), ([], 1), (None, 1)])
def test_read_prices__blob_fee__of_the_next_block_or_the_least_there_is(blob_fees, price):
    server = FakeServer(blob_fees=blob_fees)
    assert read_prices(server, min_tip=2) == Prices(base_fee=100, tip=2, blob_base_fee=price)
    assert read_prices(server, min_tip=2).suggested.max_blob_fee == 2 * price


def test_costs__one_payload__floor_gas_for_calldata_and_a_whole_blob_for_a_blob():
    prices = Prices(base_fee=9, tip=1, blob_base_fee=3)
    assert calldata_cost(b"\x01" * 1000, prices) == (21_000 + 40 * 1000) * 10
    assert blob_cost(prices) == 21_000 * 10 + 131_072 * 3
    assert blob_cost(prices, blobs=6) == 21_000 * 10 + 6 * 131_072 * 3


@pytest.mark.parametrize(
    ("size", "base_fee", "blob_base_fee", "blob"),
    [
        (120_000, 10**9, 1, True),  # mainnet on most days
        (120_000, 1, 10**9, False),
        (100, 1000, 30, True),  # 100 bytes cost 4,000 gas more as calldata, a blob 131,072 blob gas
        (100, 1000, 31, False),
        (3277, 1, 1, True),
        (3276, 1, 1, False),
    ],
)
def test_blobs_are_cheaper__by_size_and_prices(size, base_fee, blob_base_fee, blob):
    prices = Prices(base_fee=base_fee, tip=0, blob_base_fee=blob_base_fee)
    assert blobs_are_cheaper([b"\x01" * size], prices) is blob


def test_blobs_are_cheaper__zeros_are_a_quarter_of_the_calldata():
    prices = Prices(base_fee=1, tip=0, blob_base_fee=1)
    assert not blobs_are_cheaper([bytes(4 * 3276)], prices)
    assert blobs_are_cheaper([bytes(4 * 3277)], prices)


def test_blobs_are_cheaper__several__share_what_one_transaction_costs():
    prices = Prices(base_fee=100, tip=0, blob_base_fee=4)
    payload = b"\x01" * 100
    assert not blobs_are_cheaper([payload], prices)
    assert blobs_are_cheaper([payload] * 6, prices)


@pytest.mark.parametrize(("percent", "raised"), [(110, Fees(110, 11, 2)), (200, Fees(200, 20, 2))])
def test_raised__each_fee_by_the_share_and_by_one_at_least(percent, raised):
    assert Fees(100, 10, 1).raised(percent) == raised


def test_outbidding__twice_the_caps_and_a_tip_of_the_old_one():
    assert Fees(100, 10, 3).outbidding() == Fees(200, 100, 6)
    assert Fees(100, 90, 3).outbidding() == Fees(200, 180, 6)


def test_at_least__of_each_the_higher_one():
    assert Fees(1, 20, 3).at_least(Fees(10, 2, 30)) == Fees(10, 20, 30)


def test_exceed__base_fee_for_all_and_the_blob_fee_for_blobs_only():
    prices = Prices(base_fee=10, tip=1, blob_base_fee=5)
    assert not prices.exceed(Fees(10, 0, 5), has_blobs=True)
    assert prices.exceed(Fees(9, 9, 5), has_blobs=False)
    assert prices.exceed(Fees(10, 0, 4), has_blobs=True)
    assert not prices.exceed(Fees(10, 0, 4), has_blobs=False)
