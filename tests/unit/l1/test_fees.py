"""Prices and calldata gas; the figures are EIP-7623's and op-geth's."""

import pytest

from opcycle.l1.fees import floor_data_gas, intrinsic_gas, suggest_fees


class FakeServer:
    def __init__(self, rewards):
        self.rewards = rewards

    def call(self, method, *params):
        reward = None if self.rewards is None else [[hex(item)] for item in self.rewards]
        return {"baseFeePerGas": [hex(90), hex(100)], "reward": reward}


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
def test_suggest_fees__recent_tips__median_or_the_floor(rewards, tip):
    fees = suggest_fees(FakeServer(rewards), min_tip=2)
    assert (fees.max_priority_fee, fees.max_fee) == (tip, 200 + tip)
