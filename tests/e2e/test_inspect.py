"""`opcycle inspect` on both chains of a devnet that has been in use."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from tests.e2e.withdrawing import CLOCK, FINALITY, Place, place_in

from opcycle.artifacts import artifact
from opcycle.cli.inspect import inspect as command
from opcycle.deploy.config import DeployConfig
from opcycle.deploy.inspection.findings import Severity
from opcycle.deploy.inspection.inspect import inspect
from opcycle.deploy.inspection.l2 import inspect_l2
from opcycle.deploy.plan import Plan, make_plan
from opcycle.deploy.state import Start
from opcycle.devnet.deploying import deploy_config
from opcycle.l1.contract import Contract
from opcycle.protocol.l1_chain import LOCAL_L1_CHAIN_ID
from opcycle.protocol.predeploys import L1_BLOCK
from opcycle.rpc.hexjson import checksum


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("inspected") / "devnet") as place:
        yield place


@pytest.fixture(scope="module")
def plan(place: Place) -> Plan:
    start = Start.read(place.devnet.deployment.directory)
    assert start is not None
    return make_plan(
        deploy_config(place.devnet.config),
        l1_chain_id=LOCAL_L1_CHAIN_ID,
        deployer=start.deployer,
        anchor=start.anchor,
    )


def test_what_is_in_use_does_not_deviate(place: Place, plan: Plan) -> None:
    sent = place.withdraw()
    place.propose()
    place.devnet.advance(1)
    place.prove(sent)
    l1, l2 = place.devnet.l1.rpc, place.devnet.l2.rpc
    assert inspect(l1, plan, place.devnet.deployment.addresses).findings == ()
    report = inspect_l2(l2, l1, plan)
    assert report.findings == ()
    assert report.checks > 30, "it did look"
    assert report.block.number > 5


def test_the_command_looks_at_both_chains_and_needs_two_files_only(
    place: Place, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A devnet's configuration is in no file."""
    monkeypatch.setattr(DeployConfig, "load", lambda _: plan.config)
    deployment, assembly = place.devnet.deployment, place.devnet.assembly
    for name in ("addresses.json", "rollup.json"):
        (tmp_path / name).write_bytes((deployment.directory / name).read_bytes())
    config = tmp_path / "rollup.json"
    arguments = [str(tmp_path), "--config", str(config), "--l1", assembly.l1]
    result = CliRunner().invoke(command, [*arguments, "--l2", assembly.l2, "--json"])
    reports = orjson.loads(result.stdout)
    assert result.exit_code == 0
    assert [reports[chain]["findings"] for chain in ("l1", "l2")] == [[], []]
    assert reports["l2"]["checks"] > 100
    told = CliRunner().invoke(command, [*arguments, "--l2", assembly.l2]).stdout.splitlines()
    assert [line.partition(";")[0] for line in told] == ["L1: nothing deviates", "L2: nothing deviates"]

    result = CliRunner().invoke(command, [*arguments, "--l2", assembly.l1])
    assert f"{assembly.l1} serves chain 900, the rollup is chain 901" in str(result.exception)


def test_an_anchor_that_has_moved_on_is_a_note(place: Place, plan: Plan) -> None:
    number = place.devnet.node.sync_status().safe_l2.number
    game = place.propose(block=number - 1)
    place.travel_to(place.now + CLOCK + 1)
    place.decide(game)
    place.travel_to(place.now + FINALITY + 1)
    registry = plan.addresses.anchor_state_registry
    assert registry is not None
    contract = Contract(place.devnet.l1.rpc, registry, artifact("AnchorStateRegistry").abi)
    place.send("user", contract.request("setAnchorState", game.contract.address))
    report = inspect(place.devnet.l1.rpc, plan, place.devnet.deployment.addresses)
    (finding,) = report.findings
    assert (finding.severity, finding.what) == (Severity.NOTE, "anchorGame")
    assert finding.found == checksum(game.contract.address)
    assert not report.has_errors


def test_another_genesis_is_all_that_is_told_of_another_l2(place: Place, plan: Plan) -> None:
    other = make_plan(
        replace(plan.config, gas_limit=31_000_000),
        l1_chain_id=LOCAL_L1_CHAIN_ID,
        deployer=plan.deployer,
        anchor=plan.anchor,
    )
    (finding,) = inspect_l2(place.devnet.l2.rpc, place.devnet.l1.rpc, other).findings
    assert finding.what == "the first block"


def test_an_l2_that_follows_another_l1_is_told(place: Place, plan: Plan) -> None:
    """Its own chain has other blocks under the same numbers."""
    l2 = place.devnet.l2.rpc
    (finding,) = inspect_l2(l2, l2, plan).findings
    assert (finding.contract, finding.address) == ("L1Block", L1_BLOCK)
