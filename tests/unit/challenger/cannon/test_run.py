"""Runs of a machine that only counts, whose program does what a test wants; processes and files are real."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.unit.challenger.cannon.waiting import LULL, PATIENCE, eventually

from opcycle.challenger.cannon.folder import Folder
from opcycle.challenger.cannon.grid import Grid
from opcycle.challenger.cannon.machine import Machine
from opcycle.challenger.cannon.run import Run
from opcycle.engine.op_program import ClaimedOutput
from opcycle.errors import TemporaryError

CANNON = Path(__file__).with_name("fake_cannon.py")
CLAIMED = ClaimedOutput(b"\x01" * 32, b"\x02" * 32, b"\x03" * 32, b"\x04" * 32, 7)
GRID = Grid(snapshots=1 << 8, proofs=1 << 6, at_once=1 << 3, most_snapshots=4, most_proofs=1 << 10)
STEPS = 1000


class Place:
    """Runs of one dispute, in one directory. `behaviour` is that of the program, in the server's words."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.prestate = directory / "prestate.bin.gz"
        self.prestate.write_text("the first state")
        self.behaviour: list[str] = ["steps", str(STEPS)]
        self.runs: list[Run] = []

    def run(self, grid: Grid = GRID, *, patience: float = PATIENCE) -> Run:
        machine = Machine(CANNON, self.prestate, b"\x03" * 32, lambda *_: self.behaviour)
        folder = Folder(self.directory / "run", CLAIMED)
        self.runs.append(Run(machine, CLAIMED, folder, grid, patience=patience))
        return self.runs[-1]

    def files(self, kind: str) -> list[int]:
        return sorted(int(file.stem) for file in (self.directory / "run" / kind).iterdir())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    for run in place.runs:
        run.close()


