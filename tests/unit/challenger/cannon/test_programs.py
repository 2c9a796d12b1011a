"""What a machine is made of: files that are there, or a sentence that says how to get them."""

import json
from pathlib import Path

import pytest

from opcycle.challenger.cannon import programs
from opcycle.challenger.cannon.programs import CannonFiles, machine_from
from opcycle.engine.fault_proof_program import FaultProofProgram
from opcycle.engine.op_program import ClaimedOutput, Sources
from opcycle.errors import UserError

CANNON = Path(__file__).with_name("fake_cannon.py")
PLAYED = b"\x03" * 32
SOURCES = Sources("http://l1", "http://beacon", "http://l2")
CLAIMED = ClaimedOutput(b"\x01" * 32, b"\x02" * 32, b"\x03" * 32, b"\x04" * 32, 7)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FaultProofProgram:
    """A program that was built here, and the cannon that was."""
    (tmp_path / "op-program").write_text("")
    (tmp_path / "op-program").chmod(0o755)
    (tmp_path / "prestate.bin.gz").write_text("")
    program = FaultProofProgram(tmp_path)
    monkeypatch.setattr(programs, "find_program", lambda played: program)
    monkeypatch.setattr(programs, "cannon_binary", lambda: str(CANNON))
    return program


def machine(**files: Path):
    return machine_from(CannonFiles(**files), played=PLAYED, sources=SOURCES, l2_chain_id=901)


def test_no_files__those_that_were_built(built: FaultProofProgram) -> None:
    found = machine()
    assert (found.cannon, found.prestate, found.absolute_prestate) == (CANNON, built.prestate, PLAYED)
    command = found.server(CLAIMED, Path("data"))
    assert command[:2] == [str(built.host), "--server"]
    assert command[command.index("--l1.beacon") + 1] == "http://beacon"
    assert command[command.index("--datadir") + 1] == "data"
    assert command[command.index("--network") + 1] == "901"


def test_a_prestate__its_hash_as_cannon_says_it(built: FaultProofProgram, tmp_path: Path) -> None:
    prestate = tmp_path / "other.bin.gz"
    prestate.write_text(json.dumps([5, 1000, 0]))
    found = machine(prestate=prestate)
    assert found.prestate == prestate
    assert found.absolute_prestate == b"\x03" + (5).to_bytes(31, "big")


def test_a_prestate_that_is_none__said(built: FaultProofProgram, tmp_path: Path) -> None:
    prestate = tmp_path / "other.bin.gz"
    prestate.write_text("what?")
    with pytest.raises(UserError, match=r"no state that .*fake_cannon.py can run \(.*Error: .*\); it must"):
        machine(prestate=prestate)


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("cannon", "--cannon-bin .* is not an executable file; it must be cannon; `make peers` builds it"),
        ("server", "--cannon-server .* is not an executable file; it must be op-program .*`make prestate`"),
    ],
)
def test_what_cannot_be_run__said(built: FaultProofProgram, tmp_path: Path, what: str, says: str) -> None:
    for file in (tmp_path / "missing", tmp_path):
        with pytest.raises(UserError, match=says):
            machine(**{what: file})


def test_a_cannon_of_another_kind_of_computer__said(built: FaultProofProgram, tmp_path: Path) -> None:
    cannon = tmp_path / "cannon"
    cannon.write_bytes(b"\0nothing that Linux can run")
    cannon.chmod(0o755)
    with pytest.raises(UserError, match=r"--cannon-bin .* cannot be run: Exec format error"):
        machine(cannon=cannon, prestate=tmp_path / "prestate.bin.gz")
