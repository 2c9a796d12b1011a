"""Deposits: their encoding, the portal's event they come from, and the hashes that name their source."""

from dataclasses import replace

import pytest
import rlp
from eth_abi.abi import encode as abi_encode
from hypothesis import given
from hypothesis import strategies as st
from tests.vectors.read import unhex, vector

from opcycle.protocol.deposits import (
    TRANSACTION_DEPOSITED_TOPIC,
    DepositError,
    DepositTransaction,
    deposit_from_log,
    deposits_from_logs,
    l1_info_source,
    upgrade_source,
    user_deposit_source,
)
from opcycle.protocol.types import Log

PORTAL, OTHER = b"\x0a" * 20, b"\x0b" * 20
L1_HASH = b"\x11" * 32
DEPOSIT = DepositTransaction(
    source_hash=b"\xcc" * 32,
    sender=b"\x01" * 20,
    to=b"\x02" * 20,
    mint=10**18,
    value=5,
    gas=21_000,
    is_system=False,
    data=b"data",
)

addresses = st.binary(min_size=20, max_size=20)
uint256s = st.integers(0, 2**256 - 1)
deposits = st.builds(
    DepositTransaction,
    source_hash=st.binary(min_size=32, max_size=32),
    sender=addresses,
    to=st.none() | addresses,
    mint=uint256s,
    value=uint256s,
    gas=st.integers(0, 2**64 - 1),
    is_system=st.booleans(),
    data=st.binary(max_size=100),
)


def word(value):
    return value.to_bytes(32, "big")


def padded(address):
    return address.rjust(32, b"\0")


def opaque(deposit):
    """What the portal packs into its event."""
    is_creation = deposit.to is None
    packed = word(deposit.mint) + word(deposit.value) + deposit.gas.to_bytes(8, "big")
    return packed + bytes([is_creation]) + deposit.data


def event(deposit, *, index=0, address=PORTAL):
    topics = (
        TRANSACTION_DEPOSITED_TOPIC,
        padded(deposit.sender),
        padded(deposit.to or bytes(20)),
        word(0),
    )
    return Log(address, topics, abi_encode(["bytes"], [opaque(deposit)]), index)


# --- encoding -------------------------------------------------------------------------------------


def test_encode__deposit__is_the_specs_list():
    fields = [b"\xcc" * 32, b"\x01" * 20, b"\x02" * 20, 10**18, 5, 21_000, 0, b"data"]
    assert DEPOSIT.encode() == b"\x7e" + rlp.encode(fields)
    creation = replace(DEPOSIT, to=None, mint=0, is_system=True)
    assert creation.encode() == b"\x7e" + rlp.encode([*fields[:2], b"", b"", 5, 21_000, 1, b"data"])


@given(deposits)
def test_decode__encoded_deposit__comes_back(deposit):
    assert DepositTransaction.decode(deposit.encode()) == deposit


def wrong(position, value):
    fields = rlp.decode(DEPOSIT.encode()[1:])
    fields[position] = value
    return b"\x7e" + rlp.encode(fields)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "not 0x7e"),
        (b"\x02" + DEPOSIT.encode()[1:], "not 0x7e"),
        (b"\x7e", "the end where an item"),
        (b"\x7e\x80", "a string where a list"),
        (DEPOSIT.encode()[:-1], "beyond the end"),
        (DEPOSIT.encode() + b"\x00", "1 bytes after"),
        (b"\x7e" + rlp.encode([b""] * 7), "7 fields"),
        (b"\x7e" + rlp.encode([b""] * 9), "9 fields"),
        (wrong(0, b"\xcc" * 31), "31 bytes where 32"),
        (wrong(1, b""), "0 bytes where 20"),
        (wrong(2, b"\x02" * 19), "19 bytes where 20"),
        (wrong(3, b"\x00"), "no canonical number of 256"),
        (wrong(3, b"\x01" * 33), "no canonical number of 256"),
        (wrong(4, b"\x00\x05"), "no canonical number of 256"),
        (wrong(5, b"\x01" * 9), "no canonical number of 64"),
        (wrong(6, b"\x02"), "neither true nor false"),
        (wrong(7, [b"data"]), "a list where a string"),
    ],
)
def test_decode__anything_but_one_deposit__raises(raw, why):
    with pytest.raises(DepositError, match=why):
        DepositTransaction.decode(raw)


@given(deposits, st.data())
def test_decode__bytes_changed__the_same_bytes_again_or_a_deposit_error(deposit, data):
    raw = bytearray(deposit.encode())
    for position in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=3)):
        raw[position] = data.draw(st.integers(0, 255))
    try:
        found = DepositTransaction.decode(bytes(raw))
    except DepositError:
        return
    assert found.encode() == raw


def test_decode__lists_nested_without_end__is_a_deposit_error():
    data = b"\xc0"
    for _ in range(3_000):
        data = rlp.codec.length_prefix(len(data), 0xC0) + data
    with pytest.raises(DepositError):
        DepositTransaction.decode(b"\x7e" + data)


# --- events ---------------------------------------------------------------------------------------


@given(deposits, st.integers(0, 2**32))
def test_deposit_from_log__portals_event__is_the_deposit(deposit, index):
    expected = replace(deposit, source_hash=user_deposit_source(L1_HASH, index), is_system=False)
    assert deposit_from_log(event(deposit, index=index), L1_HASH) == expected


