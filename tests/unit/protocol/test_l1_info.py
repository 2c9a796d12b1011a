"""L1 attributes in all four forms, and which form a block carries."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.vectors.read import unhex, vector

from opcycle.protocol.deposits import l1_info_source
from opcycle.protocol.l1_info import L1Info, L1InfoError, L1InfoForm, l1_info_deposit, l1_info_form
from opcycle.protocol.predeploys import DEPOSITOR_ACCOUNT, L1_BLOCK
from opcycle.protocol.rollup import Fork, RollupConfig
from opcycle.protocol.types import L1Header

CONFIG = RollupConfig.from_json(vector("rollup.jovian.json"))
HEADER = L1Header(
    hash=b"\x11" * 32,
    number=7,
    parent_hash=b"\x10" * 32,
    timestamp=1_700_000_000,
    base_fee=9,
    mix_hash=b"\x12" * 32,
    parent_beacon_root=b"\x13" * 32,
    excess_blob_gas=0,
)
SYSTEM_CONFIG = replace(
    CONFIG.genesis_system_config,
    batcher_address=b"\x0b" * 20,
    scalar=b"\x01" + bytes(23) + (5).to_bytes(4, "big") + (6).to_bytes(4, "big"),
    operator_fee_params=bytes(20) + (7).to_bytes(4, "big") + (8).to_bytes(8, "big"),
    da_footprint_gas_scalar=9,
)

hashes = st.binary(min_size=32, max_size=32)


def numbers(bits):
    return st.integers(0, 2**bits - 1)


infos = st.builds(
    L1Info,
    number=numbers(64),
    timestamp=numbers(64),
    base_fee=numbers(256),
    hash=hashes,
    sequence_number=numbers(64),
    batcher_address=st.binary(min_size=20, max_size=20),
    base_fee_scalar=numbers(32),
    blob_base_fee_scalar=numbers(32),
    blob_base_fee=numbers(256),
    operator_fee_scalar=numbers(32),
    operator_fee_constant=numbers(64),
    da_footprint_gas_scalar=numbers(16),
    overhead=hashes,
    scalar=hashes,
)

_SINCE_ECOTONE = {"base_fee_scalar": 0, "blob_base_fee_scalar": 0, "blob_base_fee": 0}
_SINCE_ISTHMUS = {"operator_fee_scalar": 0, "operator_fee_constant": 0}
_SINCE_JOVIAN = {"da_footprint_gas_scalar": 0}
_BEDROCK_ONLY = {"overhead": bytes(32), "scalar": bytes(32)}
ABSENT = {
    L1InfoForm.BEDROCK: _SINCE_ECOTONE | _SINCE_ISTHMUS | _SINCE_JOVIAN,
    L1InfoForm.ECOTONE: _BEDROCK_ONLY | _SINCE_ISTHMUS | _SINCE_JOVIAN,
    L1InfoForm.ISTHMUS: _BEDROCK_ONLY | _SINCE_JOVIAN,
    L1InfoForm.JOVIAN: _BEDROCK_ONLY,
}
"""Fields that a form does not carry, and what they decode to."""


@pytest.mark.parametrize("form", L1InfoForm)
@given(infos)
def test_decode__encoded_info__comes_back_without_what_its_form_lacks(form, info):
    data = info.encode(form)
    assert (len(data), data[:4]) == (form.size, form.selector)
    assert L1Info.decode(data) == replace(info, **ABSENT[form])


@pytest.mark.parametrize("form", L1InfoForm)
@given(infos, st.data())
def test_decode__one_byte_changed__encodes_to_those_bytes_or_raises(form, info, data):
    raw = bytearray(info.encode(form))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = L1Info.decode(bytes(raw))
    except L1InfoError:
        return
    assert found.encode(form) == raw


@pytest.mark.parametrize("form", L1InfoForm)
def test_decode__another_length_or_selector__raises(form):
    data = bytes(form.size - 4)
    L1Info.decode(form.selector + data)
    for wrong in (data[:-1], data + b"\0", b""):
        with pytest.raises(L1InfoError, match=f"selector 0x{form.selector.hex()}, {len(wrong) + 4} bytes"):
            L1Info.decode(form.selector + wrong)
    with pytest.raises(L1InfoError):
        L1Info.decode(b"\0\0\0\0" + data)


@pytest.mark.parametrize(
    ("form", "position"),
    [
        (L1InfoForm.BEDROCK, 4 + 23),  # number
        (L1InfoForm.BEDROCK, 4 + 32 + 23),  # time
        (L1InfoForm.BEDROCK, 4 + 4 * 32 + 23),  # sequence number
        (L1InfoForm.BEDROCK, 4 + 5 * 32 + 11),  # batcher
        (L1InfoForm.ECOTONE, 132 + 11),
        (L1InfoForm.ISTHMUS, 132 + 11),
        (L1InfoForm.JOVIAN, 132 + 11),
    ],
)
def test_decode__padding_that_is_not_zero__raises(form, position):
    data = bytearray(form.selector + bytes(form.size - 4))
    data[position] = 1
    with pytest.raises(L1InfoError, match="more than"):
        L1Info.decode(bytes(data))
    data[position : position + 2] = b"\0\1"  # the first byte of the value itself
    assert L1Info.decode(bytes(data)).encode(form) == data


def test_decode__nothing__raises():
    with pytest.raises(L1InfoError, match="0 bytes"):
        L1Info.decode(b"")


# --- which form -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fork", "before", "form"),
    [
        (Fork.ECOTONE, L1InfoForm.BEDROCK, L1InfoForm.ECOTONE),
        (Fork.ISTHMUS, L1InfoForm.ECOTONE, L1InfoForm.ISTHMUS),
        (Fork.JOVIAN, L1InfoForm.ISTHMUS, L1InfoForm.JOVIAN),
    ],
)
def test_l1_info_form__a_forks_first_block__has_the_form_before(fork, before, form):
    start = CONFIG.genesis_time + 100
    forks = {f: 0 for f in Fork if list(Fork).index(f) < list(Fork).index(fork)} | {fork: start}
    config = replace(CONFIG, fork_times=forks, block_time=2)
    assert [l1_info_form(config, start + t) for t in (-2, 0, 1, 2, 4)] == [before, before, before, form, form]


def test_l1_info_form__forks_active_since_genesis__their_form_from_the_first_block():
    assert l1_info_form(CONFIG, CONFIG.genesis_time + 1) is L1InfoForm.JOVIAN
    isthmus = RollupConfig.from_json(vector("rollup.isthmus.json"))
    assert l1_info_form(isthmus, isthmus.genesis_time + 1) is L1InfoForm.ISTHMUS


# --- the deposit ----------------------------------------------------------------------------------


def deposit(system_config=SYSTEM_CONFIG, *, config=CONFIG):
    return l1_info_deposit(
        config,
        system_config,
        HEADER,
        sequence_number=3,
        l2_timestamp=CONFIG.genesis_time + 10,
        blob_base_fee=4,
    )


def test_l1_info_deposit__of_a_block__states_header_and_config():
    found = deposit()
    assert (found.sender, found.to, found.gas) == (DEPOSITOR_ACCOUNT, L1_BLOCK, 1_000_000)
    assert (found.mint, found.value, found.is_system) == (0, 0, False)
    assert found.source_hash == l1_info_source(HEADER.hash, 3)
    assert L1Info.decode(found.data) == L1Info(
        number=7,
        timestamp=1_700_000_000,
        base_fee=9,
        hash=HEADER.hash,
        sequence_number=3,
        batcher_address=b"\x0b" * 20,
        base_fee_scalar=6,
        blob_base_fee_scalar=5,
        blob_base_fee=4,
        operator_fee_scalar=7,
        operator_fee_constant=8,
        da_footprint_gas_scalar=9,
    )


def test_l1_info_deposit__scalar_of_version_0__has_no_blob_part():
    scalar = bytes(24) + (5).to_bytes(4, "big") + (6).to_bytes(4, "big")
    info = L1Info.decode(deposit(replace(SYSTEM_CONFIG, scalar=scalar)).data)
    assert (info.base_fee_scalar, info.blob_base_fee_scalar) == (6, 0)


def test_l1_info_deposit__da_footprint_scalar_of_zero__means_400():
    assert L1Info.decode(deposit(replace(SYSTEM_CONFIG, da_footprint_gas_scalar=0)).data) == replace(
        L1Info.decode(deposit().data), da_footprint_gas_scalar=400
    )


def test_l1_info_deposit__before_ecotone__overhead_and_scalar_as_they_are():
    config = replace(CONFIG, fork_times={Fork.REGOLITH: 0})
    overhead, scalar = b"\x21" * 32, b"\x00" + b"\x22" * 31
    found = deposit(replace(SYSTEM_CONFIG, overhead=overhead, scalar=scalar), config=config)
    info = L1Info.decode(found.data)
    assert (found.data[:4].hex(), info.overhead, info.scalar) == ("015d8eb9", overhead, scalar)


def test_l1_info_deposit__before_regolith__is_a_system_transaction():
    now = CONFIG.genesis_time + 10
    before, after = (
        deposit(config=replace(CONFIG, fork_times={Fork.REGOLITH: time})) for time in (now + 1, now)
    )
    assert (before.is_system, before.gas) == (True, 150_000_000)
    assert (after.is_system, after.gas) == (False, 1_000_000)


# --- public vectors -------------------------------------------------------------------------------


@pytest.mark.parametrize("case", vector("l1_info.json"), ids=lambda case: case["name"])
def test_decode__l1_attributes_of_public_chains__their_fields(case):
    data, decoded = unhex(case["calldata"]), case["decoded"]
    form, info = L1InfoForm[decoded["fork"].upper()], L1Info.decode(data)
    assert info == L1Info(
        number=decoded["number"],
        timestamp=decoded["time"],
        base_fee=decoded["base_fee"],
        hash=unhex(decoded["block_hash"]),
        sequence_number=decoded["sequence_number"],
        batcher_address=unhex(decoded["batcher"]),
        base_fee_scalar=decoded.get("base_fee_scalar", 0),
        blob_base_fee_scalar=decoded.get("blob_base_fee_scalar", 0),
        blob_base_fee=decoded.get("blob_base_fee", 0),
        operator_fee_scalar=decoded.get("operator_fee_scalar", 0),
        operator_fee_constant=decoded.get("operator_fee_constant", 0),
        da_footprint_gas_scalar=decoded.get("da_footprint_gas_scalar", 0),
        overhead=decoded.get("overhead", 0).to_bytes(32, "big"),
        scalar=int(decoded.get("scalar", 0)).to_bytes(32, "big"),
    )
    assert info.encode(form) == data


FORKS_AT = {
    L1InfoForm.ECOTONE: Fork.ECOTONE,
    L1InfoForm.ISTHMUS: Fork.ISTHMUS,
    L1InfoForm.JOVIAN: Fork.JOVIAN,
}


@pytest.mark.parametrize(
    "case", [case for case in vector("l1_info.json") if "deposit_hash" in case], ids=lambda case: case["name"]
)
def test_l1_info_deposit__from_the_same_header_and_config__is_the_public_chains_transaction(case):
    info = L1Info.decode(unhex(case["calldata"]))
    newest = list(Fork).index(FORKS_AT[L1InfoForm[case["decoded"]["fork"].upper()]])
    config = replace(CONFIG, fork_times=dict.fromkeys(list(Fork)[: newest + 1], 0))
    header = replace(
        HEADER, hash=info.hash, number=info.number, timestamp=info.timestamp, base_fee=info.base_fee
    )
    fee_scalars = info.blob_base_fee_scalar.to_bytes(4, "big") + info.base_fee_scalar.to_bytes(4, "big")
    operator_fee = info.operator_fee_scalar.to_bytes(4, "big") + info.operator_fee_constant.to_bytes(8, "big")
    system_config = replace(
        SYSTEM_CONFIG,
        batcher_address=info.batcher_address,
        scalar=b"\x01" + bytes(23) + fee_scalars,
        operator_fee_params=bytes(20) + operator_fee,
        da_footprint_gas_scalar=info.da_footprint_gas_scalar,
    )
    found = l1_info_deposit(
        config,
        system_config,
        header,
        sequence_number=info.sequence_number,
        l2_timestamp=10**10,
        blob_base_fee=info.blob_base_fee,
    )
    assert found.hash == unhex(case["deposit_hash"])
