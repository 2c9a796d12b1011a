"""Something that is due in a game: a transaction, and what must be known to send it in good order."""

from dataclasses import dataclass
from enum import Enum

from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.types import Address

NO_HURRY = 1 << 64
"""Seconds that are left for what can be done at any time."""


class Kind(Enum):
    """What is done; the values are for logs."""

    MOVE = "a move"
    STEP = "a step"
    BLOCK_CHALLENGE = "a challenge of the block number"
    PREIMAGE = "a preimage"
    PROPOSAL = "a proposal of a large preimage"
    PREIMAGE_CHALLENGE = "a challenge of a large preimage"
    SETTLING = "a resolution"
    CLOSING = "a closing"
    COLLECTING = "a claim of bonds"


@dataclass(frozen=True, slots=True)
class Due:
    """`why` says it in words. `stake`: wei of it that are a bond. `paid`: wei that it collects.

    `left`: seconds of L1 time in which it must be mined. `follows`: it fails unless what is due before it in
    the same `game` is done first; what belongs to no game has its contract's address there.
    """

    game: Address
    kind: Kind
    request: TransactionRequest
    why: str
    left: int = NO_HURRY
    stake: int = 0
    paid: int = 0
    follows: bool = False
