"""Lies about steps that cannon ran: whole states, which fit their hashes and differ in one thing only."""

from dataclasses import replace

import pytest
from tests.unit.challenger.recorded import Recorded
from tests.vectors.cannon_steps.steps import END, EXIT, LOAD, NUMBER, READ, STORE, hashes, step

from opcycle.challenger.traces import AlphabetTrace
from opcycle.devnet.demo.lying_trace import Lie, LyingTrace, exit_code, memory, preimage_offset, register
from opcycle.protocol.dispute_game import Dispute, VMStatus
from opcycle.protocol.mips64 import MachineState, Witness
from opcycle.protocol.positions import ROOT
from opcycle.protocol.types import Hash

DISPUTE = Dispute(None, (ROOT, bytes(32)), 1, 2, bytes(32))


def lying(since: int, lie: Lie | None = None) -> LyingTrace:
    return LyingTrace(Recorded(), since=lambda _: since, lie=lie)


def after(instant: int) -> MachineState:
    return MachineState.decode(step(instant + 1)[0])


@pytest.mark.parametrize("since", [READ, LOAD, END + 5])
def test_it_is_right_before_the_lie_and_never_from_there_on(since: int) -> None:
    real, liar = Recorded(), lying(since)
    for instant in (0, READ, STORE, LOAD, EXIT, END, END + 10**9, 2**43):
        is_right = liar.state(DISPUTE, instant) == real.state(DISPUTE, instant)
        assert is_right == (instant < since)
        assert liar.state(DISPUTE, instant) == lying(since).state(DISPUTE, instant), "and says it again"
    assert liar.absolute_prestate == real.absolute_prestate


def test_a_wrong_root_is_valid_in_the_end_and_until_then_the_machine_runs_on() -> None:
    liar = lying(LOAD)
    assert [liar.state(DISPUTE, instant)[0] for instant in (LOAD, NUMBER, EXIT, 2**43)] == [
        VMStatus.UNFINISHED,
        VMStatus.UNFINISHED,
        VMStatus.VALID,
        VMStatus.VALID,
    ]


def test_a_right_root_is_invalid_in_the_end() -> None:
    class Right(Recorded):
        def state(self, dispute: Dispute, instant: int) -> Hash:
            return bytes([VMStatus.VALID]) + bytes(31)

    assert LyingTrace(Right(), since=lambda _: 5).state(DISPUTE, 5)[0] == VMStatus.INVALID
    assert LyingTrace(AlphabetTrace(), since=lambda _: 5).state(DISPUTE, 5)[0] == VMStatus.VALID


def test_a_lie_about_a_register_is_a_state_whose_running_thread_has_another() -> None:
    liar = lying(LOAD, register("a0", lambda _: 0))
    moment = liar.moment(DISPUTE)
    assert moment.thread is not None
    assert (moment.thread.register("a0"), moment.state.hash) == (0, liar.state(DISPUTE, LOAD))
    witness = Witness.decode(step(LOAD + 1)[1])
    assert moment.thread == witness.thread.with_register("a0", 0)
    assert moment.state == replace(after(LOAD), right_threads=moment.thread.on(witness.other_threads))
    assert moment.state != after(LOAD)


def test_a_lie_about_a_register_that_is_the_truth_is_the_real_state() -> None:
    assert lying(LOAD, register("a0", lambda real: real)).state(DISPUTE, LOAD) == hashes(LOAD)[1]


@pytest.mark.parametrize("instant", [STORE, LOAD])
def test_a_lie_about_memory_has_the_root_with_the_other_word(instant: int) -> None:
    truth = lying(instant, memory(0x1_0000_0001))
    assert truth.state(DISPUTE, instant) == hashes(instant)[1], "the word that is really there"
    moment = lying(instant, memory(7)).moment(DISPUTE)
    assert moment.word == 7
    assert moment.state == replace(after(instant), memory_root=moment.state.memory_root)
    assert moment.state.memory_root != after(instant).memory_root


def test_a_step_that_works_with_no_memory_has_none_to_lie_about() -> None:
    with pytest.raises(ValueError, match="works with no word of memory"):
        lying(NUMBER, memory(7)).state(DISPUTE, NUMBER)


def test_a_lie_about_a_preimage_is_a_state_that_goes_on_elsewhere_in_it() -> None:
    liar = lying(READ, preimage_offset(40))
    assert liar.moment(DISPUTE).state == replace(after(READ), preimage_offset=40)
    assert liar.state(DISPUTE, READ) != hashes(READ)[1]
    assert lying(READ, preimage_offset(16)).state(DISPUTE, READ) == hashes(READ)[1]


def test_a_lie_about_the_end_has_the_status_of_its_exit_code() -> None:
    liar = lying(EXIT, exit_code(0))
    assert liar.state(DISPUTE, EXIT)[0] == VMStatus.VALID
    assert liar.moment(DISPUTE).state == replace(after(EXIT), exit_code=0)
    assert lying(EXIT, exit_code(1)).state(DISPUTE, EXIT) == hashes(EXIT)[1]


def test_a_lie_that_is_only_a_hash_shows_no_registers() -> None:
    with pytest.raises(ValueError, match="only a hash"):
        lying(LOAD).moment(DISPUTE)


def test_its_proofs_are_the_real_ones() -> None:
    assert lying(LOAD).proof(DISPUTE, LOAD) == Recorded().proof(DISPUTE, LOAD)
