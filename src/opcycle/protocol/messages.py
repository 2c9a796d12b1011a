"""Messages between the messengers of L1 and L2: calls to the other chain whose target can ask who sent them.

A message is written as the call that relays it, and its hash identifies it on both chains:

    offset  size
         0     4   selector d764ad0b: relayMessage(uint256,address,address,uint256,uint256,bytes)
         4    32   nonce: version u16 ++ number u240
        36    32   sender, left-padded
        68    32   target, left-padded
       100    32   value in wei
       132    32   least gas of the target's call
       164    32   192, where the data begins (counted from offset 4)
       196    32   length n of the data
       228     n   data, right-padded to whole words

Before Bedrock, nonces were of version 0 and the call another one, without value and gas:

         0     4   selector cbd4ece9: relayMessage(address,address,bytes,uint256)
         4    32   target
        36    32   sender
        68    32   128, where the data begins
       100    32   nonce
       132    32   length n of the data
       164     n   data, right-padded

Source: OP Stack specs, "Cross Domain Messengers"; optimism `packages/contracts-bedrock`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from opcycle.keccak import keccak
from opcycle.protocol.types import Address, Hash, Log

VERSION = 1
"""Of the messages that are sent today."""

SELECTOR = keccak(b"relayMessage(uint256,address,address,uint256,uint256,bytes)")[:4]
LEGACY_SELECTOR = keccak(b"relayMessage(address,address,bytes,uint256)")[:4]

SENT_TOPIC = keccak(b"SentMessage(address,address,bytes,uint256,uint256)")
SENT_VALUE_TOPIC = keccak(b"SentMessageExtension1(address,uint256)")

MAX_GAS = 2**32 - 1
"""The most gas that can be promised to a target."""

MAX_DATA = 119_744
"""Bytes of a message's data. A deposit carries 120,000, of which the encoding takes 228, and padding; and the
transaction that proves a withdrawal, with 131,072 bytes at most, would hold but little more."""

_TYPES = ["uint256", "address", "address", "uint256", "uint256", "bytes"]
_LEGACY_TYPES = ["address", "address", "bytes", "uint256"]
_SENT_TYPES = ["address", "bytes", "uint256", "uint256"]

# Gas of relaying, see `base_gas`.
_TRANSACTION = 21_000
_BEFORE_THE_CHECK = 200_000
_CALL = 40_000
_AFTER_THE_CALL = 40_000
_BETWEEN = 5_000
_BYTE, _BYTE_AT_LEAST = 16, 40
_ENCODING = 260


class MessageError(ValueError):
    """The bytes are no message."""


@dataclass(frozen=True, slots=True)
class Message:
    """`nonce` has its version in the top two bytes; `value` in wei; the target gets `min_gas` at least."""

    nonce: int
    sender: Address
    target: Address
    value: int
    min_gas: int
    data: bytes

    @property
    def version(self) -> int:
        return self.nonce >> 240

    @property
    def number(self) -> int:
        """The nonce without its version: how many messages the messenger had sent before."""
        return self.nonce & ((1 << 240) - 1)

    def encode(self) -> bytes:
        """The call that relays it."""
        fields = [self.nonce, self.sender, self.target, self.value, self.min_gas, self.data]
        return SELECTOR + encode(_TYPES, fields)

    def encode_legacy(self) -> bytes:
        """The call that relayed it before Bedrock, if its version is 0."""
        return LEGACY_SELECTOR + encode(_LEGACY_TYPES, [self.target, self.sender, self.data, self.nonce])

    @property
    def hash(self) -> Hash:
        """Its identity in `successfulMessages` and `failedMessages`, whatever its version."""
        return keccak(self.encode())

    @property
    def legacy_hash(self) -> Hash:
        """What identified it before Bedrock, if its version is 0."""
        return keccak(self.encode_legacy())

    @classmethod
    def decode(cls, call: bytes) -> "Message":
        """Of either call; one of before Bedrock says nothing of value and gas, which are 0 then.

        Raises MessageError unless the call is exactly one message.
        """
        try:
            message = cls._decoded(call)
        except (DecodingError, OverflowError) as error:  # eth_abi reads whatever length is stated
            raise MessageError(f"malformed message: {error}") from error
        again = message.encode_legacy() if call[:4] == LEGACY_SELECTOR else message.encode()
        if again != call:
            raise MessageError("a message that is not written as the messengers write it")
        return message

    @classmethod
    def _decoded(cls, call: bytes) -> "Message":
        if call[:4] == SELECTOR:
            nonce, sender, target, value, min_gas, data = decode(_TYPES, call[4:])
        elif call[:4] == LEGACY_SELECTOR:
            target, sender, data, nonce = decode(_LEGACY_TYPES, call[4:])
            value = min_gas = 0
        else:
            raise MessageError(f"selector 0x{call[:4].hex()} relays no message")
        return cls(nonce, _address(sender), _address(target), value, min_gas, data)


def base_gas(size: int, min_gas: int) -> int:
    """Gas that the other chain must have for a message of `size` bytes of data, so that it is surely recorded
    there and its target gets `min_gas`; the messenger buys as much.

        21,000 + max(execution + 16 × (size + 260), 40 × (size + 260))
        execution = 200,000 + 40,000 + 40,000 + 5,000 + ⌊min_gas × 64 / 63⌋
    """
    execution = _BEFORE_THE_CHECK + _CALL + _AFTER_THE_CALL + _BETWEEN + min_gas * 64 // 63
    length = size + _ENCODING
    return _TRANSACTION + max(execution + _BYTE * length, _BYTE_AT_LEAST * length)


def messages_from_logs(logs: Iterable[Log], *, messenger: Address) -> list[Message]:
    """The messages that a transaction's logs say were sent, in order.

        SentMessage            topics = [event, target];  data = abi(sender, data, nonce, least gas)
        SentMessageExtension1  topics = [event, sender];  data = abi(value), right after the former

    Raises MessageError if a log is malformed or lacks its other half.
    """
    halves = [
        log
        for log in logs
        if log.address == messenger and log.topics[:1] in ((SENT_TOPIC,), (SENT_VALUE_TOPIC,))
    ]
    if len(halves) % 2:
        raise MessageError("a SentMessage without its value, or a value without its SentMessage")
    return [_sent(*halves[at : at + 2]) for at in range(0, len(halves), 2)]


def _sent(what: Log, worth: Log) -> Message:
    if (what.topics[0], worth.topics[0]) != (SENT_TOPIC, SENT_VALUE_TOPIC):
        raise MessageError("SentMessage and SentMessageExtension1 do not take turns")
    if len(what.topics) != 2 or len(worth.topics) != 2:
        raise MessageError("SentMessage and SentMessageExtension1 have 2 topics each")
    try:
        sender, data, nonce, min_gas = decode(_SENT_TYPES, what.data)
        (value,) = decode(["uint256"], worth.data)
    except (DecodingError, OverflowError) as error:
        raise MessageError(f"malformed SentMessage: {error}") from error
    if worth.topics[1][12:] != _address(sender):
        raise MessageError("SentMessage and SentMessageExtension1 name two senders")
    return Message(nonce, _address(sender), what.topics[1][12:], value, min_gas, data)


def _address(text: str) -> Address:
    return bytes.fromhex(text[2:])
