"""Withdrawals: hash, storage slot, and the event that announces one."""

from dataclasses import replace

import pytest
from eth_abi.abi import encode as abi_encode
from hypothesis import given
from hypothesis import strategies as st
from tests.vectors.read import unhex, vector

from opcycle.protocol.predeploys import L2_TO_L1_MESSAGE_PASSER
from opcycle.protocol.types import Log
from opcycle.protocol.withdrawals import MESSAGE_PASSED_TOPIC, Withdrawal, withdrawals_from_logs

uint256s = st.integers(0, 2**256 - 1)
addresses = st.binary(min_size=20, max_size=20)
withdrawals = st.builds(
    Withdrawal,
    nonce=uint256s,
    sender=addresses,
    target=addresses,
    value=uint256s,
    gas_limit=uint256s,
    data=st.binary(max_size=100),
)


def event(withdrawal, index=0):
    topics = (
        MESSAGE_PASSED_TOPIC,
        withdrawal.nonce.to_bytes(32, "big"),
        withdrawal.sender.rjust(32, b"\0"),
        withdrawal.target.rjust(32, b"\0"),
    )
    fields = [withdrawal.value, withdrawal.gas_limit, withdrawal.data, withdrawal.hash]
    data = abi_encode(["uint256", "uint256", "bytes", "bytes32"], fields)
    return Log(L2_TO_L1_MESSAGE_PASSER, topics, data, index)


ONE = Withdrawal(1 << 240, b"\x01" * 20, b"\x02" * 20, 3, 4, b"data")


@given(st.lists(withdrawals, max_size=3))
def test_withdrawals_from_logs__their_events__come_back_in_order(sent):
    assert withdrawals_from_logs(map(event, sent)) == sent


def test_withdrawals_from_logs__events_of_others__are_not_theirs():
    log = event(ONE)
    others = [replace(log, address=b"\x0a" * 20), replace(log, topics=(bytes(32), *log.topics[1:]))]
    assert withdrawals_from_logs([*others, log, replace(log, topics=())]) == [ONE]


@pytest.mark.parametrize(
    ("log", "why"),
    [
        (replace(event(ONE), data=(4).to_bytes(32, "big") + event(ONE).data[32:]), "states hash"),
        (replace(event(ONE), topics=event(replace(ONE, nonce=5)).topics), "states hash"),
        (replace(event(ONE), topics=event(ONE).topics[:3]), "4 topics, not 3"),
        (replace(event(ONE), data=event(ONE).data[:-32]), "malformed"),
        (replace(event(ONE), data=b""), "malformed"),
        (replace(event(ONE), data=event(ONE).data[:128] + b"\xff" * 64), "malformed"),
    ],
)
def test_withdrawals_from_logs__event_that_contradicts_itself__is_a_value_error(log, why):
    with pytest.raises(ValueError, match=why):
        withdrawals_from_logs([log])


@given(withdrawals, st.data())
def test_withdrawals_from_logs__event_data_changed__the_same_withdrawal_or_a_value_error(withdrawal, data):
    log = event(withdrawal)
    broken = bytearray(log.data)
    for position in data.draw(st.lists(st.integers(0, len(broken) - 1), max_size=3)):
        broken[position] = data.draw(st.integers(0, 255))
    try:
        assert withdrawals_from_logs([replace(log, data=bytes(broken))]) == [withdrawal]
    except ValueError:
        assert broken != log.data


# --- public vectors -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "case",
    [case for case in vector("withdrawals.json")["withdrawals"] if "nonce" in case],
    ids=lambda case: case["withdrawal_hash"],
)
def test_hash__of_withdrawals_on_public_chains__is_theirs(case):
    found = Withdrawal(
        nonce=int(case["nonce"]),
        sender=unhex(case["sender"]),
        target=unhex(case["target"]),
        value=int(case["value"]),
        gas_limit=int(case["gas_limit"]),
        data=unhex(case["data"]),
    )
    assert found.hash == unhex(case["withdrawal_hash"])
    assert found.nonce >> 240 == 1
    if "storage_slot" in case:
        assert found.storage_slot == unhex(case["storage_slot"])


def test_withdrawals_from_logs__event_of_op_nodes_tests__its_hash():
    case = vector("withdrawals.json")["message_passed"]
    log = Log(unhex(case["address"]), tuple(map(unhex, case["topics"])), unhex(case["data"]), 2)
    (found,) = withdrawals_from_logs([log])
    assert found.hash == unhex(case["withdrawal_hash"])
    assert (found.sender, found.gas_limit) == (unhex("0x42" + "00" * 18 + "07"), 0x31B80)