def until(run: Run, words: str) -> None:
    """Ask for the end until the refusal has these words in it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with pytest.raises(TemporaryError) as caught:
            run.end()
        if words in str(caught.value):
            return
        assert time.monotonic() < deadline, caught.value
        LULL.wait(0.02)


def living_of_session(leader: int) -> int:
    """How many processes of a session are not over. Of one that is, Linux may still know the name."""
    states = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, session, *_ = file.read_text().rpartition(")")[2].split()
            states += [state] if int(session) == leader else []
    return sum(state not in "ZX" for state in states)


def await_end_of_session(leader: int) -> None:
    """A process that is killed is gone a moment later."""
    deadline = time.monotonic() + PATIENCE
    while living_of_session(leader):
        assert time.monotonic() < deadline
        LULL.wait(0.02)


def hash_before(step: int) -> bytes:
    return b"\x03" + step.to_bytes(31, "big")


@pytest.mark.parametrize(("code", "status"), [(0, 0), (1, 1), (2, 2), (7, 2)])
def test_end__steps_and_hash_with_the_status_of_its_exit(place: Place, code: int, status: int) -> None:
    place.behaviour += ["code", str(code)]
    end = eventually(place.run().end)
    assert (end.steps, end.is_exited) == (STEPS, True)
    assert end.hash == bytes([status]) + STEPS.to_bytes(31, "big")


def test_end__while_it_runs__said_how_far_it_is(place: Place) -> None:
    place.behaviour += ["stalls-at", "300"]
    run = place.run()
    run.usual = 5_000_000
    until(run, "0 M steps of about 5 M, 1.5 M a second")
    assert run.is_passing
    assert not run.is_untouched


def test_pass__keeps_snapshots_and_proofs_on_the_grid(place: Place) -> None:
    eventually(place.run().end)
    assert place.files("snapshots") == [0, 256, 512, 768]
    assert place.files("proofs") == list(range(0, STEPS, 64))


def test_pass__of_a_long_program__keeps_no_more(place: Place) -> None:
    place.behaviour = ["steps", "3000"]
    run = place.run(Grid(snapshots=1 << 8, proofs=1 << 6, at_once=1 << 3, most_snapshots=4, most_proofs=16))
    end = eventually(run.end)
    assert place.files("snapshots") == [0, 1024, 2048]
    assert place.files("proofs") == list(range(0, 3000, 256))
    for step in (1, 1000, 2999):
        assert run.hash_before(step) == hash_before(step)
    assert end.steps == 3000


def test_every_step__is_found(place: Place) -> None:
    run = place.run()
    eventually(run.end)
    assert [run.step(step).step for step in range(0, STEPS, 197)] == list(range(0, STEPS, 197))
    assert run.hash_before(STEPS - 1) == hash_before(STEPS - 1)


def test_window__serves_what_is_near_without_running_again(place: Place) -> None:
    run = place.run()
    eventually(run.end)
    run.step(300)
    place.behaviour += ["dies-at", "320"]
    assert run.step(303).state[-2:] == (303).to_bytes(2, "big")
    with pytest.raises(TemporaryError, match="as told"):
        run.step(400)


def test_cannon_ends_without_what_it_was_to_find__said(place: Place) -> None:
    run = place.run()
    eventually(run.end)
    place.behaviour = ["steps", "0"]
    with pytest.raises(TemporaryError, match="cannon ended with status 0"):
        run.step(400)


def test_windows__the_newest_few_are_kept(place: Place) -> None:
    run = place.run()
    eventually(run.end)
    for step in range(65, 65 + 6 * 64, 64):
        run.step(step)
    assert len(place.files("windows")) == 4


def test_step__takes_longer_than_the_patience__answered_to_who_asks_again(place: Place) -> None:
    run = place.run(patience=0)
    eventually(run.end)
    with pytest.raises(TemporaryError, match="running a part of the program on L2 block 7 again"):
        run.step(999)
    assert eventually(lambda: run.step(999)).step == 999


def test_step__another_is_asked_for_meanwhile__both_are_found(place: Place) -> None:
    run = place.run(patience=0)
    eventually(run.end)
    for step in (999, 5):
        with pytest.raises(TemporaryError):
            run.step(step)
    assert [eventually(lambda step=step: run.step(step)).step for step in (5, 999)] == [5, 999]


# --- what goes wrong ---


def test_program_dies__its_last_words_and_where_its_log_is(place: Place) -> None:
    place.behaviour += ["dies-at", "300"]
    run = place.run()
    until(run, "cannon ended with status 1: error: failed at step 300: as told (its log is ")
    assert not run.is_passing


def test_program_dies__others_that_ask_hear_of_it_until_it_is_tried_again(place: Place) -> None:
    place.behaviour += ["dies-at", "300"]
    run = place.run()
    until(run, "as told")
    place.behaviour = ["steps", str(STEPS)]
    with pytest.raises(TemporaryError, match="as told"):
        run.end()
    assert eventually(run.end).steps == STEPS


def test_program_died__goes_on_from_its_last_snapshot(place: Place) -> None:
    place.behaviour += ["dies-at", "600"]
    until(place.run(), "as told")
    log = place.directory / "run/pass.log"
    place.behaviour = ["steps", str(STEPS)]
    eventually(place.runs[0].end)
    assert "step=512 " in log.read_text().splitlines()[0]


def test_program_dies_again_and_again_at_once__from_further_back_each_time(place: Place) -> None:
    """Its newest snapshots may be what is wrong."""
    place.behaviour += ["dies-at", "600"]
    run = place.run()
    until(run, "as told")
    place.behaviour = ["steps", str(STEPS), "dies-at", "512"]
    deadline = time.monotonic() + PATIENCE
    while 512 in place.files("snapshots"):
        with pytest.raises(TemporaryError):
            run.end()
        assert time.monotonic() < deadline
    assert place.files("snapshots") == [0, 256]


def test_child_is_killed__said_and_gone_on_with(place: Place) -> None:
    place.behaviour += ["stalls-at", "300"]
    run = place.run()
    until(run, "0 M steps")
    child = run.child
    assert child is not None
    os.killpg(child.pid, signal.SIGKILL)
    until(run, "cannon was ended by signal 9")
    place.behaviour = ["steps", str(STEPS)]
    assert eventually(run.end).steps == STEPS


def test_half_written_files_of_a_killed_child__swept_away(place: Place) -> None:
    run = place.run()
    half = run.folder.snapshots / "512.bin1234"
    half.write_text("[51")
    eventually(run.end)
    assert not half.exists()


def test_last_state_is_damaged__made_again(place: Place) -> None:
    run = place.run()
    run.folder.end_state.write_text("[99")
    until(run, "cannon ended with status 1")
    assert eventually(run.end).steps == STEPS


def test_a_missing_cannon__said(place: Place) -> None:
    machine = Machine(place.directory / "no-cannon", place.prestate, b"", lambda *_: place.behaviour)
    run = Run(machine, CLAIMED, Folder(place.directory / "run", CLAIMED), GRID)
    place.runs.append(run)
    until(run, "No such file or directory")


def test_files_damaged_by_a_failing_disk__made_again(place: Place) -> None:
    run = place.run()
    eventually(run.end)
    run.step(64)
    for name in ("end.json", "proofs/64.json"):
        (run.folder.directory / name).write_text('{"step"')
    again = place.run()
    assert eventually(again.end).steps == STEPS
    assert again.step(64).step == 64


# --- who else is there ---


def test_closed__nothing_is_left_running(place: Place) -> None:
    place.behaviour += ["stalls-at", "300"]
    run = place.run()
    until(run, "0 M steps")
    child = run.child
    assert child is not None
    assert living_of_session(child.pid) >= 2  # the keeper and cannon
    run.close()
    await_end_of_session(child.pid)


def test_closed_half_done__another_goes_on_from_the_last_snapshot(place: Place) -> None:
    place.behaviour += ["stalls-at", "600"]
    run = place.run()
    until(run, "0 M steps")
    run.close()
    place.behaviour = ["steps", str(STEPS)]
    assert eventually(place.run().end).steps == STEPS


def test_closed_at_the_end__another_knows_all_of_it(place: Place) -> None:
    eventually(place.run().end)
    place.behaviour += ["dies-at", "0"]
    run = place.run()
    assert not run.is_untouched
    assert run.end().steps == STEPS


def test_two_at_once__one_works_and_both_know(place: Place) -> None:
    place.behaviour += ["stalls-at", "300"]
    first, second = place.run(), place.run()
    until(first, "0 M steps")
    until(second, "another challenger on this machine: running the program on L2 block 7: 0 M steps")
    assert not second.is_passing
    first.close()
    place.behaviour = ["steps", str(STEPS)]
    assert eventually(second.end).steps == STEPS


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.unit.challenger.cannon.test_run import Place, until
place = Place(Path(sys.argv[1]))
place.behaviour += ["stalls-at", "600"]
run = place.run()
until(run, "0 M steps")
print(run.child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_we_are_killed__so_is_all_that_we_have_started_and_another_goes_on(place: Place) -> None:
    command = [sys.executable, "-c", KILLED, str(place.directory)]
    us = subprocess.run(command, capture_output=True, text=True, check=False)
    assert us.returncode == -signal.SIGKILL, us.stderr
    await_end_of_session(int(us.stdout))
    assert eventually(place.run().end).steps == STEPS
