"""One run of the program, for one disputed output root: one early pass to its end, then questions.

    pass      first state or newest snapshot ──► exit      minutes; keeps snapshots, and proofs far apart
    witness   last state ──► its hash
    bring     nearest snapshot ──► start of a window       for what the pass did not keep: a second or two
    prove     start of a window ──► its end                … and the hashes of all that is asked for next

Each of these is an errand, done by a child process. What is on disk says which is next, so that it does not
matter who did the others, when, and who was killed meanwhile.
"""

from dataclasses import dataclass
from pathlib import Path

from opcycle.challenger.cannon.child import Child
from opcycle.challenger.cannon.folder import Folder
from opcycle.challenger.cannon.grid import Grid, Window
from opcycle.challenger.cannon.log import last_words, progress
from opcycle.challenger.cannon.machine import Machine, Stretch, witness_command
from opcycle.challenger.cannon.records import StateRecord, StepRecord
from opcycle.engine.op_program import ClaimedOutput
from opcycle.errors import TemporaryError
from opcycle.protocol.types import Hash

PATIENCE = 3.0
"""Seconds that a question may take; after that it is answered to whoever asks again."""

WINDOWS_KEPT = 4
LONGEST_REST = 64
"""Questions that are not answered, at most, before an errand that has failed is tried again."""

PASS, WITNESS, BRING, PROVE = "pass", "witness", "bring", "prove"


@dataclass(frozen=True, slots=True)
class _Errand:
    """`what` is also the name of its log. It is done when the file `result` is there, or else when it ends.
    `start`: the step that it begins with."""

    what: str
    command: list[str]
    result: Path | None = None
    start: int = 0


