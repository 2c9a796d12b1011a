"""What cannon writes about single steps and states: the JSON of `cannon run --proof-at` and `cannon witness`.

Source: cannon v1.18.1, `cmd/run.go` (`Proof`) and `cmd/witness.go`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opcycle.protocol.types import Hash
from opcycle.rpc.hexjson import from_hex


@dataclass(frozen=True, slots=True)
class OracleRead:
    """What a step reads: `value` is length u64 ‖ data, of which it takes what begins at `offset`."""

    key: Hash
    value: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step. `before`: the hash of the machine's state before it, status byte first. `state`: what is
    hashed, 188 bytes. `proof`: the thread and the memory that the step uses."""

    step: int
    before: Hash
    state: bytes
    proof: bytes
    read: OracleRead | None

    @classmethod
    def from_json(cls, text: bytes) -> "StepRecord":
        """Raises ValueError for what is no proof of a step."""
        data = _object(text, "step", "pre", "state-data", "proof-data")
        key, offset = data.get("oracle-key"), data.get("oracle-offset", 0)
        return cls(
            data["step"],
            from_hex(data["pre"]),
            from_hex(data["state-data"]),
            from_hex(data["proof-data"]),
            None
            if key is None
            else OracleRead(from_hex(key), from_hex(data.get("oracle-value", "")), offset),
        )


@dataclass(frozen=True, slots=True)
class StateRecord:
    """A state: after so many `steps`, `hash` with its status byte, and the 188 bytes that are hashed."""

    steps: int
    is_exited: bool
    hash: Hash
    state: bytes

    @classmethod
    def from_json(cls, text: bytes) -> "StateRecord":
        """Raises ValueError for what is no witness of a state."""
        data = _object(text, "step", "exited", "witnessHash", "witness")
        return cls(data["step"], data["exited"], from_hex(data["witnessHash"]), from_hex(data["witness"]))


def _object(text: bytes, *needed: str) -> Mapping[str, Any]:
    """Raises ValueError unless it is a JSON object with all that is `needed`."""
    data = json.loads(text)
    if not isinstance(data, dict) or any(name not in data for name in needed):
        raise ValueError(f"expected an object with {', '.join(needed)}, got {text[:60]!r}")
    return data
