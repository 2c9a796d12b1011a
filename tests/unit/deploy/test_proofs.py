"""Deployments whose games are about a real program: that of the chain itself, which the games must name."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyrevm import AccountInfo
from tests.unit.deploy.configs import DEPLOYER, GAMES, valid_config
from tests.unit.deploy.evm_l1 import EvmL1, run
from tests.unit.engine.stand_ins import Tools

from opcycle.artifacts import artifact
from opcycle.deploy.config import VM, DeployConfig, GamesConfig
from opcycle.deploy.dry_run import STAND_IN, without_program
from opcycle.deploy.inspection.findings import Finding, Severity
from opcycle.deploy.inspection.inspect import inspect
from opcycle.deploy.inspection.prestate import with_prestate
from opcycle.deploy.plan import Plan, make_plan
from opcycle.deploy.state import Start
from opcycle.engine.fault_proof_build import build_program
from opcycle.errors import UserError
from opcycle.l1.contract import Contract
from opcycle.protocol.types import Hash, L1BlockRef
from opcycle.rpc.client import RpcUnreachableError
from opcycle.rpc.hexjson import checksum

ANCHOR = L1BlockRef(hash=b"\x01" * 32, number=7, parent_hash=b"\x02" * 32, timestamp=1_700_000_000)
PRESTATE, OTHER_PRESTATE = b"\x03" + b"\x11" * 31, b"\x03" + b"\x22" * 31
STRANGER = b"\x66" * 20
ERROR, _, NOTE = Severity


@pytest.fixture
def l1() -> EvmL1:
    return EvmL1()


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    directory = tmp_path / "tools"
    directory.mkdir()
    return Tools(directory, monkeypatch)


def config(prestate: Hash | None = None, **changes: Any) -> DeployConfig:
    return valid_config(**GAMES, games=GamesConfig(absolute_prestate=prestate), **changes)


def plan_of(config: DeployConfig) -> Plan:
    return make_plan(config, l1_chain_id=900, deployer=DEPLOYER, anchor=ANCHOR)


def started(l1: EvmL1, directory: Path, config: DeployConfig) -> Plan:
    """The plan of a deployment that was made, as far as its configuration tells it."""
    start = Start.read(directory)
    assert start is not None
    return make_plan(config, l1_chain_id=l1.chain_id, deployer=DEPLOYER, anchor=start.anchor)


def played(l1: EvmL1, plan: Plan) -> Hash:
    """The absolute prestate that new games are about."""
    factory = Contract(l1, plan.proxies["DisputeGameFactory"].address, artifact("DisputeGameFactory").abi)
    arguments: bytes = factory.read("gameArgs", 0, block="latest")
    return arguments[:32]


def test_make_plan__mips64__a_machine_for_programs_in_place_of_the_one_for_tests() -> None:
    plan = plan_of(config(PRESTATE))
    assert "AlphabetVM" not in plan.logic
    oracle, version = plan.addresses.preimage_oracle, (8).to_bytes(32, "big")
    assert oracle is not None
    assert plan.logic["MIPS64"].initcode.endswith(oracle.rjust(32, b"\0") + version)


def test_game_settings__mips64__games_of_type_0_about_the_program() -> None:
    plan = plan_of(config(PRESTATE))
    implementation, bond = plan.game_settings
    kind, logic, arguments = implementation.arguments
    assert (kind, logic) == (0, plan.logic["FaultDisputeGame"].address)
    assert arguments[:52] == PRESTATE + plan.logic["MIPS64"].address
    assert bond.arguments == (0, 8 * 10**16)


def test_what_the_program_knows_of_its_chain__depends_on_no_program() -> None:
    """Else there would be none: the program contains it, and the games name the program."""
    unknown, one, other = (plan_of(config(prestate)) for prestate in (None, PRESTATE, OTHER_PRESTATE))
    alphabet = plan_of(valid_config(**GAMES, games=GamesConfig(vm=VM.ALPHABET)))
    for plan in (one, other, alphabet):
        assert plan.chain_files.files == unknown.chain_files.files
        assert plan.addresses == unknown.addresses
        assert plan.genesis.id == unknown.genesis.id
    assert unknown.with_prestate(PRESTATE) == one
    assert one.game_settings != other.game_settings


def test_deploy__prestate_from_elsewhere__nothing_is_built(l1: EvmL1, tmp_path: Path, tools: Tools) -> None:
    run(l1, tmp_path / "it", config(PRESTATE))
    plan = started(l1, tmp_path / "it", config(PRESTATE))
    assert played(l1, plan) == PRESTATE
    assert tools.asked == []
    assert inspect(l1, plan, plan.addresses).findings == ()


def test_deploy__program_of_the_chain__is_built_and_games_are_about_it(
    l1: EvmL1, tmp_path: Path, tools: Tools
) -> None:
    deployment = run(l1, tmp_path / "it", config())
    plan = started(l1, tmp_path / "it", config())
    assert plan.chain_files.files == deployment.chain_files.files
    program = build_program(deployment.chain_files, lambda _: None)
    assert played(l1, plan) == program.absolute_prestate


@pytest.mark.parametrize("cut", [0, 20, 30])
def test_deploy__goes_on_with_another_go__about_the_program_that_it_began_with(
    l1: EvmL1, tmp_path: Path, tools: Tools, cut: int
) -> None:
    l1.cut_after = cut
    with pytest.raises(RpcUnreachableError):
        run(l1, tmp_path / "it", config())
    (program,) = (tmp_path / "tools/home/prestates").glob("*/prestate-proof.json")
    l1.repair()
    tools.go("go1.27.0")
    deployment = run(l1, tmp_path / "it", config())
    assert played(l1, started(l1, tmp_path / "it", config())).hex() in program.read_text()
    sent = l1.sent
    assert run(l1, tmp_path / "it", config()) == deployment
    assert l1.sent == sent


def test_deploy__program_cannot_be_built__nothing_is_sent_or_written(
    l1: EvmL1, tmp_path: Path, tools: Tools
) -> None:
    tools.go("go1.26.8", fails_at="op-program/client/cmd")
    with pytest.raises(UserError, match=r"^building client.elf failed: x.go:1: nonsense$"):
        run(l1, tmp_path / "it", config())
    assert l1.sent == 0
    assert not (tmp_path / "it").exists()


def test_dry_run__stands_in_for_a_program_that_is_not_built_yet() -> None:
    started = Start(ANCHOR, DEPLOYER, bytes(32))
    assert without_program(config(), None).games.prestate == STAND_IN
    assert without_program(config(), started).games.prestate == STAND_IN
    assert without_program(config(), replace(started, prestate=PRESTATE)) == config()
    for known in (config(PRESTATE), valid_config(**GAMES)):
        assert without_program(known, None) is known


def known(l1: EvmL1, directory: Path) -> tuple[Plan, tuple[Finding, ...]]:
    """What an inspection goes by whose configuration does not tell the prestate."""
    plan = started(l1, directory, config())
    return with_prestate(plan, plan.addresses, l1)


def changed(l1: EvmL1, plan: Plan, arguments: bytes) -> None:
    """The owner makes games about something else."""
    factory = Contract(l1, plan.proxies["DisputeGameFactory"].address, artifact("DisputeGameFactory").abi)
    logic = plan.logic["FaultDisputeGame"].address
    data = factory.encode("setImplementation", 0, logic, arguments)
    l1.evm.message_call(checksum(plan.config.roles.owner), checksum(factory.address), calldata=data)


@pytest.mark.parametrize(
    "start", [OTHER_PRESTATE, PRESTATE + STRANGER], ids=["another program", "another machine"]
)
def test_inspect__games_about_something_else__is_all_that_is_found(
    l1: EvmL1, tmp_path: Path, start: bytes
) -> None:
    run(l1, tmp_path, config(PRESTATE))
    plan = started(l1, tmp_path, config(PRESTATE))
    changed(l1, plan, start + plan.game_settings[0].arguments[2][len(start) :])
    (finding,) = inspect(l1, plan, plan.addresses).findings
    assert (finding.severity, finding.contract, finding.what) == (ERROR, "DisputeGameFactory", "gameArgs(0)")


def test_inspect__withdrawals_rely_on_the_machine_for_tests__is_found(l1: EvmL1, tmp_path: Path) -> None:
    run(l1, tmp_path, config(PRESTATE))
    plan = started(l1, tmp_path, config(PRESTATE))
    registry = Contract(l1, plan.proxies["AnchorStateRegistry"].address, artifact("AnchorStateRegistry").abi)
    data = registry.encode("setRespectedGameType", 255)
    l1.evm.message_call(checksum(plan.config.roles.guardian), checksum(registry.address), calldata=data)
    (finding,) = inspect(l1, plan, plan.addresses).findings
    assert (finding.severity, finding.what) == (ERROR, "respectedGameType")


def test_inspect__the_machines_code_is_another__is_found(l1: EvmL1, tmp_path: Path) -> None:
    run(l1, tmp_path, config(PRESTATE))
    plan = started(l1, tmp_path, config(PRESTATE))
    info = AccountInfo(nonce=1, code=b"\x60\x01")
    l1.evm.insert_account_info(checksum(plan.logic["MIPS64"].address), info)
    (finding,) = inspect(l1, plan, plan.addresses).findings
    assert (finding.severity, finding.contract, finding.what) == (ERROR, "MIPS64", "the code")


def test_inspect__prestate_of_a_program_that_was_built_here__is_compared(
    l1: EvmL1, tmp_path: Path, tools: Tools
) -> None:
    run(l1, tmp_path / "it", config())
    plan, notes = known(l1, tmp_path / "it")
    assert (inspect(l1, plan, plan.addresses).findings, notes) == ((), ())
    changed(l1, plan, OTHER_PRESTATE + plan.game_settings[0].arguments[2][32:])
    plan, notes = known(l1, tmp_path / "it")
    (finding,) = inspect(l1, plan, plan.addresses).findings
    assert (finding.severity, finding.what, notes) == (ERROR, "gameArgs(0)", ())


def test_inspect__one_of_the_programs_that_versions_of_go_make__will_do(
    l1: EvmL1, tmp_path: Path, tools: Tools
) -> None:
    files = run(l1, tmp_path / "it", config()).chain_files
    tools.go("go1.27.0")
    build_program(files, lambda _: None)
    plan, _ = known(l1, tmp_path / "it")
    assert inspect(l1, plan, plan.addresses).findings == ()


def test_inspect__no_program_was_built_here__a_note_says_that_nobody_looked(
    l1: EvmL1, tmp_path: Path, tools: Tools
) -> None:
    run(l1, tmp_path / "it", config(PRESTATE))
    plan, (note,) = known(l1, tmp_path / "it")
    assert (note.severity, note.what, note.found) == (NOTE, "the absolute prestate", "0x" + PRESTATE.hex())
    assert inspect(l1, plan, plan.addresses).findings == ()


def test_inspect__no_games_at_all__is_found_whatever_was_built(
    l1: EvmL1, tmp_path: Path, tools: Tools
) -> None:
    run(l1, tmp_path / "it", config(PRESTATE))
    draft = started(l1, tmp_path / "it", config())
    changed(l1, draft, b"")
    plan, (note,) = with_prestate(draft, draft.addresses, l1)
    assert note.found == "0x" + "00" * 32
    (finding,) = inspect(l1, plan, plan.addresses).findings
    assert finding.what == "gameArgs(0)"
