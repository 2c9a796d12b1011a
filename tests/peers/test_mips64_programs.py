"""Programs in cannon's machine, from their first step to their last; our contract takes the steps that count.

These are all syscalls, the beginning, the end, and some hundred others. No two runs of a program differ.
"""

from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from tests.peers.mips64.cannon import Step, trace
from tests.peers.mips64.differential import answer
from tests.peers.mips64.programs import NAMES, load
from tests.vectors.mips64.onchain import OnChain

from opcycle.keccak import keccak

CHOSEN, WINDOW = 200, 100
"""Steps anywhere, and steps in a row from the beginning and to the end."""


def local(ident: int) -> bytes:
    return bytes([1]) + ident.to_bytes(31, "big")


def questions() -> dict[bytes, bytes]:
    """What the program `preimages` asks for: preimages of 0, 13 and 1,000 bytes, named by local words."""
    told = [b"", b"thirteen byte", bytes(range(250)) * 4]
    keys = [
        b"\x02" + keccak(told[0])[1:],
        b"\x04" + sha256(told[1]).digest()[1:],
        b"\x02" + keccak(told[2])[1:],
    ]
    words = {local(ident): key for ident, key in enumerate(keys, 2)}
    return dict(zip(keys, told, strict=True)) | words | {local(1): sha256(b"".join(told)).digest()}


RUNS = {
    "arithmetic": ("arithmetic", 0, {}),
    "goroutines": ("goroutines", 0, {}),
    "allocation": ("allocation", 0, {}),
    "preimages": ("preimages", 0, questions()),
    "preimages, the wrong ones": ("preimages", 1, questions() | {local(1): bytes(32)}),
    "panics": ("panics", 2, {}),
    "rewriting": ("rewriting", 42, {}),
    **{f"exits with {code}": ("exits", code, {local(1): bytes([code])}) for code in (0, 1, 2, 255)},
}


@pytest.fixture(scope="module")
def chain() -> OnChain:
    return OnChain()


@pytest.fixture(scope="module")
def prestates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("programs")
    return {name: load(name, folder) for name in NAMES}


@pytest.mark.parametrize("run", RUNS)
def test_a_program_ends_as_it_should_and_our_contract_takes_its_steps(
    run: str, chain: OnChain, prestates: dict[str, Path], tmp_path: Path
) -> None:
    program, exit_code, preimages = RUNS[run]
    _, end = trace(prestates[program], tmp_path, preimages=preimages)
    assert (end.exited, end.exit_code, end.refused) == (True, exit_code, "")

    at = {*range(WINDOW), *range(end.steps - WINDOW, end.steps)}
    at |= set(Random(run).sample(range(end.steps), CHOSEN))
    options = ["-syscalls", "-1"]
    steps, again = trace(prestates[program], tmp_path, preimages=preimages, at=sorted(at), options=options)
    assert again == end
    assert [step.number for step in steps if answer(chain, step) != step.hash.hex()] == []
    assert at <= {step.number for step in steps}
    assert breaks(steps) == []
    assert steps[-1].hash == end.hash
    assert end.hash[0] == min(exit_code, 2)


def test_cannon_runs_an_instruction_that_is_no_longer_there__our_contract_runs_what_is(
    chain: OnChain, prestates: dict[str, Path], tmp_path: Path
) -> None:
    ends = [trace(prestates["rewriting"], tmp_path, options=options)[1] for options in ([], ["-cache"])]
    assert [end.exit_code for end in ends] == [42, 41]
    last = range(ends[0].steps - 20 * WINDOW, ends[0].steps)
    steps, _ = trace(prestates["rewriting"], tmp_path, at=last, options=["-cache"])
    wrong = [step for step in steps if answer(chain, step) != step.hash.hex()]
    assert len(wrong) == 1
    (again,) = trace(prestates["rewriting"], tmp_path, at=[wrong[0].number])[0]
    assert (again.state, chain.step(again.state, again.proof)) == (wrong[0].state, again.hash)


def breaks(steps: list[Step]) -> list[int]:
    """Where a step does not begin with the state that the one before it ended with."""
    return [
        after.number
        for step, after in pairwise(steps)
        if after.number == step.number + 1 and after.state != step.after
    ]
