"""Fees of a transaction beyond its L2 gas: op-geth's own expectations, and the edge of every fork."""

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
PRICES = VECTORS["prices"]
TRANSACTION = unhex(VECTORS["transaction"])
DEPOSIT = b"\x7e" + TRANSACTION
INFO = L1Info(
    number=1,
    timestamp=1,
    base_fee=PRICES["base_fee"],
    hash=bytes(32),
    sequence_number=0,
    batcher_address=bytes(20),
    base_fee_scalar=PRICES["base_fee_scalar"],
    blob_base_fee_scalar=PRICES["blob_base_fee_scalar"],
    blob_base_fee=PRICES["blob_base_fee"],
    operator_fee_scalar=PRICES["operator_fee_scalar"],
    operator_fee_constant=PRICES["operator_fee_constant"],
    da_footprint_gas_scalar=400,
    overhead=PRICES["overhead"].to_bytes(32, "big"),
    scalar=PRICES["scalar"].to_bytes(32, "big"),
)
"""With what every form could hold, so that a formula of the wrong fork gives another fee."""

TIME = CONFIG.genesis_time + 100


def forks_until(newest, *, since=0):
    """Every fork up to `newest`, which is active from `since` on."""
    older = list(Fork)[: list(Fork).index(newest)]
    return replace(CONFIG, fork_times={**dict.fromkeys(older, 0), newest: since})


def sized(fastlz):
    return DataSize(zeros=0, others=0, fastlz=fastlz)


# --- the formulas -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "fee"),
    [
        ("bedrock", lambda size: bedrock_l1_fee(INFO, size, is_regolith=False)),
        ("regolith", lambda size: bedrock_l1_fee(INFO, size, is_regolith=True)),
        ("ecotone", lambda size: ecotone_l1_fee(INFO, size)),
        ("fjord", lambda size: fjord_l1_fee(INFO, size)),
    ],
)
def test_l1_fee_formula__op_geths_transaction__is_what_op_geth_expects(name, fee):
    assert fee(DataSize.of(TRANSACTION)) == VECTORS["fees"][name]


def test_data_size__zero_bytes__cost_a_quarter_of_the_others():
    assert DataSize.of(TRANSACTION).gas == 30 * 16
    assert DataSize.of(b"\0\0\0\x01").gas == 3 * 4 + 16


def test_fjord_l1_fee__size_of_the_solidity_test__is_the_contracts_fee():
    case = VECTORS["fjord_solidity_parity"]
    prices = ("base_fee", "blob_base_fee", "base_fee_scalar", "blob_base_fee_scalar")
    info = replace(INFO, **{name: case[name] for name in prices})
    assert fjord_l1_fee(info, sized(case["fastlz"])) == case["fee"]


@pytest.mark.parametrize("fastlz", VECTORS["fjord_minimum"]["fastlz"])
def test_fjord_l1_fee__small_transaction__pays_for_a_hundred_bytes(fastlz):
    assert fjord_l1_fee(INFO, sized(fastlz)) == VECTORS["fjord_minimum"]["fee"]


@pytest.mark.parametrize("fastlz", VECTORS["fjord_minimum"]["above"])
def test_fjord_l1_fee__from_171_compressed_bytes__grows(fastlz):
    assert fjord_l1_fee(INFO, sized(fastlz)) > VECTORS["fjord_minimum"]["fee"]
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
    assert l1_fee(config, INFO, TRANSACTION, l2_timestamp=TIME) == VECTORS["fees"][expected]


def test_l1_fee__deposit__is_free():
    assert l1_fee(CONFIG, INFO, DEPOSIT, l2_timestamp=TIME) == 0
    assert l1_fee(CONFIG, INFO, b"\x02" + TRANSACTION, l2_timestamp=TIME) > 0


# --- operator fee -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (forks_until(Fork.ISTHMUS), "isthmus"),
        (forks_until(Fork.JOVIAN, since=TIME + 1), "isthmus"),
        (forks_until(Fork.JOVIAN, since=TIME), "jovian"),
    ],
)
def test_operator_fee__by_fork__is_what_op_geth_expects(config, expected):
    case = VECTORS["operator_fees"]
    assert operator_fee(config, INFO, case["gas"], l2_timestamp=TIME) == case[expected]


@pytest.mark.parametrize("fork", [Fork.HOLOCENE, Fork.ISTHMUS, Fork.JOVIAN])
def test_operator_fee__l1_attributes_of_a_form_without_it__is_zero(fork):
    info = replace(INFO, operator_fee_scalar=0, operator_fee_constant=0)
    assert operator_fee(forks_until(fork), info, 21_000, l2_timestamp=TIME) == 0


# --- DA footprint -----------------------------------------------------------------------------------


def test_da_footprint__transactions__each_counts_at_least_a_hundred_bytes_and_deposits_none():
    large = bytes(range(256))
    bytes_of_large = DataSize.of(large).estimate // 10**6
    assert bytes_of_large == (836_500 * 264 - 42_585_600) // 10**6
    assert da_footprint(INFO, [DEPOSIT, TRANSACTION, large]) == 400 * (100 + bytes_of_large)
    assert da_footprint(INFO, [DEPOSIT]) == 0


def test_da_footprint__jovians_first_block__is_zero():
    assert da_footprint(replace(INFO, da_footprint_gas_scalar=0), [DEPOSIT, TRANSACTION]) == 0
