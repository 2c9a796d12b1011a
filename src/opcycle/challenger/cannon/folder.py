"""The directory of one run: what is known of it, on disk, for any challenger of this machine.

    claim.json             what the run is about
    snapshots/STEP.bin     the machine before a step, from the first pass
    windows/STEP.bin       the same, where a window was run again
    proofs/STEP.json       single steps
    preimages/             what op-program has fetched
    end.bin, end.json      the last state; its file is there until its hash is known
    used                   locked, shared, by every challenger that uses the run: it is not deleted then
    busy                   locked by a child that works on it: there is one at a time

Cannon writes each file elsewhere and then moves it here, so that whatever is here is whole.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from opcycle.challenger.cannon.grid import Grid
from opcycle.challenger.cannon.records import StateRecord, StepRecord
from opcycle.engine.op_program import ClaimedOutput
from opcycle.errors import TemporaryError
from opcycle.protocol.types import Hash
from opcycle.rpc.hexjson import from_hex, to_hex

T = TypeVar("T")

CLAIM, USED, BUSY = "claim.json", "used", "busy"

_ENDINGS = (".bin", ".json")


def name_of(claimed: ClaimedOutput, grid: Grid) -> str:
    """The same for everything that leads to the same files, by the same program."""
    named = json.dumps([_claim(claimed), repr(grid)])
    return hashlib.sha256(named.encode()).hexdigest()[:32]


def _claim(claimed: ClaimedOutput) -> dict[str, str | int]:
    """Without the agreed L2 head, which the agreed output root names already."""
    return {
        "l1Head": to_hex(claimed.l1_head),
        "agreed": to_hex(claimed.agreed),
        "claim": to_hex(claimed.claim),
        "block": claimed.block,
    }


def l1_head_of(directory: Path) -> Hash | None:
    """Of the run in a directory; None if there is none."""
    try:
        return from_hex(json.loads((directory / CLAIM).read_bytes())["l1Head"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Folder:
    """Raises TemporaryError if somebody deletes it just now."""

    def __init__(self, directory: Path, claimed: ClaimedOutput):
        self.directory = directory
        self.proofs, self.preimages = directory / "proofs", directory / "preimages"
        self.snapshots, self.windows = directory / "snapshots", directory / "windows"
        self.end_state = directory / "end.bin"
        try:
            for each in (self.proofs, self.preimages, self.snapshots, self.windows):
                each.mkdir(parents=True, exist_ok=True)
            self._used = _lock(directory / USED, fcntl.LOCK_SH)
            if self._used is None or not _is_at(self._used, directory / USED):
                raise FileNotFoundError(directory)
            _write(directory / CLAIM, json.dumps(_claim(claimed)).encode())
        except FileNotFoundError as error:
            raise TemporaryError(f"{directory} is being deleted") from error

    def close(self) -> None:
        if self._used is not None:
            os.close(self._used)
            self._used = None

    def log(self, what: str) -> Path:
        return self.directory / f"{what}.log"

    # --- what is known ---

    def end(self) -> StateRecord | None:
        """The state in which the program has exited, once that is known."""
        return _read(self.directory / "end.json", StateRecord.from_json)

    def set_end(self, witness: bytes) -> StateRecord:
        """Raises ValueError unless it is the witness of an exited state."""
        end = StateRecord.from_json(witness)
        if not end.is_exited:
            raise ValueError("the program has not exited")
        _write(self.directory / "end.json", witness)
        self.end_state.unlink(missing_ok=True)
        return end

    def step(self, step: int) -> StepRecord | None:
        return _read(self.proof_of(step), StepRecord.from_json)

    def proof_of(self, step: int) -> Path:
        return self.proofs / f"{step}.json"

    def nearest(self, step: int) -> tuple[int, Path] | None:
        """The last kept state at or before a step; None if only the program's first one is."""
        kept = [found for each in (self.snapshots, self.windows) for found in _numbered(each)]
        return max((found for found in kept if found[0] <= step), default=None)

    # --- what is thrown away ---

    def thin_out(self, *, snapshots: int, proofs: int) -> None:
        """Keep only what is these steps apart."""
        for directory, spacing in ((self.snapshots, snapshots), (self.proofs, proofs)):
            for step, file in _numbered(directory):
                if step % spacing:
                    file.unlink(missing_ok=True)

    def drop(self, step: int) -> None:
        """The kept state before a step: nothing good comes of it."""
        for directory in (self.snapshots, self.windows):
            (directory / f"{step}.bin").unlink(missing_ok=True)

    def keep_windows(self, most: int) -> None:
        """Keep only the newest of them."""
        files = sorted(
            (file for _, file in _numbered(self.windows)), key=lambda file: file.stat().st_mtime_ns
        )
        for file in files[:-most]:
            file.unlink(missing_ok=True)

    # --- who works on it ---

    @contextmanager
    def work(self) -> Iterator[int | None]:
        """A lock to hand on to a child, as a file descriptor; None if a child works already, whose ever."""
        with _locked(self.directory / BUSY) as lock:
            if lock is not None:
                self._clear_away_halves()
            yield lock

    def _clear_away_halves(self) -> None:
        """What a child was writing when it was killed."""
        for directory in (self.proofs, self.snapshots, self.windows):
            for file in directory.iterdir():
                if file.suffix not in _ENDINGS:
                    file.unlink(missing_ok=True)


def delete(directory: Path) -> None:
    """Delete a run, unless a challenger uses it or a child works on it."""
    with _locked(directory / USED) as used, _locked(directory / BUSY) as busy:
        if used is not None and busy is not None:
            shutil.rmtree(directory, ignore_errors=True)


def _numbered(directory: Path) -> list[tuple[int, Path]]:
    files = directory.iterdir()
    return [(int(file.stem), file) for file in files if file.suffix in _ENDINGS and file.stem.isdecimal()]


def _read(file: Path, parse: Callable[[bytes], T]) -> T | None:
    """None if it is not there. What a failing disk has damaged is not there either, from now on."""
    try:
        return parse(file.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        file.unlink(missing_ok=True)
        return None


def _write(file: Path, data: bytes) -> None:
    """At once or not at all."""
    new = file.with_name(f".{file.name}.{os.getpid()}")
    new.write_bytes(data)
    new.replace(file)


def _is_at(descriptor: int, file: Path) -> bool:
    return file.exists() and os.path.samestat(os.fstat(descriptor), file.stat())


@contextmanager
def _locked(file: Path) -> Iterator[int | None]:
    lock = _lock(file, fcntl.LOCK_EX)
    try:
        yield lock
    finally:
        if lock is not None:
            os.close(lock)


def _lock(file: Path, kind: int) -> int | None:
    """Locked, as a file descriptor; None if it is locked otherwise."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
