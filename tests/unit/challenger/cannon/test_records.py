"""Cannon's JSON about steps and states, good and bad."""

import json
from typing import Any

import pytest

from opcycle.challenger.cannon.records import OracleRead, StateRecord, StepRecord

STEP: dict[str, Any] = {
    "step": 7,
    "pre": "0x03" + "11" * 31,
    "post": "0x03" + "22" * 31,
    "state-data": "0x" + "ab" * 188,
    "proof-data": "0x" + "cd" * 6090,
}
READ = {"oracle-key": "0x02" + "33" * 31, "oracle-value": "0x" + "00" * 7 + "0177"}
STATE: dict[str, Any] = {
    "stateVersion": 8,
    "witnessHash": "0x01" + "11" * 31,
    "witness": "0x" + "ab" * 188,
    "step": 892308,
    "exited": True,
    "exitCode": 1,
}


def test_step__that_reads_nothing() -> None:
    step = StepRecord.from_json(json.dumps(STEP).encode())
    assert (step.step, step.before, step.read) == (7, b"\x03" + b"\x11" * 31, None)
    assert (len(step.state), len(step.proof)) == (188, 6090)


def test_step__that_reads_the_length_of_a_preimage__no_offset_in_it() -> None:
    step = StepRecord.from_json(json.dumps(STEP | READ).encode())
    assert step.read == OracleRead(b"\x02" + b"\x33" * 31, bytes(7) + b"\x01\x77", 0)


def test_step__that_reads_further_on() -> None:
    step = StepRecord.from_json(json.dumps(STEP | READ | {"oracle-offset": 8}).encode())
    assert step.read is not None
    assert step.read.offset == 8


def test_state__after_its_steps() -> None:
    state = StateRecord.from_json(json.dumps(STATE).encode())
    assert (state.steps, state.is_exited, state.hash[0], len(state.state)) == (892308, True, 1, 188)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"error: invalid input state",
        json.dumps({name: value for name, value in STATE.items() if name != "step"}).encode(),
        json.dumps(STATE | {"witness": "ab"}).encode(),
    ],
)
def test_damaged_state__value_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        StateRecord.from_json(text)


@pytest.mark.parametrize(
    "text",
    [
        b"{}",
        json.dumps(STEP)[:-9].encode(),
        json.dumps(STEP | {"pre": "0x1"}).encode(),
        json.dumps(STEP | {"oracle-key": "0x02", "oracle-value": ""}).encode(),
    ],
)
def test_damaged_step__value_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        StepRecord.from_json(text)
