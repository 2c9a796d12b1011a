"""The program that disputes are about, really built: the same wherever it is built, and right about a chain.

With OPCYCLE_PROFILE=nightly it is built with nothing that Go has compiled before, and runs in cannon to its
end; each takes minutes.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.peers.mips64.cannon import trace
from tests.peers.mips64.differential import answer
from tests.profiles import PROFILE
from tests.vectors.mips64.onchain import OnChain

from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.deploying import local_plan
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.engine.fault_proof_build import build_program
from opcycle.engine.fault_proof_program import FaultProofProgram
from opcycle.engine.op_program import ClaimedOutput, Sources, op_program_command
from opcycle.protocol.types import Hash

BLOCK = 12
LIE = b"\x01" * 32
PATIENCE = 60
"""Seconds for a run, which takes one."""
STEPS_APART, OF_EACH_SYSCALL = (200_000, 100) if PROFILE == "nightly" else (100_000, 20)
END = () if PROFILE == "nightly" else ("-stop", "30000000")
"""Our contract takes a few of 500 million steps: so many apart, and the first calls of each syscall."""


def nothing(_: str) -> None:
    """Who hears of progress and does not mind."""


@pytest.fixture(scope="module")
def devnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    """A local chain that derives a few blocks from L1."""
    directory = tmp_path_factory.mktemp("program") / "devnet"
    with Devnet.stepped(DevnetConfig(directory, ports=free_ports())) as devnet:
        devnet.until("safe blocks", lambda: devnet.node.sync_status().safe_l2.number > BLOCK, seconds=120)
        yield devnet


@pytest.fixture(scope="module")
def program(devnet: Devnet) -> FaultProofProgram:
    return build_program(devnet.deployment.chain_files, nothing)


def claimed(devnet: Devnet, claim: Hash, *, block: int = BLOCK) -> ClaimedOutput:
    agreed = devnet.node.output_at_block(block - 1)
    return ClaimedOutput(devnet.l1.head.hash, agreed.block.hash, agreed.output_root, claim, block)


def command(
    devnet: Devnet, program: FaultProofProgram, claimed: ClaimedOutput, data: Path, *, is_server: bool = False
) -> list[str]:
    ports = devnet.config.ports
    sources = Sources(
        l1=devnet.l1.rpc.url,
        beacon=f"http://127.0.0.1:{ports.l1_beacon}",
        l2=f"http://127.0.0.1:{ports.verifier_rpc}",
    )
    chain_id = devnet.deployment.rollup.l2_chain_id
    return op_program_command(
        program.host, claimed, sources, data=data, l2_chain_id=chain_id, is_server=is_server
    )


def run(
    devnet: Devnet, program: FaultProofProgram, claimed: ClaimedOutput, data: Path
) -> subprocess.CompletedProcess[str]:
    asked = command(devnet, program, claimed, data)
    return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=PATIENCE)


def test_a_right_claim_is_verified_and_a_wrong_one_is_not(
    devnet: Devnet, program: FaultProofProgram, tmp_path: Path
) -> None:
    root = devnet.node.output_at_block(BLOCK).output_root
    right = run(devnet, program, claimed(devnet, root), tmp_path / "right")
    assert (right.returncode, "Claim successfully verified" in right.stdout) == (0, True)
    wrong = run(devnet, program, claimed(devnet, LIE), tmp_path / "wrong")
    assert (wrong.returncode, f"invalid claim: claim: 0x{LIE.hex()}" in wrong.stdout) == (1, True)
    assert f"actual: 0x{root.hex()}" in wrong.stdout


def test_the_root_of_another_block_is_a_wrong_claim(
    devnet: Devnet, program: FaultProofProgram, tmp_path: Path
) -> None:
    before = devnet.node.output_at_block(BLOCK - 1).output_root
    assert run(devnet, program, claimed(devnet, before), tmp_path / "data").returncode == 1


def test_a_devnet_is_of_the_program_that_is_known_before_it_runs(devnet: Devnet) -> None:
    assert local_plan(devnet.config).chain_files.files == devnet.deployment.chain_files.files


@pytest.fixture
def from_nothing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """With the nightly profile: Go has compiled nothing yet. That takes a gigabyte, which goes afterwards."""
    with TemporaryDirectory() as folder:
        if PROFILE == "nightly":
            monkeypatch.setenv("GOCACHE", folder)
        yield


@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("from_nothing")
def test_two_builds_make_the_same_absolute_prestate(
    devnet: Devnet, program: FaultProofProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOMIPS64", "hardfloat")  # of a user who builds for other machines
    again = build_program(devnet.deployment.chain_files, nothing, store=tmp_path / "elsewhere")
    assert again.directory != program.directory
    assert again.absolute_prestate == program.absolute_prestate
    assert again.prestate.read_bytes() == program.prestate.read_bytes()


@pytest.mark.timeout(3600)
def test_our_contract_takes_the_steps_that_the_program_makes_in_cannon(
    devnet: Devnet, program: FaultProofProgram, tmp_path: Path
) -> None:
    right = claimed(devnet, devnet.node.output_at_block(BLOCK).output_root)
    steps, end = trace(
        program.prestate,
        tmp_path,
        options=["-cache", "-every", str(STEPS_APART), "-syscalls", str(OF_EACH_SYSCALL), *END],
        server=command(devnet, program, right, tmp_path / "data", is_server=True),
    )
    chain = OnChain()
    assert [step.number for step in steps if answer(chain, step) != step.hash.hex()] == []
    assert end.refused == ""
    assert len(steps) > end.steps / STEPS_APART
    assert (end.exited, end.exit_code) == ((True, 0) if PROFILE == "nightly" else (False, 0))
