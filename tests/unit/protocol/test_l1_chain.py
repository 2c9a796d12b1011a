"""The price of blob gas on known L1s: EIP-4844's formula, and the fraction that each fork sets."""

import pytest

from opcycle.protocol.l1_chain import (
    LOCAL_L1_CHAIN_ID,
    MAINNET,
    SEPOLIA,
    L1ChainConfig,
    fake_exponential,
    l1_chain_of,
    local_l1,
)
from opcycle.protocol.types import L1Header

CANCUN, PRAGUE, BPO1, BPO2 = 3_338_477, 5_007_716, 8_346_193, 11_684_671


def header(timestamp, excess_blob_gas):
    return L1Header(bytes(32), 1, bytes(32), timestamp, 7, bytes(32), bytes(32), excess_blob_gas)


@pytest.mark.parametrize(
    ("factor", "numerator", "denominator", "expected"),
    [
        # go-ethereum, consensus/misc/eip4844: TestFakeExponential
        (1, 0, 1, 1),
        (38_493, 0, 1000, 38_493),
        (0, 1234, 2345, 0),
        (1, 2, 1, 6),
        (1, 4, 2, 6),
        (1, 3, 1, 16),
        (1, 6, 2, 18),
        (1, 4, 1, 49),
        (1, 8, 2, 50),
        (10, 8, 2, 542),
        (11, 8, 2, 596),
        (1, 5, 1, 136),
        (1, 5, 2, 11),
        (2, 5, 2, 23),
        (1, 50_000_000, 2_225_652, 5_709_098_764),
    ],
)
def test_fake_exponential__known_values__as_go_ethereum_has_them(factor, numerator, denominator, expected):
    assert fake_exponential(factor, numerator, denominator) == expected


@pytest.mark.parametrize(
    ("excess", "expected"), [(0, 1), (2_314_057, 1), (2_314_058, 2), (10 * 1024 * 1024, 23)]
)
def test_blob_base_fee__under_cancun__as_go_ethereum_computes_it(excess, expected):
    assert MAINNET.blob_base_fee(header(1_710_338_135, excess)) == expected


@pytest.mark.parametrize(
    ("chain", "activation", "before", "after"),
    [
        (MAINNET, 1_746_612_311, CANCUN, PRAGUE),
        (MAINNET, 1_764_798_551, PRAGUE, PRAGUE),
        (MAINNET, 1_765_290_071, PRAGUE, BPO1),
        (MAINNET, 1_767_747_671, BPO1, BPO2),
        (SEPOLIA, 1_741_159_776, CANCUN, PRAGUE),
        (SEPOLIA, 1_760_427_360, PRAGUE, PRAGUE),
        (SEPOLIA, 1_761_017_184, PRAGUE, BPO1),
        (SEPOLIA, 1_761_607_008, BPO1, BPO2),
    ],
)
def test_blob_base_fee__around_a_fork__follows_its_fraction_from_its_first_second(
    chain, activation, before, after
):
    excess = 100_000_000
    assert chain.blob_base_fee(header(activation - 1, excess)) == fake_exponential(1, excess, before)
    assert chain.blob_base_fee(header(activation, excess)) == fake_exponential(1, excess, after)


def test_blob_base_fee__before_there_are_blobs__is_one():
    assert MAINNET.blob_base_fee(header(1_710_338_134, 100_000_000)) == 1
    assert MAINNET.blob_base_fee(header(1_710_338_135, None)) == 1
    assert MAINNET.blob_base_fee(header(1_710_338_135, 100_000_000)) > 1


def test_l1_chain_of__known_ids__their_rules_and_any_other_those_of_a_local_chain():
    assert (l1_chain_of(1), l1_chain_of(11_155_111)) == (MAINNET, SEPOLIA)
    assert l1_chain_of(LOCAL_L1_CHAIN_ID) == local_l1()
    assert l1_chain_of(31_337) == L1ChainConfig(31_337, local_l1().blob_rules)
    excess = 100_000_000
    assert local_l1().blob_base_fee(header(1, excess)) == fake_exponential(1, excess, PRAGUE)


@pytest.mark.parametrize("chain", [MAINNET, SEPOLIA, local_l1()], ids=lambda chain: str(chain.chain_id))
def test_to_geth_json__every_fork_with_blobs__has_its_time_and_its_schedule(chain):
    data = chain.to_geth_json()
    assert data["chainId"] == chain.chain_id
    assert data["terminalTotalDifficulty"] == 0
    for rules in chain.blob_rules:
        assert data[f"{rules.fork}Time"] == rules.activation
        assert data["blobSchedule"][rules.fork] == {
            "target": rules.target,
            "max": rules.max,
            "baseFeeUpdateFraction": rules.update_fraction,
        }
    assert {key for key in data if key.endswith("Time")} == {
        "shanghaiTime",
        *(f"{rules.fork}Time" for rules in chain.blob_rules),
    }
