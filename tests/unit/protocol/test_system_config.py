"""The system config follows well-formed updates of known kinds, and nothing else."""

from dataclasses import replace

import pytest
from eth_abi.abi import encode as abi_encode
from hypothesis import given
from hypothesis import strategies as st
from tests.vectors.read import unhex, vector

from opcycle.protocol.l1_info import L1Info, L1InfoForm, l1_info_deposit
from opcycle.protocol.rollup import RollupConfig, SystemConfig
from opcycle.protocol.system_config import (
    CONFIG_UPDATE_TOPIC,
    ConfigUpdateType,
    apply_config_update,
    system_config_from_l2,
)
from opcycle.protocol.types import L1Header, Log

CONFIG = SystemConfig(
    batcher_address=b"\x0b" * 20,
    scalar=b"\x01" + bytes(29) + b"\x05\x06",
    gas_limit=30_000_000,
    overhead=b"\x07" * 32,
    eip_1559_params=bytes.fromhex("000000fa00000006"),
    operator_fee_params=bytes(20) + b"\x00\x00\x00\x08" + bytes(7) + b"\x09",
    min_base_fee=10,
    da_footprint_gas_scalar=11,
)


def test_topic__of_the_event__is_the_one_of_public_chains():
    assert CONFIG_UPDATE_TOPIC.hex() == "1d2b0bda21d56b8bd12d4f94ebacffdfb35f5e226f84b461103bb8beab6353be"


def word(value):
    return value.to_bytes(32, "big")


def update(kind, content, *, version=0):
    data = abi_encode(["bytes"], [content])
    return Log(b"\x5c" * 20, (CONFIG_UPDATE_TOPIC, word(version), word(kind)), data, 0)


def applied(kind, *words):
    return apply_config_update(CONFIG, update(kind, b"".join(words)))


V1 = b"\x01" + bytes(23)
GOOD = [
    (ConfigUpdateType.BATCHER, [word(0xBEEF)], {"batcher_address": bytes(18) + b"\xbe\xef"}),
    (
        ConfigUpdateType.FEE_SCALARS,
        [word(5), V1 + b"\x01\x02\x03\x04\x05\x06\x07\x08"],
        {"overhead": bytes(32), "scalar": V1 + b"\x01\x02\x03\x04\x05\x06\x07\x08"},
    ),
    (
        ConfigUpdateType.FEE_SCALARS,
        [word(5), word(2**32 - 1)],
        {"overhead": bytes(32), "scalar": word(2**32 - 1)},
    ),
    (ConfigUpdateType.GAS_LIMIT, [word(2**64 - 1)], {"gas_limit": 2**64 - 1}),
    (ConfigUpdateType.UNSAFE_BLOCK_SIGNER, [word(0xBEEF)], {}),
    (
        ConfigUpdateType.EIP_1559_PARAMS,
        [word(0x0000000A_00000002)],
        {"eip_1559_params": bytes.fromhex("0000000a00000002")},
    ),
    (ConfigUpdateType.EIP_1559_PARAMS, [word(0)], {"eip_1559_params": bytes(8)}),
    (
        ConfigUpdateType.OPERATOR_FEE,
        [word(3 << 64 | 4)],
        {"operator_fee_params": word(3 << 64 | 4)},
    ),
    (ConfigUpdateType.MIN_BASE_FEE, [word(2**64 - 1)], {"min_base_fee": 2**64 - 1}),
    (ConfigUpdateType.DA_FOOTPRINT_GAS_SCALAR, [word(65535)], {"da_footprint_gas_scalar": 65535}),
]