class Run:
    """`patience` in seconds. `usual`: how many steps such a run has, if that is known, for words about it."""

    def __init__(
        self,
        machine: Machine,
        claimed: ClaimedOutput,
        folder: Folder,
        grid: Grid,
        *,
        patience: float = PATIENCE,
    ):
        self.claimed = claimed
        self.folder = folder
        self.usual: int | None = None
        self._machine = machine
        self._grid = grid
        self._patience = patience
        self._end: StateRecord | None = None
        self._hashes: dict[int, Hash] = {}
        self._child: tuple[_Errand, Child] | None = None
        self._failures = self._rest = 0
        self._complaint = ""

    # --- questions ---

    def end(self) -> StateRecord:
        """The state in which the program exits. Raises TemporaryError until the pass has got there."""
        while self._end is None:
            self._end = self.folder.end()
            if self._end is None:
                self._do(self._towards_the_end(), patience=0)
        return self._end

    def hash_before(self, step: int) -> Hash:
        """Of the state before a step, of one that the program makes."""
        if step not in self._hashes:
            self._hashes[step] = self.step(step).before
        return self._hashes[step]

    def step(self, step: int) -> StepRecord:
        """A step that the program makes. Raises TemporaryError if it takes long to find out."""
        while (known := self.folder.step(step)) is None:
            self._do(self._towards(step), patience=self._patience)
        return known

    @property
    def child(self) -> Child | None:
        """What is at work for us now."""
        return None if self._child is None else self._child[1]

    @property
    def is_passing(self) -> bool:
        """Whether a child of ours is on its way to the program's end."""
        if self._child is None:
            return False
        errand, child = self._child
        return errand.what in (PASS, WITNESS) and child.is_running

    @property
    def is_untouched(self) -> bool:
        """Whether the end is unknown, and nobody here is on the way to it."""
        return self._end is None and self._child is None and self.folder.end() is None

    def close(self) -> None:
        """End what runs; the run can be gone on with later."""
        if self._child is not None:
            self._child[1].kill()
            self._child = None
        self.folder.close()

    # --- what is next ---

    def _towards_the_end(self) -> _Errand:
        if self.folder.end_state.exists():
            return _Errand(WITNESS, witness_command(self._machine.cannon, self.folder.end_state))
        start, state = self._nearest(1 << 64)
        stretch = Stretch(
            state,
            output=self.folder.end_state,
            proofs=(self._grid.proofs, self.folder.proofs),
            snapshots=(self._grid.snapshots, self.folder.snapshots),
        )
        return self._running(PASS, stretch, start, self.folder.end_state)

    def _towards(self, step: int) -> _Errand:
        window = self._grid.window_of(step, self.end().steps)
        start, state = self._nearest(window.start)
        if start == window.start:
            return self._proving(window, state)
        output = self.folder.windows / f"{window.start}.bin"
        return self._running(BRING, Stretch(state, stop=window.start, output=output), start, output)

    def _proving(self, window: Window, state: Path) -> _Errand:
        stretch = Stretch(state, stop=window.end, proofs=(window.every, self.folder.proofs))
        return self._running(PROVE, stretch, window.start, self.folder.proof_of(window.last))

    def _running(self, what: str, stretch: Stretch, start: int, result: Path) -> _Errand:
        server = self._machine.server(self.claimed, self.folder.preimages)
        return _Errand(what, stretch.command(self._machine, server), result, start)

    def _nearest(self, step: int) -> tuple[int, Path]:
        return self.folder.nearest(step) or (0, self._machine.prestate)

    # --- doing it ---

    def _do(self, errand: _Errand, *, patience: float) -> None:
        """Returns when it, or whatever is being done, is done. Raises TemporaryError if that takes longer."""
        if self._child is None:
            self._start(errand)
        assert self._child is not None
        errand, child = self._child
        status = child.wait(patience, errand.result)
        if status is None:
            reached = progress(child.log) if errand.what == PASS else None
            if reached is not None:
                self._thin_out(reached.steps)
            raise TemporaryError(self._at_work(errand.what))
        self._child = None
        if status == 0 and (errand.result is None or errand.result.exists()):
            self._finish(errand, child.log)
        else:
            self._fail(errand, status, child.log)

    def _start(self, errand: _Errand) -> None:
        if self._rest > 0:
            self._rest -= 1
            raise TemporaryError(self._complaint)
        with self.folder.work() as lock:
            if lock is None:
                raise TemporaryError(f"another challenger on this machine: {self._at_work(errand.what)}")
            self._child = errand, Child(errand.command, log=self.folder.log(errand.what), lock=lock)

    def _finish(self, errand: _Errand, log: Path) -> None:
        if errand.what == WITNESS:
            try:
                self._thin_out(self.folder.set_end(log.read_bytes()).steps)
            except ValueError:
                self._fail(errand, 0, log)
        if errand.what == PROVE:
            self.folder.keep_windows(WINDOWS_KEPT)
        self._failures = 0

    def _fail(self, errand: _Errand, status: int, log: Path) -> None:
        """Say so, now and to the next few who ask; then it is tried again, if need be from further back."""
        how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        self._complaint = f"cannon {how}: {last_words(log)} (its log is {log})"
        self._rest = min(2**self._failures, LONGEST_REST)
        self._failures += 1
        if errand.what == WITNESS:
            self.folder.end_state.unlink(missing_ok=True)
        elif self._failures > 1 and status > 0:
            self.folder.drop(errand.start)
        raise TemporaryError(self._complaint)

    def _thin_out(self, steps: int) -> None:
        """Of a long run, keep no more than of a short one."""
        self.folder.thin_out(
            snapshots=self._grid.snapshot_spacing(steps), proofs=self._grid.proof_spacing(steps)
        )

    def _at_work(self, what: str) -> str:
        """What is being done, for people."""
        block = f"the program on L2 block {self.claimed.block}"
        if what == WITNESS:
            return f"hashing the last state of {block}"
        words = f"running {block}" if what == PASS else f"running a part of {block} again"
        reached = progress(self.folder.log(what))
        if reached is None:
            return f"{words}, which has just begun"
        steps = f"{reached.steps / 1e6:.0f} M steps"
        if self.usual is not None and what == PASS:
            steps += f" of about {self.usual / 1e6:.0f} M"
        return f"{words}: {steps}, {reached.speed / 1e6:.1f} M a second"
