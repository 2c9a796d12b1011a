"""The last stage: every field of the attributes, and the deposits in them."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import (
    CONFIG,
    GENESIS_CONFIG,
    GENESIS_TIME,
    L1_BLOCK_TIME,
    L1_CHAIN,
    OTHER_BATCHER,
    PORTAL,
    STRANGER,
    USER,
    block,
    config_update,
    deposit_log,
    l1_hash,
    new_batcher,
    new_gas_limit,
)
from tests.unit.derivation.l1_builder import GENESIS as L2_GENESIS

from opcycle.derivation.attributes import prepare_attributes, sequence_number
from opcycle.errors import CriticalError, ResetError
from opcycle.protocol.deposits import DepositTransaction, l1_info_source, user_deposit_source
from opcycle.protocol.l1_info import L1Info, L1InfoForm
from opcycle.protocol.predeploys import SEQUENCER_FEE_VAULT
from opcycle.protocol.rollup import Fork
from opcycle.protocol.types import BlockId, Log
from opcycle.protocol.upgrades import UPGRADES

PARENT = replace(
    L2_GENESIS,
    number=40,
    timestamp=GENESIS_TIME + 7 * L1_BLOCK_TIME,
    l1_origin=BlockId(l1_hash(6), 6),
    sequence_number=3,
)


def prepare(epoch, *, parent=PARENT, config=CONFIG, system_config=GENESIS_CONFIG):
    return prepare_attributes(config, L1_CHAIN, parent, system_config, epoch=epoch)


def deposits(attributes):
    return [DepositTransaction.decode(tx) for tx in attributes.transactions]


def test_prepare_attributes__same_epoch__every_field():
    attributes = prepare(block(6))
    assert attributes.timestamp == PARENT.timestamp + CONFIG.block_time
    assert attributes.prev_randao == block(6).header.mix_hash
    assert attributes.fee_recipient == SEQUENCER_FEE_VAULT
    assert attributes.parent_beacon_root == block(6).header.parent_beacon_root
    assert attributes.no_tx_pool is True
    assert attributes.gas_limit == 60_000_000
    assert attributes.eip_1559_params == bytes.fromhex("000000fa00000006")
    assert attributes.min_base_fee == 7


def test_prepare_attributes__same_epoch__only_the_l1_attributes_deposit():
    (l1_info,) = deposits(prepare(block(6, logs=[deposit_log(), new_gas_limit(1)])))
    assert l1_info.source_hash == l1_info_source(l1_hash(6), 4)
    info = L1Info.decode(l1_info.data)
    assert (info.number, info.hash, info.sequence_number) == (6, l1_hash(6), 4)
    assert (info.base_fee, info.blob_base_fee) == (1_000_000_007, 1)
    assert (info.base_fee_scalar, info.blob_base_fee_scalar) == (1_368, 810_949)


def test_prepare_attributes__new_epoch__user_deposits_in_log_order():
    epoch = block(7, logs=[deposit_log(mint=1, index=3), deposit_log(value=2, data=b"call", index=9)])
    l1_info, first, second = deposits(prepare(epoch))
    assert L1Info.decode(l1_info.data).sequence_number == 0
    assert (first.mint, first.source_hash) == (1, user_deposit_source(l1_hash(7), 3))
    assert (second.value, second.data, second.sender) == (2, b"call", USER)


def test_prepare_attributes__deposit_event_of_another_contract__is_none():
    assert len(prepare(block(7, logs=[deposit_log(address=STRANGER)])).transactions) == 1


def test_prepare_attributes__new_epoch__takes_its_config_updates():
    updates = [
        new_gas_limit(90_000_000),
        new_batcher(OTHER_BATCHER, index=1),
        config_update(4, bytes(24) + b"\0\0\0\x32\0\0\0\x02", index=2),
        config_update(6, (11).to_bytes(32, "big"), index=3),
    ]
    attributes = prepare(block(7, logs=updates))
    assert attributes.gas_limit == 90_000_000
    assert attributes.eip_1559_params == b"\0\0\0\x32\0\0\0\x02"
    assert attributes.min_base_fee == 11
    assert L1Info.decode(deposits(attributes)[0].data).batcher_address == OTHER_BATCHER


def test_prepare_attributes__parents_config__is_what_the_block_takes():
    attributes = prepare(block(6), system_config=replace(GENESIS_CONFIG, gas_limit=33))
    assert attributes.gas_limit == 33


@pytest.mark.parametrize(
    ("fork", "field", "before", "since"),
    [
        (Fork.CANYON, "has_withdrawals", False, True),
        (Fork.ECOTONE, "parent_beacon_root", None, block(6).header.parent_beacon_root),
        (Fork.HOLOCENE, "eip_1559_params", None, GENESIS_CONFIG.eip_1559_params),
        (Fork.JOVIAN, "min_base_fee", None, 7),
    ],
)
def test_prepare_attributes__field_that_a_fork_brings__is_there_from_its_first_block_on(
    fork, field, before, since
):
    for time, expected in ((NEXT_TIME + 1, before), (NEXT_TIME, since)):
        assert getattr(prepare(block(6), config=activating(fork, time)), field) == expected


def test_prepare_attributes__no_beacon_root_on_l1__is_zero():
    epoch = block(6)
    epoch = replace(epoch, header=replace(epoch.header, parent_beacon_root=None))
    assert prepare(epoch).parent_beacon_root == bytes(32)


@pytest.mark.parametrize(
    "epoch",
    [block(6, branch="b"), block(7, branch="b"), block(8), block(5)],
    ids=["same number on another branch", "next on another branch", "skips one", "goes back"],
)
def test_prepare_attributes__epoch_that_cannot_follow__resets(epoch):
    with pytest.raises(ResetError, match="L1 origin"):
        prepare(epoch)


def test_prepare_attributes__epoch_later_than_the_block__resets():
    time = PARENT.timestamp + CONFIG.block_time
    assert prepare(block(7, timestamp=time)).timestamp == time
    with pytest.raises(ResetError, match="precede"):
        prepare(block(7, timestamp=time + 1))


NEXT_TIME = PARENT.timestamp + CONFIG.block_time


def activating(fork, time=NEXT_TIME):
    return replace(CONFIG, fork_times=CONFIG.fork_times | {fork: time})


@pytest.mark.parametrize("fork", UPGRADES)
def test_prepare_attributes__first_block_of_a_fork__its_upgrade_after_l1_info_and_user_deposits(fork):
    found = deposits(prepare(block(7, logs=[deposit_log(mint=5)]), config=activating(fork)))
    assert found[0].source_hash == l1_info_source(l1_hash(7), 0)
    assert found[1].mint == 5
    assert found[2:] == list(UPGRADES[fork])


@pytest.mark.parametrize("fork", UPGRADES)
def test_prepare_attributes__block_before_or_after_a_forks_first__no_upgrade(fork):
    for time in (NEXT_TIME + 1, NEXT_TIME - CONFIG.block_time):
        assert len(prepare(block(6), config=activating(fork, time)).transactions) == 1


@pytest.mark.parametrize(
    ("fork", "form", "form_after"),
    [
        (Fork.ECOTONE, L1InfoForm.BEDROCK, L1InfoForm.ECOTONE),
        (Fork.FJORD, L1InfoForm.ECOTONE, L1InfoForm.ECOTONE),
        (Fork.ISTHMUS, L1InfoForm.ECOTONE, L1InfoForm.ISTHMUS),
        (Fork.JOVIAN, L1InfoForm.ISTHMUS, L1InfoForm.JOVIAN),
    ],
)
def test_prepare_attributes__first_block_of_a_fork__l1_attributes_of_the_fork_before(fork, form, form_after):
    older = dict.fromkeys(list(Fork)[: list(Fork).index(fork)], 0)
    for since, expected in ((NEXT_TIME, form), (NEXT_TIME - CONFIG.block_time, form_after)):
        config = replace(CONFIG, fork_times={**older, fork: since})
        assert deposits(prepare(block(6), config=config))[0].data[:4] == expected.selector


def test_prepare_attributes__first_block_of_holocene__curve_of_the_parent_which_had_none():
    parents = replace(GENESIS_CONFIG, eip_1559_params=bytes(8))
    config = activating(Fork.HOLOCENE)
    assert prepare(block(6), config=config, system_config=parents).eip_1559_params == bytes(8)
    assert prepare(block(6), config=activating(Fork.HOLOCENE, NEXT_TIME + 1)).eip_1559_params is None


def test_prepare_attributes__malformed_deposit_of_the_portal__stops():
    good = deposit_log(index=4)
    malformed = Log(PORTAL, good.topics, good.data[:40], 4)
    with pytest.raises(CriticalError, match="log 4"):
        prepare(block(7, logs=[malformed]))


@pytest.mark.parametrize(("origin", "expected"), [(6, 4), (7, 0)])
def test_sequence_number__counts_within_the_epoch(origin, expected):
    assert sequence_number(PARENT, BlockId(l1_hash(origin), origin)) == expected
