"""Steps of `guest.go` in cannon, by number: the state before each, and its proof. The last one is the end."""

from tests.vectors.read import unhex, vector

READ, STORE, LOAD, NUMBER, EXIT, END = 498_454, 501_288, 501_291, 501_292, 501_293, 501_294
"""Reads the word in dispute; stores the exit code; loads it; the number of exit_group; calls it; the end."""

_STEPS = {step["step"]: step for step in vector("cannon_steps/steps.json")}


def step(number: int) -> tuple[bytes, bytes]:
    found = _STEPS[number]
    return unhex(found["state"]), unhex(found["proof"])


def hashes(number: int) -> tuple[bytes, bytes]:
    """Before and after, by cannon."""
    found = _STEPS[number]
    return unhex(found["pre"]), unhex(found["post"])