def test_deposit_from_log__creation__any_flag_but_zero():
    log = event(DEPOSIT)
    for flag in (1, 2, 255):
        data = bytearray(log.data)
        data[64 + 72] = flag
        assert deposit_from_log(replace(log, data=bytes(data)), L1_HASH).to is None


LOG = event(DEPOSIT)
SHORTEST = event(replace(DEPOSIT, data=b""))


@pytest.mark.parametrize(
    ("log", "why"),
    [
        (replace(LOG, topics=LOG.topics[:3]), "3 topics"),
        (replace(LOG, topics=(*LOG.topics, word(0))), "5 topics"),
        (replace(LOG, topics=(*LOG.topics[:3], word(1))), "version 0x0+1"),
        (replace(LOG, data=b""), "not one ABI-encoded"),
        (replace(LOG, data=LOG.data[:63]), "not one ABI-encoded"),
        (replace(LOG, data=word(64) + LOG.data[32:]), "not one ABI-encoded"),
        (replace(LOG, data=LOG.data[:-1]), "not one ABI-encoded"),
        (replace(LOG, data=LOG.data + b"\0"), "not one ABI-encoded"),
        (replace(LOG, data=LOG.data[:-32]), "77 bytes in 64 bytes"),
        (replace(LOG, data=LOG.data + bytes(32)), "77 bytes in 128 bytes"),
        (replace(LOG, data=word(32) + word(2**256 - 1) + LOG.data[64:]), "bytes in 96 bytes"),
        (replace(SHORTEST, data=word(32) + word(72) + SHORTEST.data[64:]), "72 bytes of opaque data"),
    ],
)
def test_deposit_from_log__malformed__raises(log, why):
    with pytest.raises(DepositError, match=why):
        deposit_from_log(log, L1_HASH)
    deposit_from_log(LOG, L1_HASH)
    deposit_from_log(SHORTEST, L1_HASH)


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=5), st.binary(max_size=300))
def test_deposits_from_logs__any_event_of_the_portal__a_deposit_or_a_reason(topics, data):
    log = Log(PORTAL, (TRANSACTION_DEPOSITED_TOPIC, *topics), data, 0)
    good, bad = deposits_from_logs([log], portal=PORTAL, l1_hash=L1_HASH)
    assert len(good) + len(bad) == 1


def test_deposits_from_logs__a_block_of_logs__those_of_the_portal_in_order_and_the_bad_aside():
    first, second = event(DEPOSIT, index=1), event(replace(DEPOSIT, value=6), index=4)
    bad = replace(LOG, topics=LOG.topics[:3], index=3)
    logs = [
        first,
        event(DEPOSIT, index=2, address=OTHER),
        bad,
        second,
        replace(LOG, topics=(word(1), *LOG.topics[1:])),
        replace(LOG, topics=()),
    ]
    good, refused = deposits_from_logs(logs, portal=PORTAL, l1_hash=L1_HASH)
    assert [(d.value, d.source_hash) for d in good] == [
        (5, user_deposit_source(L1_HASH, 1)),
        (6, user_deposit_source(L1_HASH, 4)),
    ]
    assert [(r.log, r.detail) for r in refused] == [(bad, "3 topics, expected 4")]


# --- public vectors -------------------------------------------------------------------------------


@pytest.mark.parametrize("case", vector("deposits.json"), ids=lambda case: case["name"])
def test_deposit_from_log__real_events__the_deposits_that_l2_has(case):
    if "log_data" in case:
        data = unhex(case["log_data"])
    elif "opaque_data" in case:
        data = abi_encode(["bytes"], [unhex(case["opaque_data"])])
    else:
        raw = unhex(case["deposit_tx"])
        assert DepositTransaction.decode(raw).encode() == raw
        if "expected_tx_hash" in case:
            assert DepositTransaction.decode(raw).hash == unhex(case["expected_tx_hash"])
        return
    topics = (TRANSACTION_DEPOSITED_TOPIC, padded(unhex(case["from"])), padded(unhex(case["to"])), word(0))
    found = deposit_from_log(Log(PORTAL, topics, data, case["log_index"]), unhex(case["l1_block_hash"]))
    assert found.hash == unhex(case.get("expected_tx_hash") or case["computed_deposit_tx_hash"])


@pytest.mark.parametrize(
    "case", vector("source_hashes.json"), ids=lambda case: case.get("intent", case["source"])
)
def test_source__of_each_domain__as_others_compute_it(case):
    if case["domain"] == 2:
        found = upgrade_source(case["intent"])
    else:
        source = (user_deposit_source, l1_info_source)[case["domain"]]
        found = source(unhex(case["l1_block_hash"]), case["index"])
    assert found == unhex(case["expected"])


@pytest.mark.parametrize("name", vector("upgrade_deposits.json")["txs"])
def test_decode__network_upgrades__as_kona_encodes_them(name):
    case = vector("upgrade_deposits.json")["txs"][name]
    raw = unhex(case["deposit_tx"])
    found = DepositTransaction.decode(raw)
    assert (found.encode(), found.hash) == (raw, unhex(case["tx_hash"]))
    assert found.source_hash == unhex(case["source_hash"])
