"""Withdrawals: messages that L2 leaves in `L2ToL1MessagePasser` for L1 to prove and execute.

    hash = keccak(abi.encode(nonce, sender, target, value, gas_limit, data))
    slot = keccak(hash ++ 0_32), whose value is 1 once the withdrawal was initiated

Source: OP Stack specs, "Withdrawals".
"""

from collections.abc import Iterable
from dataclasses import dataclass

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from opcycle.keccak import keccak
from opcycle.protocol.predeploys import L2_TO_L1_MESSAGE_PASSER
from opcycle.protocol.types import Address, Hash, Log

MESSAGE_PASSED_TOPIC = keccak(b"MessagePassed(uint256,address,address,uint256,uint256,bytes,bytes32)")

SENT_MESSAGES_SLOT = bytes(32)
"""Storage slot of the mapping `sentMessages`."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A message from L2 to L1. `nonce` has its version in the top two bytes; `value` in wei."""

    nonce: int
    sender: Address
    target: Address
    value: int
    gas_limit: int
    data: bytes

    @property
    def hash(self) -> Hash:
        return keccak(
            encode(
                ["uint256", "address", "address", "uint256", "uint256", "bytes"],
                [self.nonce, self.sender, self.target, self.value, self.gas_limit, self.data],
            )
        )

    @property
    def storage_slot(self) -> Hash:
        """Where `L2ToL1MessagePasser` records it."""
        return keccak(self.hash + SENT_MESSAGES_SLOT)


def withdrawals_from_logs(logs: Iterable[Log]) -> list[Withdrawal]:
    """The withdrawals that L2 logs announce, in order.

    Raises ValueError if a log is malformed or contradicts itself.
    """
    return [
        _from_log(log)
        for log in logs
        if log.address == L2_TO_L1_MESSAGE_PASSER and log.topics[:1] == (MESSAGE_PASSED_TOPIC,)
    ]


def _from_log(log: Log) -> Withdrawal:
    if len(log.topics) != 4:
        raise ValueError(f"MessagePassed has 4 topics, not {len(log.topics)}")
    try:
        value, gas_limit, data, stated_hash = decode(["uint256", "uint256", "bytes", "bytes32"], log.data)
    except (DecodingError, OverflowError) as error:  # eth_abi reads whatever length is stated
        raise ValueError(f"malformed MessagePassed: {error}") from error
    withdrawal = Withdrawal(
        nonce=int.from_bytes(log.topics[1], "big"),
        sender=log.topics[2][12:],
        target=log.topics[3][12:],
        value=value,
        gas_limit=gas_limit,
        data=data,
    )
    if withdrawal.hash != stated_hash:
        raise ValueError(
            f"MessagePassed states hash 0x{stated_hash.hex()}, its fields give {withdrawal.hash.hex()}"
        )
    return withdrawal
