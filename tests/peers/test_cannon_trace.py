"""Our traces of real cannon runs: each state is the one that `cannon run --proof-at` gives for it, and each
proof takes our MIPS64 from one to the next.

The program is a small one that reads whatever preimages it is told to. What serves them keeps them as
op-program does.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ckzg
import pytest
from tests.peers.cannon_programs import ORDERS, Orders, cannon, machine_for
from tests.unit.challenger.cannon.waiting import eventually
from tests.vectors.mips64.onchain import OnChain, Read, RefusedStepError

from opcycle.challenger.cannon.blob_elements import points
from opcycle.challenger.cannon.grid import Grid
from opcycle.challenger.cannon.trace import CannonTrace
from opcycle.errors import TemporaryError
from opcycle.keccak import keccak
from opcycle.l1.blobs import committed, trusted_setup
from opcycle.protocol.dispute_game import Dispute
from opcycle.protocol.mips64 import MachineState
from opcycle.protocol.positions import Position
from opcycle.protocol.preimages import (
    BlobElement,
    Hashed,
    HashKind,
    LocalWord,
    PrecompileResult,
    PreimageRead,
)
from opcycle.rpc.hexjson import to_hex

GRID = Grid(snapshots=1 << 17, proofs=1 << 14, at_once=1 << 7)
"""Of half a million steps: some snapshots, and two more levels of windows."""

AGREED = b"\x11" * 32
LAST = (1 << 42) - 1


def dispute_about(claim: bytes = b"\x33" * 32, l1_head: bytes = b"\x44" * 32) -> Dispute:
    return Dispute((Position(4), AGREED), (Position(5), claim), 4, 5, l1_head)


class Place:
    """Traces that share a directory."""

    def __init__(self, directory: Path):
        self.directory = directory
        self._traces: list[CannonTrace] = []
        self.machine: Any = None

    def trace(self, orders: Orders) -> CannonTrace:
        self.machine = machine_for(self.directory, orders)
        return self.another()

    def another(self) -> CannonTrace:
        output = SimpleNamespace(output_root=AGREED, block=SimpleNamespace(hash=b"\x22" * 32))
        safe = SimpleNamespace(safe_head=SimpleNamespace(number=9))
        node: Any = SimpleNamespace(output_at_block=lambda _: output, safe_head_at_l1_block=lambda _: safe)
        l1: Any = SimpleNamespace(header=lambda _: SimpleNamespace(number=7))
        runs = self.directory / "runs"
        self._traces.append(CannonTrace(self.machine, node=node, l1=l1, directory=runs, grid=GRID))
        return self._traces[-1]

    @property
    def runs(self) -> Path:
        return self.directory / "runs" / self.machine.absolute_prestate.hex()

    def by_cannon(self, step: int) -> dict[str, Any]:
        """What cannon says of a step when it runs up to that from the first one."""
        server = self.machine.server(None, self.directory / "elsewhere")
        flags = ("--proof-at", f"={step}", "--stop-at", f"={step + 1}", "--output", "", "--meta", "")
        proof = self.directory / "by-cannon-%d.json"
        cannon("run", "--input", self.machine.prestate, *flags, "--proof-fmt", proof, "--", *server)
        found: dict[str, Any] = json.loads((self.directory / f"by-cannon-{step}.json").read_text())
        return found

    def close(self) -> None:
        for trace in self._traces:
            trace.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.close()


def end_of(trace: CannonTrace, dispute: Dispute) -> int:
    """How many steps the program makes."""
    return MachineState.decode(eventually(lambda: trace.proof(dispute, LAST)).state).step


def test_states_and_proofs__those_of_cannon(place: Place) -> None:
    trace, dispute = place.trace(Orders()), dispute_about()
    steps, chain = end_of(trace, dispute), OnChain()
    for instant in (0, 1, GRID.proofs - 1, GRID.proofs, 123_456, steps // 2, steps - 1):
        theirs = place.by_cannon(instant)
        proof = eventually(lambda instant=instant: trace.proof(dispute, instant))
        after = eventually(lambda instant=instant: trace.state(dispute, instant))
        assert to_hex(proof.state) == theirs["state-data"], instant
        assert to_hex(after) == theirs["post"], instant
        # Of the memory that a step does not use, its proof holds whatever cannon has looked at before.
        assert chain.step(proof.state, proof.proof) == after, instant
    assert to_hex(trace.absolute_prestate) == place.by_cannon(0)["pre"]


@pytest.mark.parametrize(("ending", "status"), [(0, 0), (1, 1), (2, 2), (3, 2)])
def test_after_the_end__the_last_state_again_and_a_step_that_needs_no_proof(
    place: Place, ending: int, status: int
) -> None:
    trace, dispute = place.trace(Orders(ending=ending)), dispute_about()
    steps = end_of(trace, dispute)
    last = trace.state(dispute, LAST)
    assert last[0] == status
    assert last[1:] == keccak(trace.proof(dispute, LAST).state)[1:]
    assert [trace.state(dispute, instant) for instant in (steps - 1, steps, steps + 1)] == [last] * 3
    assert eventually(lambda: trace.state(dispute, steps - 2))[0] == 3
    assert trace.proof(dispute, steps) == trace.proof(dispute, LAST)
    assert trace.proof(dispute, steps).proof == b""
    assert OnChain().step(trace.proof(dispute, steps).state, b"") == last
    assert len(eventually(lambda: trace.proof(dispute, steps - 1)).proof) == 6090


# --- what is read ---

DATA = bytes(range(100))
ADDRESS, GAS, INPUT = b"\x0a".rjust(20, b"\0"), 4000, b"input"
BLOB = b"".join((7 * index).to_bytes(32, "big") for index in range(4096))


@cache
def blob_preimages() -> dict[bytes, bytes]:
    """Of all its elements, and of their keys."""
    commitment, found = committed(BLOB).commitment, {}
    for index, point in enumerate(points()):
        name = keccak(commitment + point)[1:]
        found[b"\x02" + name] = commitment + point
        found[b"\x05" + name] = BLOB[32 * index : 32 * index + 32]
    return found


def read_of(place: Place, trace: CannonTrace, key: bytes, preimage: bytes, offset: int = 0) -> PreimageRead:
    """What the first step reads that reads there. Our MIPS64 needs it, and comes to the same state."""
    dispute = dispute_about()
    end_of(trace, dispute)
    stop = place.directory / "stop.bin"
    flags = ("--stop-at-preimage", f"0x{key.hex()}@{offset}", "--output", stop, "--meta", "")
    server = place.machine.server(None, place.directory / "elsewhere")
    cannon("run", "--input", place.machine.prestate, *flags, "--", *server)
    instant = json.loads(cannon("witness", "--input", stop))["step"] - 1
    proof = eventually(lambda: trace.proof(dispute, instant))
    assert proof.read is not None
    chain = OnChain()
    with pytest.raises(RefusedStepError):
        chain.step(proof.state, proof.proof)
    chain.load(Read(proof.read.key, proof.read.offset, preimage))
    assert chain.step(proof.state, proof.proof) == eventually(lambda: trace.state(dispute, instant))
    return proof.read


def test_a_local_word__its_ident(place: Place) -> None:
    trace = place.trace(Orders())
    assert read_of(place, trace, ORDERS, Orders().preimages[ORDERS]) == LocalWord(1, 0)
    assert eventually(lambda: trace.proof(dispute_about(), 0)).read is None


@pytest.mark.parametrize("kind", HashKind)
def test_what_is_hashed__all_of_it_and_where_it_is_read(place: Place, kind: HashKind) -> None:
    key = Hashed(kind, DATA, 0).key
    trace = place.trace(Orders({key: DATA}))
    assert read_of(place, trace, key, DATA) == Hashed(kind, DATA, 0)
    assert read_of(place, trace, key, DATA, offset=8) == Hashed(kind, DATA, 8)


def test_a_blobs_element__with_a_proof_that_holds(place: Place) -> None:
    known = blob_preimages()
    key = [key for key in known if key[0] == 5][1234]
    read = read_of(place, place.trace(Orders({key: known[key]}, others=known)), key, known[key], offset=8)
    assert isinstance(read, BlobElement)
    commitment = committed(BLOB).commitment
    assert (read.z, read.y, read.commitment, read.offset) == (points()[1234], known[key], commitment, 8)
    assert ckzg.verify_kzg_proof(read.commitment, read.z, read.y, read.proof, trusted_setup())


def test_a_precompiles_result__what_it_was_given(place: Place) -> None:
    named = ADDRESS + GAS.to_bytes(8, "big") + INPUT
    key, asked = b"\x06" + keccak(named)[1:], b"\x02" + keccak(named)[1:]
    trace = place.trace(Orders({key: b"\x01result"}, others={asked: named}))
    assert read_of(place, trace, key, b"\x01result") == PrecompileResult(ADDRESS, GAS, INPUT, 0)


# --- runs in common, and their end ---


def test_two_challengers__one_run(place: Place) -> None:
    first, dispute = place.trace(Orders()), dispute_about()
    second = place.another()
    with pytest.raises(TemporaryError, match="running the program on L2 block 5"):
        first.state(dispute, LAST)
    with pytest.raises(TemporaryError, match="another challenger on this machine: running the program"):
        second.state(dispute, LAST)
    assert end_of(first, dispute) == end_of(second, dispute)
    assert len(list((place.runs).iterdir())) == 1


def test_disputes_that_read_the_same__one_run__others_another(place: Place) -> None:
    trace = place.trace(Orders())
    about = dispute_about()
    again = Dispute((Position(8), AGREED), (Position(9), about.disputed[1]), 4, 5, about.l1_head)
    for dispute, runs in ((about, 1), (again, 1), (dispute_about(claim=b"\x55" * 32), 2)):
        end_of(trace, dispute)
        assert len(list((place.runs).iterdir())) == runs


def test_restart__everything_is_known_at_once(place: Place) -> None:
    trace, dispute = place.trace(Orders()), dispute_about()
    end_of(trace, dispute)
    known = eventually(lambda: trace.state(dispute, 123_456))
    trace.close()
    assert place.another().state(dispute, 123_456) == known


def test_keep__what_is_over_is_ended_and_deleted__the_rest_stays(place: Place) -> None:
    trace = place.trace(Orders())
    over, on = dispute_about(l1_head=b"\x01" * 32), dispute_about(l1_head=b"\x02" * 32)
    end_of(trace, on)
    with pytest.raises(TemporaryError):
        trace.state(over, LAST)
    trace.keep({on.l1_head})
    assert len(list((place.runs).iterdir())) == 1
    assert trace.state(on, LAST)[0] == 0


def test_keep__what_another_challenger_uses_is_not_deleted(place: Place) -> None:
    trace, dispute = place.trace(Orders()), dispute_about()
    end_of(trace, dispute)
    other = place.another()
    other.keep(set())
    assert trace.state(dispute, LAST)[0] == 0
    trace.close()
    other.keep(set())
    assert list((place.runs).iterdir()) == []


def test_agreed_upon_is_not_the_nodes__no_run(place: Place) -> None:
    dispute = Dispute((Position(4), b"\x66" * 32), (Position(5), AGREED), 4, 5, b"\x44" * 32)
    with pytest.raises(TemporaryError, match="there is no honest side"):
        place.trace(Orders()).state(dispute, LAST)
    assert not (place.runs).exists()