@pytest.mark.parametrize(("kind", "words", "changes"), GOOD)
def test_apply_config_update__well_formed__changes_what_its_kind_says(kind, words, changes):
    assert applied(kind, *words) == replace(CONFIG, **changes)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ConfigUpdateType.BATCHER, [word(1 << 160)]),
        (ConfigUpdateType.FEE_SCALARS, [word(0), b"\x02" + bytes(31)]),
        (ConfigUpdateType.FEE_SCALARS, [word(0), word(2**32)]),
        (ConfigUpdateType.FEE_SCALARS, [word(0), b"\x01" + bytes(22) + b"\x01" + bytes(8)]),
        (ConfigUpdateType.GAS_LIMIT, [word(2**64)]),
        (ConfigUpdateType.EIP_1559_PARAMS, [word(5)]),
        (ConfigUpdateType.EIP_1559_PARAMS, [word(5 << 32)]),
        (ConfigUpdateType.MIN_BASE_FEE, [word(2**64)]),
        (ConfigUpdateType.DA_FOOTPRINT_GAS_SCALAR, [word(2**16)]),
    ],
)
def test_apply_config_update__value_out_of_range__changes_nothing(kind, words):
    assert applied(kind, *words) == CONFIG


@pytest.mark.parametrize(
    ("kind", "content", "changes"),
    [
        (ConfigUpdateType.EIP_1559_PARAMS, b"\xff" * 32, {"eip_1559_params": b"\xff" * 8}),
        (ConfigUpdateType.OPERATOR_FEE, b"\xff" * 32, {"operator_fee_params": b"\xff" * 32}),
    ],
)
def test_apply_config_update__bytes_that_op_node_does_not_look_at__do_not_matter(kind, content, changes):
    assert applied(kind, content) == replace(CONFIG, **changes)


@pytest.mark.parametrize(("kind", "words", "changes"), [case for case in GOOD if case[2]])
def test_apply_config_update__malformed_event__changes_nothing(kind, words, changes):
    good = update(kind, b"".join(words))
    assert apply_config_update(CONFIG, good) != CONFIG
    one, version, type_ = good.topics
    for log in (
        replace(good, topics=()),
        replace(good, topics=(one, version)),
        replace(good, topics=(one, version, type_, type_)),
        replace(good, topics=(word(1), version, type_)),
        replace(good, topics=(one, word(1), type_)),
        replace(good, topics=(one, version, word(8))),
        replace(good, topics=(one, version, word(2**255))),
        replace(good, data=b""),
        replace(good, data=good.data[:-1]),
        replace(good, data=good.data[:-32]),
        replace(good, data=good.data + b"\0"),
        replace(good, data=good.data + bytes(32)),
        replace(good, data=word(64) + good.data[32:]),
        replace(good, data=word(2**255 + 32) + good.data[32:]),
        replace(good, data=word(32) + word(31) + good.data[64:]),
        replace(good, data=word(32) + word(96) + good.data[64:]),
    ):
        assert apply_config_update(CONFIG, log) == CONFIG


@given(
    st.lists(st.binary(min_size=32, max_size=32) | st.integers(0, 8).map(word), max_size=4),
    st.binary(max_size=160),
)
def test_apply_config_update__any_log__a_config_and_no_exception(topics, data):
    found = apply_config_update(CONFIG, Log(b"", (CONFIG_UPDATE_TOPIC, *topics), data, 0))
    assert isinstance(found, SystemConfig)


@pytest.mark.parametrize("case", vector("config_updates.json")["cases"], ids=lambda case: case["update"])
def test_apply_config_update__konas_events__their_values(case):
    expected = {
        "batcher": {"batcher_address": bytes(18) + b"\xbe\xef"},
        "gas_config": {"overhead": bytes(32), "scalar": word(0xBEEF)},
        "gas_limit": {"gas_limit": 0xBEEF},
        "signer": {},
        "eip1559": {"eip_1559_params": bytes.fromhex("0000babe0000beef")},
        "operator_fee": {"operator_fee_params": word(0xBABE << 64 | 0xBEEF)},
        "min_base_fee": {"min_base_fee": 0xBEEF},
        "da_footprint_gas_scalar": {"da_footprint_gas_scalar": 0xBEEF},
    }
    topics = (CONFIG_UPDATE_TOPIC, word(0), word(case["update_type"]))
    found = apply_config_update(CONFIG, Log(b"", topics, unhex(case["data"]), 0))
    assert found == replace(CONFIG, **expected[case["update"]])


