"""Events of the challenge contract, and the data that resolves a challenge."""

from dataclasses import replace

import pytest
from eth_abi import encode as abi_encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from opcycle.protocol.alt_da import Commitment
from opcycle.protocol.da_challenges import (
    CHALLENGE_STATUS_CHANGED_TOPIC,
    ChallengeEvent,
    ChallengeStatus,
    challenge_event,
    resolving_input,
)
from opcycle.protocol.types import Log

DATA = b"\x00frames"
COMMITMENT = Commitment.keccak_of(DATA)
ACTIVE = Log(
    bytes([0xDA]) * 20,
    (CHALLENGE_STATUS_CHANGED_TOPIC, (77).to_bytes(32, "big")),
    abi_encode(["bytes", "uint8"], [COMMITMENT.encode(), 1]),
    3,
)
RESOLVE = keccak(b"resolve(uint256,bytes,bytes)")[:4]


def resolve(data):
    return RESOLVE + abi_encode(["uint256", "bytes", "bytes"], [77, COMMITMENT.encode(), data])


def test_topic__is_the_events():
    assert CHALLENGE_STATUS_CHANGED_TOPIC.hex().startswith("c5d8c630ba2fdacb1db24c4599df78c7")


@pytest.mark.parametrize(("status", "meaning"), [(1, ChallengeStatus.ACTIVE), (2, ChallengeStatus.RESOLVED)])
def test_challenge_event__well_formed__says_which_commitment_in_which_block(status, meaning):
    log = replace(ACTIVE, data=abi_encode(["bytes", "uint8"], [COMMITMENT.encode(), status]))
    assert challenge_event(log) == ChallengeEvent(COMMITMENT, 77, meaning)


@pytest.mark.parametrize(
    "log",
    [
        replace(ACTIVE, topics=ACTIVE.topics[:1]),
        replace(ACTIVE, topics=(*ACTIVE.topics, bytes(32))),
        replace(ACTIVE, topics=(keccak(b"BalanceChanged(address,uint256)"), ACTIVE.topics[1])),
        replace(ACTIVE, topics=(ACTIVE.topics[0], b"\x01".rjust(24, b"\0") + bytes(8))),
        replace(ACTIVE, data=abi_encode(["bytes", "uint8"], [COMMITMENT.encode(), 0])),
        replace(ACTIVE, data=abi_encode(["bytes", "uint8"], [COMMITMENT.encode(), 3])),
        replace(ACTIVE, data=abi_encode(["bytes", "uint8"], [COMMITMENT.encode()[:-1], 1])),
        replace(ACTIVE, data=abi_encode(["bytes", "uint8"], [b"", 1])),
        replace(ACTIVE, data=ACTIVE.data[:96]),
        replace(ACTIVE, data=b""),
        replace(ACTIVE, data=b"\xff" * 64),
    ],
)
def test_challenge_event__anything_else__is_none(log):
    assert challenge_event(log) is None


def test_resolving_input__call_of_resolve__is_its_last_argument():
    assert resolving_input(resolve(DATA)) == DATA


@pytest.mark.parametrize(
    "calldata",
    [
        b"",
        RESOLVE,
        resolve(b""),
        resolve(DATA)[:68],
        resolve(DATA)[:-32],
        RESOLVE + bytes(32) + b"\xff" * 64,
        RESOLVE + bytes(32) + b"\xff" * 32 + resolve(DATA)[68:],
    ],
)
def test_resolving_input__anything_else__is_none(calldata):
    assert resolving_input(calldata) is None


@given(st.binary(max_size=300))
def test_hostile_bytes__never_raise(data):
    challenge_event(replace(ACTIVE, data=data))
    resolving_input(data)
