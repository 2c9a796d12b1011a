"""The steps in steps.jsonl, and what a contract makes of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from tests.vectors.mips64.machine import Machine, from_json, to_json
from tests.vectors.mips64.onchain import OnChain, Read, RefusedStepError
from tests.vectors.mips64.witness import pack_state, prove

from opcycle.keccak import keccak

SAMPLE = Path(__file__).parent / "steps.jsonl"

REFUSALS = {
    "unknown instruction": "MIPS64_UnknownInstruction",
    "jump in delay slot": "MIPS64_JumpInDelaySlot",
    "division by zero": "MIPS64_DivisionByZero",
    "unaligned program counter": "MIPS64_UnalignedPC",
    "unknown syscall": "MIPS64_UnknownSyscall",
    "no active thread": "MIPS64_NoActiveThread",
    "no such preimage": "PreimageOracle_NotLoaded",
}
"""Why a machine refuses a step, in the words of the vectors, and the error of our contracts that says so."""


@dataclass(frozen=True, slots=True)
class Vector:
    """One step. `after` is the machine that comes of it; None where it is refused."""

    name: str
    before: Machine
    before_hash: bytes
    after: Machine | None
    after_hash: bytes
    refused: str


def load(path: Path = SAMPLE) -> Iterator[Vector]:
    return map(_parse, path.read_bytes().splitlines())


def failing(chain: OnChain, vectors: Iterable[Vector]) -> list[str]:
    """Names of the steps after which a contract has another state, or which it takes or refuses wrongly."""
    return [vector.name for vector in vectors if taken(chain, vector) != expected(vector)]


def expected(vector: Vector) -> str:
    """What `taken` is to find."""
    return REFUSALS[vector.refused] if vector.refused else vector.after_hash.hex()


def taken(chain: OnChain, vector: Vector) -> str:
    """What a contract makes of a step: the hash of the state after it in hex, or why it refuses."""
    machine = vector.before
    preimage = machine.preimages.get(machine.preimage_key)
    if preimage is not None and machine.preimage_offset < 8 + len(preimage):
        chain.load(Read(machine.preimage_key, machine.preimage_offset, preimage))
    try:
        return chain.step(pack_state(machine), prove(machine)).hex()
    except RefusedStepError as error:
        return error.reason


def state_hash(machine: Machine) -> bytes:
    """keccak256 of the packed state, with what the machine has come to in the place of the first byte."""
    status = min(machine.exit_code, 2) if machine.exited else 3
    return bytes([status]) + keccak(pack_state(machine))[1:]


def changes(before: Machine, after: Machine) -> dict[str, Any]:
    """What a step did, as JSON: each field that is not as it was, and of memory the words that are not."""
    forms = to_json(before), to_json(after)
    changed = {
        name: forms[1].get(name, _NOTHING.get(name, "0x0"))
        for name in forms[0].keys() | forms[1].keys()
        if name not in ("memory", "preimages") and forms[0].get(name) != forms[1].get(name)
    }
    words = {
        hex(address): hex(after.word(address))
        for address in before.memory.keys() | after.memory.keys()
        if before.word(address) != after.word(address)
    }
    return dict(sorted(changed.items())) | ({"memory": words} if words else {})


_NOTHING: dict[str, Any] = {
    "preimageKey": "0x" + bytes(32).hex(),
    "llReservationStatus": 0,
    "exitCode": 0,
    "exited": False,
    "traverseRight": False,
    "leftThreadStack": [],
    "rightThreadStack": [],
}
"""JSON of a field that has become zero or empty."""


def _parse(line: bytes) -> Vector:
    form = orjson.loads(line)
    after = None
    if "after" in form:
        memory = form["before"].get("memory", {}) | form["after"].get("memory", {})
        after = from_json(form["before"] | form["after"] | {"memory": memory})
    return Vector(
        name=form["name"],
        before=from_json(form["before"]),
        before_hash=bytes.fromhex(form["beforeHash"][2:]),
        after=after,
        after_hash=bytes.fromhex(form.get("afterHash", "0x")[2:]),
        refused=form.get("refused", ""),
    )