# --- what an L2 block remembers -------------------------------------------------------------------

ROLLUP = RollupConfig.from_json(vector("rollup.jovian.json"))
HEADER = L1Header(b"\x11" * 32, 7, b"\x10" * 32, 1_700_000_000, 9, b"\x12" * 32, b"\x13" * 32, 0)


@given(
    blob_scalar=st.integers(0, 2**32 - 1),
    scalar=st.integers(0, 2**32 - 1),
    operator_fee=st.integers(0, 2**96 - 1),
    fee_curve=st.binary(min_size=8, max_size=8),
    min_base_fee=st.integers(0, 2**64 - 1),
    footprint=st.integers(1, 2**16 - 1),
    gas_limit=st.integers(0, 2**64 - 1),
)
def test_system_config_from_l2__of_the_block_that_a_config_made__is_that_config(
    blob_scalar, scalar, operator_fee, fee_curve, min_base_fee, footprint, gas_limit
):
    config = SystemConfig(
        batcher_address=b"\x0b" * 20,
        scalar=V1 + blob_scalar.to_bytes(4, "big") + scalar.to_bytes(4, "big"),
        gas_limit=gas_limit,
        eip_1559_params=fee_curve,
        operator_fee_params=word(operator_fee),
        min_base_fee=min_base_fee,
        da_footprint_gas_scalar=footprint,
    )
    deposit = l1_info_deposit(
        ROLLUP, config, HEADER, sequence_number=0, l2_timestamp=ROLLUP.genesis_time + 1, blob_base_fee=1
    )
    extra_data = b"\x01" + fee_curve + min_base_fee.to_bytes(8, "big")
    found = system_config_from_l2(L1Info.decode(deposit.data), gas_limit=gas_limit, extra_data=extra_data)
    assert found == config


INFO = L1Info(7, 1_700_000_000, 9, b"\x11" * 32, 0, b"\x0b" * 20, base_fee_scalar=6, blob_base_fee=1)


@pytest.mark.parametrize(
    ("extra_data", "params", "min_base_fee"),
    [
        (b"", bytes(8), 0),
        (bytes.fromhex("00000000fa00000006"), bytes.fromhex("000000fa00000006"), 0),
        (bytes.fromhex("01000000fa00000006000000000000000a"), bytes.fromhex("000000fa00000006"), 10),
    ],
    ids=["before Holocene", "Holocene", "Jovian"],
)
def test_system_config_from_l2__extra_data__has_the_fee_curve(extra_data, params, min_base_fee):
    found = system_config_from_l2(INFO, gas_limit=5, extra_data=extra_data)
    assert (found.eip_1559_params, found.min_base_fee, found.gas_limit) == (params, min_base_fee, 5)


@pytest.mark.parametrize("case", vector("engine.json")["extra_data"])
def test_system_config_from_l2__extra_data_of_op_alloy__its_curve_or_the_defaults_it_was_made_with(case):
    chosen, defaults = unhex(case["eip1559Params"]), case.get("defaults", [0, 0])
    params = chosen if any(chosen) else b"".join(number.to_bytes(4, "big") for number in defaults)
    extra_data = unhex(case.get("jovian_extraData") or case["holocene_extraData"])
    found = system_config_from_l2(INFO, gas_limit=5, extra_data=extra_data)
    assert (found.eip_1559_params, found.min_base_fee) == (params, case.get("minBaseFee", 0))


def test_system_config_from_l2__bedrock_form__its_overhead_and_scalar():
    for overhead, scalar in ((word(188), word(684_000)), (word(0), word(0))):
        info = replace(INFO, overhead=overhead, scalar=scalar)
        decoded = L1Info.decode(info.encode(L1InfoForm.BEDROCK))
        found = system_config_from_l2(decoded, gas_limit=5, extra_data=b"")
        assert (found.overhead, found.scalar) == (overhead, scalar)
    packed = system_config_from_l2(INFO, gas_limit=5, extra_data=b"")
    assert (packed.overhead, packed.scalar) == (bytes(32), V1 + bytes(4) + (6).to_bytes(4, "big"))
