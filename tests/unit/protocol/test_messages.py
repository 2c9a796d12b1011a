"""Messages between the messengers: encodings, hashes, gas, and the events that announce one."""

from dataclasses import replace

import pytest
from eth_abi.abi import encode as abi_encode
from hypothesis import given
from hypothesis import strategies as st
from tests.vectors.read import unhex, vector

from opcycle.keccak import keccak
from opcycle.protocol.messages import (
    LEGACY_SELECTOR,
    SELECTOR,
    SENT_TOPIC,
    SENT_VALUE_TOPIC,
    Message,
    MessageError,
    base_gas,
    messages_from_logs,
)
from opcycle.protocol.types import Log

MESSENGER = b"\x07" * 20
uint256s = st.integers(0, 2**256 - 1)
addresses = st.binary(min_size=20, max_size=20)
messages = st.builds(
    Message,
    nonce=uint256s,
    sender=addresses,
    target=addresses,
    value=uint256s,
    min_gas=uint256s,
    data=st.binary(max_size=100),
)
ONE = Message(1 << 240 | 5, b"\x01" * 20, b"\x02" * 20, 3, 4, b"data")


def word(value: int | bytes) -> bytes:
    return value.to_bytes(32, "big") if isinstance(value, int) else value.rjust(32, b"\0")


def by_hand(message: Message) -> bytes:
    """As the module's table of bytes says."""
    fields = (message.nonce, message.sender, message.target, message.value, message.min_gas, 192)
    head = b"".join(map(word, fields))
    padding = bytes(-len(message.data) % 32)
    return bytes.fromhex("d764ad0b") + head + word(len(message.data)) + message.data + padding


def legacy_by_hand(message: Message) -> bytes:
    head = b"".join(map(word, (message.target, message.sender, 128, message.nonce)))
    padding = bytes(-len(message.data) % 32)
    return bytes.fromhex("cbd4ece9") + head + word(len(message.data)) + message.data + padding


@given(messages)
def test_encode__both_versions__byte_by_byte(message: Message) -> None:
    assert message.encode() == by_hand(message)
    assert message.encode_legacy() == legacy_by_hand(message)
    assert message.hash == keccak(by_hand(message))
    assert message.legacy_hash == keccak(legacy_by_hand(message))


@given(messages)
def test_decode__of_what_was_encoded__the_same(message: Message) -> None:
    assert Message.decode(message.encode()) == message
    assert Message.decode(message.encode_legacy()) == replace(message, value=0, min_gas=0)


def test_a_message_of_op_mainnet__is_read_and_written_again() -> None:
    [case] = [
        case
        for case in vector("withdrawals.json")["withdrawals"]
        if case.get("data", "").startswith("0xd764ad0b")
    ]
    message = Message.decode(unhex(case["data"]))
    assert message.encode() == unhex(case["data"])
    assert (message.version, message.value) == (1, int(case["value"]))
    # it was sent by the standard bridge to its counterpart, before the overhead of today
    assert message.sender == unhex("0x4200000000000000000000000000000000000010")
    assert message.target == unhex("0x99c9fc46f92e8a1c0dec1b1747d010903e884be1")


@pytest.mark.parametrize("call", [b"", b"\xd7\x64\xad", bytes(228), SELECTOR, LEGACY_SELECTOR + bytes(31)])
def test_decode__no_message__refused(call: bytes) -> None:
    with pytest.raises(MessageError):
        Message.decode(call)


@pytest.mark.parametrize(
    "call",
    [
        ONE.encode() + b"\0",
        ONE.encode()[:-1],
        ONE.encode()[:-1] + b"\1",
        ONE.encode_legacy() + bytes(32),
        ONE.encode()[:196] + word(2**255) + ONE.encode()[228:],
        ONE.encode()[:36] + b"\1" + ONE.encode()[37:],
    ],
    ids=["longer", "shorter", "padding", "older, longer", "length", "address"],
)
def test_decode__not_as_the_messengers_write_it__refused(call: bytes) -> None:
    with pytest.raises(MessageError):
        Message.decode(call)


@given(st.integers(0, 2**16 - 1), st.integers(0, 2**240 - 1))
def test_nonce__version_and_number(version: int, number: int) -> None:
    message = replace(ONE, nonce=version << 240 | number)
    assert (message.version, message.number) == (version, number)


@pytest.mark.parametrize(
    ("size", "min_gas", "gas"),
    [
        (0, 0, 21_000 + 285_000 + 16 * 260),
        (1, 0, 21_000 + 285_000 + 16 * 261),
        (0, 63, 21_000 + 285_000 + 16 * 260 + 64),
        (0, 64, 21_000 + 285_000 + 16 * 260 + 65),
        (11_615, 0, 21_000 + 285_000 + 16 * 11_875),
        (11_616, 0, 21_000 + 40 * 11_876),
        (0, 2**32 - 1, 21_000 + 285_000 + 16 * 260 + (2**32 - 1) * 64 // 63),
    ],
)
def test_base_gas__execution_or_the_floor(size: int, min_gas: int, gas: int) -> None:
    assert base_gas(size, min_gas) == gas


# Events


def events(message: Message) -> list[Log]:
    fields = [message.sender, message.data, message.nonce, message.min_gas]
    data = abi_encode(["address", "bytes", "uint256", "uint256"], fields)
    return [
        Log(MESSENGER, (SENT_TOPIC, word(message.target)), data, 0),
        Log(MESSENGER, (SENT_VALUE_TOPIC, word(message.sender)), word(message.value), 1),
    ]


@given(st.lists(messages, max_size=3))
def test_messages_from_logs__their_events__come_back_in_order(sent: list[Message]) -> None:
    logs = [log for message in sent for log in events(message)]
    assert messages_from_logs(logs, messenger=MESSENGER) == sent


def test_messages_from_logs__events_of_others__are_not_theirs() -> None:
    what, worth = events(ONE)
    others = [
        replace(what, address=b"\x0a" * 20),
        replace(worth, topics=(bytes(32),)),
        replace(what, topics=()),
    ]
    assert messages_from_logs([*others, what, others[0], worth], messenger=MESSENGER) == [ONE]


@pytest.mark.parametrize(
    ("logs", "why"),
    [
        (events(ONE)[:1], "without its value"),
        (events(ONE)[1:], "without its value"),
        (events(ONE)[::-1], "take turns"),
        ([events(ONE)[0]] * 2, "take turns"),
        ([replace(events(ONE)[0], topics=(SENT_TOPIC,)), events(ONE)[1]], "2 topics"),
        ([replace(events(ONE)[0], data=b""), events(ONE)[1]], "malformed"),
        ([events(ONE)[0], replace(events(ONE)[1], data=b"")], "malformed"),
        ([events(ONE)[0], replace(events(ONE)[1], topics=(SENT_VALUE_TOPIC, word(9)))], "two senders"),
    ],
)
def test_messages_from_logs__half_of_one_or_a_malformed_one__refused(logs: list[Log], why: str) -> None:
    with pytest.raises(MessageError, match=why):
        messages_from_logs(logs, messenger=MESSENGER)
