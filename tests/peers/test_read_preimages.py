"""What cannon's step reads, we load, and then the step on chain ends in cannon's state.

A program in cannon asks for a preimage of each kind; the step that reads it comes with cannon's proof.
"""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from eth_abi.abi import encode
from tests.fuzz.evm import Contract, RefusedError
from tests.peers.cannon_programs import Orders, cannon, prestate, server_for
from tests.unit.challenger.preimages.loading_place import CONTEXT, GAME, Loading
from tests.unit.challenger.preimages.oracle_place import DEPLOYER, MIN_SIZE, PERIOD, text

from opcycle.artifacts import artifact
from opcycle.challenger.cannon.reads import preimage_read
from opcycle.challenger.cannon.records import StepRecord
from opcycle.challenger.cannon.store import PreimageStore
from opcycle.challenger.preimages.proposing import is_large
from opcycle.deploy.plan import STATE_VERSION
from opcycle.keccak import keccak
from opcycle.protocol.preimages import Hashed, HashKind, PrecompileResult

SMALL, LARGE = text(MIN_SIZE - 1), text(3 * MIN_SIZE)
PRECOMPILE = PrecompileResult(bytes(19) + b"\x02", 72, b"input", 0)
ASKED = PRECOMPILE.address + PRECOMPILE.gas.to_bytes(8, "big") + PRECOMPILE.input

PREIMAGES = {
    "small": (Hashed(HashKind.KECCAK256, SMALL, 0).key, SMALL),
    "large": (Hashed(HashKind.KECCAK256, LARGE, 0).key, LARGE),
    "sha256": (Hashed(HashKind.SHA256, LARGE, 0).key, LARGE),
    "precompile": (PRECOMPILE.key, b"\x01" + sha256(b"input").digest()),
}


class Step:
    """The first step of a run that reads a preimage at an offset."""

    def __init__(self, folder: Path, key: bytes, value: bytes, offset: int):
        asked = {b"\x02" + keccak(ASKED)[1:]: ASKED}
        self.store = PreimageStore(folder)
        self._folder = folder
        self._server = server_for(folder / "preimages.json", Orders({key: value}, asked, rounds=1))
        after = folder / "after.bin.gz"
        self._run("--stop-at-preimage", f"0x{key.hex()}@{offset}", "--output", after)
        number = json.loads(cannon("witness", "--input", after))["step"] - 1
        at = "--proof-at", f"={number}", "--stop-at", f"={number + 1}"
        self._run(*at, "--proof-fmt", folder / "proof-%d.json", "--output", "")
        found = (folder / f"proof-{number}.json").read_bytes()
        self.record = StepRecord.from_json(found)
        self.after = bytes.fromhex(json.loads(found)["post"][2:])

    def _run(self, *arguments: object) -> None:
        server = self._server(None, self._folder)
        cannon("run", "--input", prestate(), "--meta", "", *map(str, arguments), "--", *server)


@pytest.mark.parametrize(
    ("kind", "offset"),
    [("small", 8), ("large", 0), ("large", 200), ("sha256", 200), ("precompile", 0), ("precompile", 40)],
)
def test_step_that_reads_a_preimage_runs_on_chain_once_we_have_loaded_it(
    kind: str, offset: int, tmp_path: Path
) -> None:
    key, value = PREIMAGES[kind]
    step, place = Step(tmp_path, key, value, offset), Loading()
    machine = machine_of(place)
    assert step.record.read is not None
    read = preimage_read(step.record.read, step.store)
    assert (read.key, read.offset) == (key, offset)
    assert is_large(read, place.oracle.rules(block="latest")) == (kind == "large")
    with pytest.raises(RefusedError, match="NotLoaded"):
        run(place, machine, step)
    while place.ask(read) is not None:
        assert place.act(read) or place.now < place.last().completed_at + PERIOD
        place.mine(PERIOD if kind == "large" else 1)
    assert run(place, machine, step) == step.after


def machine_of(place: Loading) -> Contract:
    arguments = encode(["address", "uint256"], [place.oracle.address, STATE_VERSION])
    code = artifact("MIPS64").bytecode + arguments
    return Contract(place.chain, "MIPS64", place.chain.deploy(DEPLOYER, code))


def run(place: Loading, machine: Contract, step: Step) -> bytes:
    """The hash of the state after it, by the contract."""
    call = machine.encode("step", step.record.state, step.record.proof, CONTEXT)
    return place.chain.call(GAME, machine.address, call)
