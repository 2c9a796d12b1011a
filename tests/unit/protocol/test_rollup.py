"""`rollup.json`, field for field as op-node writes it, and the questions that the config answers."""

import copy
from dataclasses import replace

import pytest
from tests.vectors.read import unhex, vector

from opcycle.protocol.rollup import FeeCurve, Fork, RollupConfig, SystemConfig, unknown_forks
from opcycle.protocol.types import BlockId

FILES = ["rollup.isthmus.json", "rollup.jovian.json"]
CONFIG = RollupConfig.from_json(vector("rollup.jovian.json"))


@pytest.mark.parametrize("name", FILES)
def test_from_json__file_that_op_node_ran_with__goes_back_unchanged(name):
    data = vector(name)
    data["genesis"]["system_config"]["batcherAddr"] = "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc"
    assert RollupConfig.from_json(vector(name)).to_json() == data  # but for the case of one address


@pytest.mark.parametrize("name", FILES)
def test_to_json__config__comes_back(name):
    config = RollupConfig.from_json(vector(name))
    assert RollupConfig.from_json(config.to_json()) == config


def test_from_json__each_field__is_where_it_belongs():
    assert CONFIG.genesis_l1 == BlockId(
        unhex("0x0a2e53fd032fdcef2afe95d2438137283e3008a85d57fd884f0b064c5db801a0"), 251
    )
    assert CONFIG.genesis_l2 == BlockId(
        unhex("0xb76e9c87437197b466fa853cde2fe2a0b99f695f2d4718ba02f62a7376ef3727"), 0
    )
    assert (CONFIG.genesis_time, CONFIG.block_time) == (1795474843, 1)
    assert (CONFIG.l1_chain_id, CONFIG.l2_chain_id) == (900, 901)
    assert (CONFIG.max_sequencer_drift, CONFIG.seq_window_size, CONFIG.channel_timeout) == (600, 3600, 300)
    assert CONFIG.batch_inbox == unhex("0xff00000000000000000000000000000000000901")
    assert CONFIG.deposit_contract == unhex("0x000000000000000000000000000000000000de05")
    assert CONFIG.l1_system_config == unhex("0x0000000000000000000000000000000000005c01")
    assert CONFIG.fee_curve == FeeCurve(6, 50, 250)
    assert dict(CONFIG.fork_times) == dict.fromkeys(Fork, 0)
    assert CONFIG.genesis_system_config == SystemConfig(
        batcher_address=unhex("0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc"),
        scalar=b"\x01" + bytes(23) + (810_949).to_bytes(4, "big") + (1368).to_bytes(4, "big"),
        gas_limit=200_000_000,
    )


def without(*path):
    data = copy.deepcopy(vector("rollup.jovian.json"))
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return data


def with_value(value, *path):
    data = copy.deepcopy(vector("rollup.jovian.json"))
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return data


@pytest.mark.parametrize(
    "path",
    [
        ("genesis",),
        ("genesis", "l1"),
        ("genesis", "l2", "hash"),
        ("genesis", "l2_time"),
        ("genesis", "system_config"),
        ("genesis", "system_config", "batcherAddr"),
        ("genesis", "system_config", "scalar"),
        ("genesis", "system_config", "gasLimit"),
        ("block_time",),
        ("max_sequencer_drift",),
        ("seq_window_size",),
        ("l1_chain_id",),
        ("l2_chain_id",),
        ("batch_inbox_address",),
        ("deposit_contract_address",),
        ("l1_system_config_address",),
    ],
)
def test_from_json__a_field_is_missing__key_error_names_it(path):
    with pytest.raises(KeyError, match=path[-1]):
        RollupConfig.from_json(without(*path))


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("genesis", "l1", "hash"), "0x1234", "expected 32 bytes, got 2"),
        (("genesis", "system_config", "batcherAddr"), "0x" + "11" * 21, "expected 20 bytes, got 21"),
        (("genesis", "system_config", "eip1559Params"), "0x00", "expected 8 bytes, got 1"),
        (("batch_inbox_address",), "0xzz", "non-hexadecimal"),
        (("block_time",), "two", "invalid literal"),
        (("l2_chain_id",), "", "invalid literal"),
    ],
)
def test_from_json__a_field_is_malformed__value_error_says_how(path, value, why):
    with pytest.raises(ValueError, match=why):
        RollupConfig.from_json(with_value(value, *path))


@pytest.mark.parametrize(
    ("path", "read", "default"),
    [
        (("channel_timeout",), lambda c: c.channel_timeout, 300),
        (("chain_op_config",), lambda c: c.fee_curve, FeeCurve(6, 50, 250)),
        (("jovian_time",), lambda c: c.fork_times.get(Fork.JOVIAN), None),
        (("genesis", "system_config", "overhead"), lambda c: c.genesis_system_config.overhead, bytes(32)),
        (
            ("genesis", "system_config", "eip1559Params"),
            lambda c: c.genesis_system_config.eip_1559_params,
            bytes(8),
        ),
        (
            ("genesis", "system_config", "operatorFeeParams"),
            lambda c: c.genesis_system_config.operator_fee_params,
            bytes(32),
        ),
        (("genesis", "system_config", "minBaseFee"), lambda c: c.genesis_system_config.min_base_fee, 0),
        (
            ("genesis", "system_config", "daFootprintGasScalar"),
            lambda c: c.genesis_system_config.da_footprint_gas_scalar,
            0,
        ),
    ],
)
def test_from_json__older_files__lack_what_has_a_default(path, read, default):
    assert read(RollupConfig.from_json(without(*path))) == default


def test_from_json__fork_that_is_null__is_never_active():
    config = RollupConfig.from_json(with_value(None, "jovian_time"))
    assert not config.is_active(Fork.JOVIAN, 2**63)
    assert config.is_active(Fork.ISTHMUS, config.genesis_time)
    assert "jovian_time" not in config.to_json()


def test_unknown_forks__scheduled_ones_that_are_not_ours__by_their_keys():
    data = CONFIG.to_json()
    assert unknown_forks(data) == []
    assert unknown_forks(data | {"karst_time": 5, "interop_time": None, "next_time": 0}) == [
        "karst_time",
        "next_time",
    ]


def test_is_active__at_the_activation__and_not_a_second_before():
    config = replace(CONFIG, fork_times={Fork.JOVIAN: 1000})
    assert [config.is_active(Fork.JOVIAN, t) for t in (999, 1000, 1001)] == [False, True, True]
    assert not config.is_active(Fork.ISTHMUS, 1000)


def test_activates_at__the_first_block_under_a_fork__and_no_other():
    config = replace(CONFIG, fork_times={Fork.JOVIAN: 1001}, block_time=2)
    times = (998, 1000, 1002, 1004)
    assert [config.activates_at(Fork.JOVIAN, t) for t in times] == [False, False, True, False]


def test_number_at__between_blocks__is_the_last_and_before_genesis_there_is_none():
    config = replace(CONFIG, block_time=2, genesis_l2=BlockId(b"\x01" * 32, 100), genesis_time=1000)
    assert [config.number_at(t) for t in (1000, 1001, 1002, 1003)] == [100, 100, 101, 101]
    assert [config.timestamp_of(n) for n in (100, 101)] == [1000, 1002]
    with pytest.raises(ValueError, match="999 is before the L2 genesis at 1000"):
        config.number_at(999)
