"""Alt-DA: what L1 says of batch data that lies elsewhere, on a DA server.

    batcher payload = 0x01 ++ commitment
    commitment      = type u8 ++ body
      type 0, keccak:  body = keccak256(data)[32]
      type 1, generic: body = whatever names the data, at least 1 byte; its first one is the DA layer's
                       (0x00 EigenDA, 0x0a Avail, 0x0c Celestia)

The data is a batcher payload of its own (version byte 0 and frames). Whoever has the data can check a keccak
commitment; of a generic one only the DA server knows whether it fits.
Source: OP Stack specs, "Alt-DA Mode" ("Input Commitment Submission"); op-alt-da `commitment.go`, `params.go`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from opcycle.keccak import keccak
from opcycle.protocol.types import ZERO_ADDRESS, Address

DERIVATION_VERSION_ALT_DA = 1
"""First byte of batch data that is a commitment."""

MAX_INPUT_SIZE = 130_672
"""Bytes behind a keccak commitment that derivation reads: more could not be resolved in a challenge."""


class CommitmentError(ValueError):
    """The bytes are no commitment; the batcher transaction is dropped."""


class CommitmentType(StrEnum):
    """A chain uses one type, which its rollup config names."""

    KECCAK = "keccak"
    GENERIC = "generic"

    @property
    def code(self) -> int:
        """The first byte of such a commitment."""
        return list(CommitmentType).index(self)

    @property
    def config_name(self) -> str:
        """As in `rollup.json`."""
        return f"{self.capitalize()}Commitment"


@dataclass(frozen=True, slots=True)
class Commitment:
    """What stands on L1 for data on a DA server. Raises CommitmentError for a body that its type excludes."""

    kind: CommitmentType
    body: bytes

    def __post_init__(self) -> None:
        if self.kind is CommitmentType.KECCAK and len(self.body) != 32:
            raise CommitmentError(f"a keccak commitment of {len(self.body)} bytes, expected 32")
        if not self.body:
            raise CommitmentError("a generic commitment without content")

    @classmethod
    def keccak_of(cls, data: bytes) -> "Commitment":
        return cls(CommitmentType.KECCAK, keccak(data))

    def encode(self) -> bytes:
        """Type and body, which is also its name at the DA server."""
        return bytes([self.kind.code]) + self.body

    @classmethod
    def decode(cls, data: bytes) -> "Commitment":
        """Raises CommitmentError."""
        if not data:
            raise CommitmentError("no commitment")
        kinds = list(CommitmentType)
        if data[0] >= len(kinds):
            raise CommitmentError(f"commitment type {data[0]}, neither 0 (keccak) nor 1 (generic)")
        return cls(kinds[data[0]], data[1:])

    @property
    def payload(self) -> bytes:
        """The batcher payload that posts it."""
        return bytes([DERIVATION_VERSION_ALT_DA]) + self.encode()

    def fits(self, data: bytes) -> bool:
        """Whether it can be of this data; a generic one never says no."""
        return self.kind is not CommitmentType.KECCAK or keccak(data) == self.body

    def __str__(self) -> str:
        return f"{self.kind} commitment 0x{self.encode().hex()}"


@dataclass(frozen=True, slots=True)
class AltDAConfig:
    """The `alt_da` section of `rollup.json`. Windows in L1 blocks.

    A keccak commitment can be challenged at `challenge_contract` within `challenge_window` of its inclusion,
    and must then be resolved within `resolve_window`. Generic ones have no such contract (the zero address),
    yet their L2 blocks are final only after the challenge window, too.
    """

    commitment_type: CommitmentType
    challenge_window: int
    resolve_window: int
    challenge_contract: Address = ZERO_ADDRESS

    @property
    def problem(self) -> str:
        """Why op-node would not start with it; empty if it would."""
        if self.challenge_window < 1 or self.resolve_window < 1:
            return "the challenge window and the resolve window must be at least one L1 block"
        has_contract = self.challenge_contract != ZERO_ADDRESS
        if self.is_challengeable and not has_contract:
            return "keccak commitments need a challenge contract"
        if has_contract and not self.is_challengeable:
            return (
                "generic commitments cannot be challenged, so the challenge contract must be the zero address"
            )
        return ""

    @property
    def is_challengeable(self) -> bool:
        """Whether L1 may take data off the chain that nobody published."""
        return self.commitment_type is CommitmentType.KECCAK

    def to_json(self) -> dict[str, Any]:
        return {
            "da_challenge_contract_address": "0x" + self.challenge_contract.hex(),
            "da_commitment_type": self.commitment_type.config_name,
            "da_challenge_window": self.challenge_window,
            "da_resolve_window": self.resolve_window,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "AltDAConfig":
        """Raises KeyError or ValueError naming what is missing or malformed."""
        name = data["da_commitment_type"]
        kinds = {kind.config_name: kind for kind in CommitmentType}
        if name not in kinds:
            raise ValueError(f"da_commitment_type is {name!r}, expected one of {', '.join(kinds)}")
        contract = bytes.fromhex(data.get("da_challenge_contract_address", "").removeprefix("0x"))
        if len(contract) not in (0, 20):
            raise ValueError(f"da_challenge_contract_address has {len(contract)} bytes")
        config = cls(
            commitment_type=kinds[name],
            challenge_window=int(data["da_challenge_window"]),
            resolve_window=int(data["da_resolve_window"]),
            challenge_contract=contract or ZERO_ADDRESS,
        )
        if config.problem:
            raise ValueError(f"alt_da: {config.problem}")
        return config
