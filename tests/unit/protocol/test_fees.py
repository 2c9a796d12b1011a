"""Fees of a transaction beyond its L2 gas: what op-geth has charged, and the edge of every fork."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import CONFIG
from tests.vectors.read import unhex, vector

from opcycle.protocol.fees import (
    DataSize,
    bedrock_l1_fee,
    da_footprint,
    ecotone_l1_fee,
    fjord_l1_fee,
    l1_fee,
    operator_fee,
)
from opcycle.protocol.l1_info import L1Info
from opcycle.protocol.rollup import Fork

VECTORS = vector("l1_fees.json")
CASES = {case["fork"]: case for case in VECTORS["forks"]}
TRANSACTIONS = list(map(unhex, VECTORS["transactions"]))
TRANSACTION = TRANSACTIONS[3]
DEPOSIT = b"\x7e" + TRANSACTION
INFO = replace(
    L1Info.decode(unhex(CASES["jovian"]["l1_info"])),
    overhead=(188).to_bytes(32, "big"),
    scalar=(684_000).to_bytes(32, "big"),
)
"""With what every form could hold, so that a formula of the wrong fork gives another fee."""

SIZE = DataSize.of(TRANSACTION)
FORMULAS = {
    "bedrock": bedrock_l1_fee(INFO, SIZE, is_regolith=False),
    "regolith": bedrock_l1_fee(INFO, SIZE, is_regolith=True),
    "ecotone": ecotone_l1_fee(INFO, SIZE),
    "fjord": fjord_l1_fee(INFO, SIZE),
}

TIME = CONFIG.genesis_time + 100


def forks_until(newest, *, since=0):
    """Every fork up to `newest`, which is active from `since` on."""
    older = list(Fork)[: list(Fork).index(newest)]
    return replace(CONFIG, fork_times={**dict.fromkeys(older, 0), newest: since})


def sized(fastlz):
    return DataSize(zeros=0, others=0, fastlz=fastlz)


def since_genesis(fork):
    return replace(CONFIG, fork_times={}) if fork == "bedrock" else forks_until(Fork(fork))


# --- the formulas -----------------------------------------------------------------------------------


@pytest.mark.parametrize("fork", CASES)
def test_l1_fee__transactions_of_every_kind__is_what_op_geth_charged(fork):
    case = CASES[fork]
    info = L1Info.decode(unhex(case["l1_info"]))
    fees = [l1_fee(since_genesis(fork), info, tx, l2_timestamp=TIME) for tx in TRANSACTIONS]
    assert fees == case["l1_fees"]
    assert sum(fees) == case["l1_fees_paid"]


def test_data_size__zero_bytes__cost_a_quarter_of_the_others():
    assert DataSize.of(b"\0\0\0\x01").gas == 3 * 4 + 16


@pytest.mark.parametrize("fastlz", [0, 100, 150, 170])
def test_fjord_l1_fee__small_transaction__pays_for_a_hundred_bytes(fastlz):
    assert sized(fastlz).estimate == 100 * 10**6
    assert fjord_l1_fee(INFO, sized(fastlz)) == CASES["fjord"]["l1_fees"][0]


@pytest.mark.parametrize("fastlz", [171, 175, 200])
def test_fjord_l1_fee__from_171_compressed_bytes__grows(fastlz):
    assert fjord_l1_fee(INFO, sized(fastlz)) > CASES["fjord"]["l1_fees"][0]
    assert sized(fastlz + 1).estimate - sized(fastlz).estimate == 836_500


# --- which formula ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (replace(CONFIG, fork_times={}), "bedrock"),
        (forks_until(Fork.REGOLITH, since=TIME + 1), "bedrock"),
        (forks_until(Fork.REGOLITH, since=TIME), "regolith"),
        (forks_until(Fork.ECOTONE, since=TIME + 1), "regolith"),
        (forks_until(Fork.ECOTONE, since=TIME), "regolith"),
        (forks_until(Fork.ECOTONE, since=TIME - CONFIG.block_time), "ecotone"),
        (forks_until(Fork.FJORD, since=TIME + 1), "ecotone"),
        (forks_until(Fork.FJORD, since=TIME), "fjord"),
        (forks_until(Fork.JOVIAN), "fjord"),
    ],
)
def test_l1_fee__by_fork__ecotones_first_block_has_the_formula_before(config, expected):
    assert len(set(FORMULAS.values())) == len(FORMULAS)
    assert l1_fee(config, INFO, TRANSACTION, l2_timestamp=TIME) == FORMULAS[expected]


def test_l1_fee__deposit__is_free():
    assert l1_fee(CONFIG, INFO, DEPOSIT, l2_timestamp=TIME) == 0
    assert l1_fee(CONFIG, INFO, b"\x02" + TRANSACTION, l2_timestamp=TIME) > 0


# --- operator fee -----------------------------------------------------------------------------------


@pytest.mark.parametrize("fork", ["isthmus", "jovian"])
def test_operator_fee__transactions_of_every_kind__is_what_op_geth_charged(fork):
    case = CASES[fork]
    info = L1Info.decode(unhex(case["l1_info"]))
    config = since_genesis(fork)
    fees = [operator_fee(config, info, gas, l2_timestamp=TIME) for gas in case["gas_used"]]
    assert sum(fees) == case["operator_fees_paid"]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (forks_until(Fork.ISTHMUS), 21_000 * 5_000_001 // 10**6 + 123_456_789),
        (forks_until(Fork.JOVIAN, since=TIME + 1), 21_000 * 5_000_001 // 10**6 + 123_456_789),
        (forks_until(Fork.JOVIAN, since=TIME), 21_000 * 5_000_001 * 100 + 123_456_789),
    ],
)
def test_operator_fee__by_fork__jovian_has_its_own_formula_from_its_first_block_on(config, expected):
    assert operator_fee(config, INFO, 21_000, l2_timestamp=TIME) == expected


@pytest.mark.parametrize("fork", [Fork.HOLOCENE, Fork.ISTHMUS, Fork.JOVIAN])
def test_operator_fee__l1_attributes_of_a_form_without_it__is_zero(fork):
    info = replace(INFO, operator_fee_scalar=0, operator_fee_constant=0)
    assert operator_fee(forks_until(fork), info, 21_000, l2_timestamp=TIME) == 0


# --- DA footprint -----------------------------------------------------------------------------------


def test_da_footprint__transactions_of_every_kind__is_the_blob_gas_that_op_geth_counted():
    assert da_footprint(INFO, [DEPOSIT, *TRANSACTIONS]) == CASES["jovian"]["blob_gas_used"]


def test_da_footprint__transactions__each_counts_at_least_a_hundred_bytes_and_deposits_none():
    large = bytes(range(256))
    bytes_of_large = DataSize.of(large).estimate // 10**6
    assert bytes_of_large == (836_500 * 264 - 42_585_600) // 10**6
    assert da_footprint(INFO, [DEPOSIT, TRANSACTIONS[0], large]) == 400 * (100 + bytes_of_large)
    assert da_footprint(INFO, [DEPOSIT]) == 0


def test_da_footprint__jovians_first_block__is_zero():
    assert da_footprint(replace(INFO, da_footprint_gas_scalar=0), [DEPOSIT, TRANSACTION]) == 0
