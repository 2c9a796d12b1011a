"""Which disputes are one run, what each is told, and how many run at once; the machine only counts."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.challenger.cannon.waiting import eventually

from opcycle.challenger.cannon.grid import Grid
from opcycle.challenger.cannon.machine import Machine
from opcycle.challenger.cannon.trace import CannonTrace
from opcycle.engine.op_program import ClaimedOutput
from opcycle.errors import TemporaryError
from opcycle.protocol.dispute_game import Dispute
from opcycle.protocol.positions import Position

CANNON = Path(__file__).with_name("fake_cannon.py")
L1_HEAD, L1_NUMBER, SAFE = b"\x44" * 32, 70, 20
STEPS = 1000
LAST = (1 << 42) - 1


def root(block: int) -> bytes:
    return b"root" + block.to_bytes(28, "big")


def block_hash(block: int) -> bytes:
    return b"hash" + block.to_bytes(28, "big")


def dispute(block: int, claim: bytes = b"\x66" * 32, *, agreed_block: int | None = None) -> Dispute:
    before = block - 1 if agreed_block is None else agreed_block
    agreed = Position(4), root(min(before, SAFE))
    return Dispute(agreed, (Position(5), claim), before, block, L1_HEAD)


class Place:
    """`told`: what each run's server was started for."""

    def __init__(self, directory: Path):
        (directory / "prestate").write_text("the first state")
        self.directory = directory
        self.runs = directory / "runs" / (b"\x03" * 32).hex()
        self.behaviour = ["steps", str(STEPS)]
        self.told: list[ClaimedOutput] = []
        self.traces: list[CannonTrace] = []

    def trace(self, *, at_once: int | None = None) -> CannonTrace:
        node: Any = SimpleNamespace(output_at_block=self._output, safe_head_at_l1_block=self._safe_head)
        l1: Any = SimpleNamespace(header={L1_HEAD: SimpleNamespace(number=L1_NUMBER)}.__getitem__)
        machine = Machine(CANNON, self.directory / "prestate", b"\x03" * 32, self._serve)
        grid = Grid(snapshots=256, proofs=64, at_once=8)
        runs = self.directory / "runs"
        trace = CannonTrace(machine, node=node, l1=l1, directory=runs, grid=grid, at_once=at_once)
        self.traces.append(trace)
        return trace

    def _output(self, block: int) -> Any:
        return SimpleNamespace(output_root=root(block), block=SimpleNamespace(hash=block_hash(block)))

    def _safe_head(self, l1_block: int) -> Any:
        assert l1_block == L1_NUMBER
        return SimpleNamespace(safe_head=SimpleNamespace(number=SAFE))

    def _serve(self, claimed: ClaimedOutput, _: Path) -> list[str]:
        self.told.append(claimed)
        return self.behaviour


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    for trace in place.traces:
        trace.close()


def test_instants__the_state_after_a_step_and_after_the_end_the_last(place: Place) -> None:
    trace, about = place.trace(), dispute(5)
    last = eventually(lambda: trace.state(about, LAST))
    assert last == b"\0" + STEPS.to_bytes(31, "big")
    assert trace.state(about, STEPS - 1) == trace.state(about, STEPS) == last
    for instant in (0, 62, 63, 64, STEPS - 2):
        assert eventually(lambda instant=instant: trace.state(about, instant)) == b"\3" + (
            instant + 1
        ).to_bytes(31, "big")


def test_proofs__from_the_state_before_a_step_and_after_the_end_none(place: Place) -> None:
    trace, about = place.trace(), dispute(5)
    for instant in (0, 64, 65, STEPS - 1):
        proof = eventually(lambda instant=instant: trace.proof(about, instant))
        assert (int.from_bytes(proof.state, "big"), proof.proof, proof.read) == (instant, b"\xbb", None)
    for instant in (STEPS, STEPS + 1, LAST):
        proof = trace.proof(about, instant)
        assert (int.from_bytes(proof.state, "big"), proof.proof, proof.read) == (STEPS, b"", None)


def test_what_a_run_is_told(place: Place) -> None:
    trace = place.trace()
    eventually(lambda: trace.state(dispute(5), LAST))
    assert set(place.told) == {ClaimedOutput(L1_HEAD, block_hash(4), root(4), b"\x66" * 32, 5)}


def test_agreed_upon_is_after_the_safe_head__the_safe_head(place: Place) -> None:
    """Every later claim is of the safe head's output, as far as it is honest."""
    trace = place.trace()
    eventually(lambda: trace.state(dispute(30), LAST))
    assert set(place.told) == {ClaimedOutput(L1_HEAD, block_hash(SAFE), root(SAFE), b"\x66" * 32, 30)}


def test_nothing_is_agreed_upon_but_the_anchor__the_nodes_output(place: Place) -> None:
    trace = place.trace()
    about = Dispute(None, (Position(4), root(1)), 0, 1, L1_HEAD)
    eventually(lambda: trace.state(about, LAST))
    assert set(place.told) == {ClaimedOutput(L1_HEAD, block_hash(0), root(0), root(1), 1)}


def test_more_disputes_than_run_at_once__the_others_wait_for_their_turn(place: Place) -> None:
    place.behaviour += ["stalls-at", "300"]
    trace = place.trace(at_once=1)
    with pytest.raises(TemporaryError, match="running the program on L2 block 5"):
        trace.state(dispute(5), LAST)
    with pytest.raises(TemporaryError, match="1 other disputes to be computed, before that of L2 block 6"):
        trace.state(dispute(6), LAST)
    trace.close()
    place.behaviour = ["steps", str(STEPS)]
    assert eventually(lambda: trace.state(dispute(6), LAST))[0] == 0


def test_the_second_of_a_kind__says_how_long_it_will_be(place: Place) -> None:
    place.behaviour = ["steps", "900", "stalls-at", "5000"]
    trace = place.trace()
    eventually(lambda: trace.state(dispute(5), LAST))
    place.behaviour = ["steps", "900", "stalls-at", "300"]

    def said() -> str:
        with pytest.raises(TemporaryError) as caught:
            trace.state(dispute(6), LAST)
        if "of about" not in str(caught.value):
            raise caught.value
        return str(caught.value)

    assert "0 M steps of about 0 M, 1.5 M a second" in eventually(said)


def test_keep__runs_of_other_heads_are_ended_and_deleted(place: Place) -> None:
    place.behaviour += ["stalls-at", "300"]
    trace, runs = place.trace(), place.runs
    with pytest.raises(TemporaryError):
        trace.state(dispute(5), LAST)
    trace.keep({L1_HEAD})
    assert len(list(runs.iterdir())) == 1
    trace.keep({b"\x45" * 32})
    assert list(runs.iterdir()) == []


def test_keep__what_is_no_run_is_left_alone(place: Place) -> None:
    trace, runs = place.trace(), place.runs
    (runs / "mine").mkdir(parents=True)
    (runs / "notes.txt").write_text("mine")
    trace.keep(set())
    assert sorted(file.name for file in runs.iterdir()) == ["mine", "notes.txt"]
