"""Every stage of a withdrawal against the oracle, and the moment at which it passes into the next."""

from dataclasses import replace

import pytest

from opcycle.bridge.oracle_status import ScheduledOutput, Snapshot, stage_of
from opcycle.bridge.status import (
    Basis,
    Finalizable,
    Finalized,
    Flaw,
    MustBeProvenAgain,
    Paused,
    Provable,
    Proven,
    Reason,
    Wait,
    WaitingForInclusion,
    WaitingForOutput,
    WithdrawalStatus,
)
from opcycle.l1.oracle import OutputProposal
from opcycle.l1.portal import ProvenWithdrawal

PERIOD = 600
NOW = 10_000
ROOT, OTHER_ROOT = b"\x01" * 32, b"\x02" * 32

OUTPUT = OutputProposal(3, ROOT, NOW, 40)
PROOF = ProvenWithdrawal(ROOT, NOW, 3)
INCLUDED = Snapshot(l1_time=NOW, l2_block=35, covering=OUTPUT, period=PERIOD)
BASIS = Basis("output 3", 3, 40, ROOT)
PROVEN = replace(INCLUDED, proven=PROOF, proven_output=OUTPUT)


def proven(seconds: int) -> Proven:
    return Proven("output 3", (Wait(Reason.PERIOD, seconds),))


def again(then: Provable | WaitingForOutput) -> MustBeProvenAgain:
    return MustBeProvenAgain("output 3", Flaw.DELETED, then)


def status(snapshot: Snapshot) -> WithdrawalStatus:
    return WithdrawalStatus(None, stage_of(snapshot))


def test_output_covers_it__provable() -> None:
    assert stage_of(INCLUDED) == Provable(BASIS)


@pytest.mark.parametrize(("due", "seconds"), [(NOW + 30, 31), (NOW, 1), (NOW - 1, 0), (NOW - 50, 0)])
def test_no_output_covers_it__waits_for_the_one_that_will(due: int, seconds: int) -> None:
    waiting = replace(INCLUDED, covering=ScheduledOutput(40, due))
    assert stage_of(waiting) == WaitingForOutput(35, 40, seconds)


def test_just_proven__waits_a_second_more_than_the_period() -> None:
    assert stage_of(PROVEN) == proven(PERIOD + 1)


@pytest.mark.parametrize(("later", "expected"), [(PERIOD, proven(1)), (PERIOD + 1, Finalizable("output 3"))])
def test_end_of_the_period__l1_must_have_passed_it(later: int, expected: Proven | Finalizable) -> None:
    assert stage_of(replace(PROVEN, l1_time=NOW + later)) == expected


@pytest.mark.parametrize(("proof_time", "output_time"), [(NOW, NOW - 500), (NOW - 500, NOW)])
def test_proof_and_output__the_younger_one_counts(proof_time: int, output_time: int) -> None:
    """The output can be the younger one: deleted after the proof, then proposed again as it was."""
    given = replace(
        PROVEN,
        l1_time=NOW + PERIOD,
        proven=replace(PROOF, timestamp=proof_time),
        proven_output=replace(OUTPUT, timestamp=output_time),
    )
    assert stage_of(given) == proven(1)
    assert stage_of(replace(given, l1_time=NOW + PERIOD + 1)) == Finalizable("output 3")


@pytest.mark.parametrize("standing", [None, replace(OUTPUT, output_root=OTHER_ROOT)])
def test_output_deleted__proven_again_against_the_one_that_covers_it_now(standing) -> None:
    other = replace(OUTPUT, output_root=OTHER_ROOT)
    basis = replace(BASIS, output_root=OTHER_ROOT)
    given = replace(PROVEN, proven_output=standing, covering=other, l1_time=NOW + 2 * PERIOD)
    assert stage_of(given) == again(Provable(basis))
    assert status(given).basis == basis


def test_output_deleted_and_no_other_there_yet__waits_for_it() -> None:
    given = replace(PROVEN, proven_output=None, covering=ScheduledOutput(40, NOW))
    assert stage_of(given) == again(WaitingForOutput(35, 40, 1))
    assert not status(given).is_provable


def test_output_proposed_again_as_it_was__proof_holds() -> None:
    assert stage_of(replace(PROVEN, proven_output=replace(OUTPUT, timestamp=NOW + 9))) == proven(PERIOD + 10)


@pytest.mark.parametrize("before", [INCLUDED, PROVEN, replace(PROVEN, proven_output=None)])
def test_executed__finalized_whatever_became_of_the_output(before: Snapshot) -> None:
    assert stage_of(replace(before, is_finalized=True)) == Finalized()


def test_paused__nothing_can_be_done_but_it_is_still_proven() -> None:
    ready = replace(PROVEN, l1_time=NOW + PERIOD + 1)
    assert status(ready).is_finalizable
    paused = status(replace(ready, is_paused=True))
    assert paused.stage == Paused(Finalizable("output 3"))
    assert (paused.is_finalizable, paused.is_proven) == (False, True)
    assert not status(replace(INCLUDED, is_paused=True)).is_provable


def test_executed_before_the_pause__finalized() -> None:
    assert stage_of(replace(PROVEN, is_finalized=True, is_paused=True)) == Finalized()


@pytest.mark.parametrize(
    ("stage", "provable", "proven", "finalizable", "finalized"),
    [
        (WaitingForInclusion(), False, False, False, False),
        (WaitingForOutput(35, 40, 5), False, False, False, False),
        (Provable(BASIS), True, False, False, False),
        (proven(5), False, True, False, False),
        (Finalizable("output 3"), False, True, True, False),
        (Finalized(), False, False, False, True),
        (again(Provable(BASIS)), True, False, False, False),
        (again(WaitingForOutput(35, 40, 5)), False, False, False, False),
    ],
)
def test_stage__says_what_can_be_done(stage, provable, proven, finalizable, finalized) -> None:
    given = WithdrawalStatus(None, stage)
    assert (given.is_provable, given.is_proven) == (provable, proven)
    assert (given.is_finalizable, given.is_finalized) == (finalizable, finalized)


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (WaitingForInclusion(), "waiting for an L2 block"),
        (
            WaitingForOutput(35, 40, 5),
            "in L2 block 35, waiting for the output of L2 block 40, due in about 5 seconds",
        ),
        (
            WaitingForOutput(35, 40, 0),
            "in L2 block 35, waiting for the output of L2 block 40, due any time now",
        ),
        (Provable(BASIS), "can be proven against output 3 of L2 block 40"),
        (proven(5), "proven against output 3, waits 5 seconds for the finalization period (5 s)"),
        (Finalizable("output 3"), "proven against output 3, can be finalized"),
        (Finalized(), "finalized"),
        (
            Paused(Finalizable("output 3")),
            "withdrawals are paused by the guardian; once they go on: "
            "proven against output 3, can be finalized",
        ),
        (
            again(Provable(Basis("output 2", 2, 40, ROOT))),
            "must be proven again, because output 3 was deleted: "
            "can be proven against output 2 of L2 block 40",
        ),
    ],
)
def test_stage__in_words(stage, words: str) -> None:
    assert str(WithdrawalStatus(None, stage)) == words
