"""The recorded runs of `decide.s`: they are what cannon said, they decide rightly, and liars lie."""

from hashlib import sha256

import pytest
from tests.fuzz.disputes.truth import l2
from tests.fuzz.mips64.fields import INVALID, PANIC, VALID
from tests.fuzz.mips64.lies import OTHERS, TURNING
from tests.fuzz.mips64.record import prestate
from tests.fuzz.mips64.recorded import Run, recorded
from tests.fuzz.mips64.world import FIRST, LAST, Words, world_of
from tests.profiles import PROFILE
from tests.vectors.mips64.onchain import OnChain, Read, RefusedStepError

WORLD = world_of(l2(FIRST, LAST))
RUNS = recorded()
SOME = RUNS.all if PROFILE == "nightly" else RUNS.all[::41]
TURN = {"memory", "register", "preimage", "early exit", "exit code"}
"""Lies that come to another verdict."""
OTHER = {"past the exit", "asked", "threads", "any register", "bookkeeping"}


def right_code(words: Words) -> int:
    """What `decide.s` should end with."""
    if words[1] not in WORLD.true:
        return PANIC
    return VALID if words[2] == WORLD.right_root(words) else INVALID


def name(run: Run) -> str:
    return f"{run.lie or 'truth'} {RUNS.all.index(run)}"


def test_program__is_the_one_whose_runs_were_recorded() -> None:
    assert prestate(WORLD) == dict(RUNS.all[0].prestate)


def test_disputes__are_all_recorded() -> None:
    assert set(WORLD.disputes()) == set(RUNS.true)
    assert len(TURNING) + len(OTHERS) == len(TURN) + len(OTHER)


def test_truth__ends_with_what_is_right() -> None:
    for run in RUNS.true.values():
        assert run.exit_code == right_code(run.words)
    assert {run.exit_code for run in RUNS.true.values()} == {VALID, INVALID, PANIC}


def test_lies__of_each_kind_are_there__and_those_that_turn_a_verdict_do() -> None:
    assert {run.lie for run in RUNS.all} == {"", *TURN, *OTHER}
    for run in RUNS.all:
        if run.lie in TURN:
            assert run.exit_code != right_code(run.words)


@pytest.mark.parametrize("run", SOME, ids=name)
def test_run__state_and_proof_of_each_step__are_what_cannon_said(run: Run) -> None:
    digest = sha256()
    for steps, (state, proof) in enumerate(run.witnesses()):
        if steps >= (run.changed or 0):
            digest.update(state + proof)
    assert digest.hexdigest() == run.digest


@pytest.mark.parametrize("run", [run for run in SOME if run.lie], ids=name)
def test_lie__told_in_the_machine__is_told_once__after_as_many_steps(run: Run) -> None:
    truth = RUNS.true[run.words]
    if run.changed is not None:
        assert run.after(run.changed - 1) == truth.after(run.changed - 1)
        assert run.after(run.changed) != truth.after(run.changed)


@pytest.fixture(scope="module")
def chain() -> OnChain:
    return OnChain()


@pytest.mark.parametrize("run", SOME, ids=name)
def test_contract__makes_each_step_as_cannon_did__but_where_the_lie_is(chain: OnChain, run: Run) -> None:
    """Its oracle has the true preimages: what a lying host served is the lie."""
    different, lies = [], [run.changed - 1] if run.changed else []
    for steps, (state, proof) in enumerate(run.witnesses()):
        if (read := part(run, steps)) is not None:
            chain.load(read)
            if prefixed(read)[read.offset : read.offset + 8] != run.step(steps).reads:
                lies.append(steps)
        if chain.step(state, proof) != run.after(steps + 1).hash:
            different.append(steps)
    assert different == lies
    assert bool(lies) == bool(run.lie)


def part(run: Run, steps: int) -> Read | None:
    """What the step after so many reads, if the host is honest."""
    before = run.after(steps)
    if run.step(steps).reads is None:
        return None
    return Read(before.key, before.offset, WORLD.preimages(run.words)[before.key])


def prefixed(read: Read) -> bytes:
    return len(read.preimage).to_bytes(8, "big") + read.preimage


def test_contract__after_the_exit__stands_still__whatever_it_is_shown(chain: OnChain) -> None:
    for run in RUNS.all[::67]:
        last = run.after(len(run.steps))
        if last.state[98]:
            assert chain.step(last.state, b"") == last.hash
            assert chain.step(last.state, run.proof(len(run.steps))) == last.hash


ASKED = range(32, 72)
"""What was asked for: the program forgets it when it asks for something else."""


@pytest.mark.parametrize("at", sorted({*range(0, 188, 1 if PROFILE == "nightly" else 17)} - {*ASKED}))
def test_contract__from_a_state_with_another_byte__comes_to_no_state_of_the_run(
    chain: OnChain, at: int
) -> None:
    run = RUNS.all[0]
    honest = {found.hash[1:] for found in run.snapshots()}
    for steps in range(3, len(run.steps), 29):
        state, proof = run.after(steps).state, run.proof(steps)
        other = state[:at] + bytes([state[at] ^ 1 << steps % 8]) + state[at + 1 :]
        if (read := part(run, steps)) is not None:
            chain.load(read)
        assert answer(chain, other, proof)[1:] not in honest


def answer(chain: OnChain, state: bytes, proof: bytes) -> bytes:
    """The hash of the state after a step; or the named error that it is refused with."""
    try:
        return chain.step(state, proof)
    except RefusedStepError as refusal:
        if not refusal.reason.startswith(("MIPS64_", "PreimageOracle_NotLoaded")):
            raise
        return refusal.reason.encode()
