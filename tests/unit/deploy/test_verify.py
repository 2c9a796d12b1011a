"""The last look at L1: whoever got there first, or changed something since, is named. What there is to find
is the matter of test_inspect."""

from pathlib import Path

import pytest
from tests.unit.deploy.configs import DEPLOYER, GAMES, valid_config
from tests.unit.deploy.evm_l1 import EvmL1, run

from opcycle.artifacts import artifact
from opcycle.deploy.plan import Plan, make_plan
from opcycle.deploy.state import Start
from opcycle.deploy.verify import require_as_planned
from opcycle.errors import CriticalError
from opcycle.l1.contract import Contract
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import checksum

STRANGER = b"\x66" * 20


@pytest.fixture
def l1() -> EvmL1:
    return EvmL1()


@pytest.fixture
def plan(l1: EvmL1, tmp_path: Path) -> Plan:
    """Carried out, and as it should be."""
    config = valid_config(**GAMES)
    deployment = run(l1, tmp_path, config)
    start = Start.read(tmp_path)
    assert start is not None
    plan = make_plan(config, l1_chain_id=l1.chain_id, deployer=DEPLOYER, anchor=start.anchor)
    assert plan.addresses == deployment.addresses
    require_as_planned(l1, plan)
    return plan


def sent(l1: EvmL1, plan: Plan, sender: Address, name: str, function: str, *arguments: object) -> None:
    contract = Contract(l1, plan.proxies[name].address, artifact(name).abi)
    data = contract.encode(function, *arguments)
    l1.evm.message_call(checksum(sender), checksum(contract.address), calldata=data)


def test_require_as_planned__what_may_be_changed_later_is_changed_already__critical_error(
    l1: EvmL1, plan: Plan
) -> None:
    sent(l1, plan, plan.config.roles.owner, "SystemConfig", "setGasLimit", 70_000_000)
    with pytest.raises(CriticalError) as caught:
        require_as_planned(l1, plan)
    at = checksum(plan.addresses.system_config)
    assert f"SystemConfig at {at}: gasLimit is 70000000, not 60000000" in str(caught.value)
    assert ";" not in str(caught.value), "nothing else is wrong"


def test_require_as_planned__several_things__all_are_named(l1: EvmL1, plan: Plan) -> None:
    roles = plan.config.roles
    sent(l1, plan, roles.owner, "DisputeGameFactory", "setInitBond", 255, 1)
    sent(l1, plan, roles.owner, "SystemConfig", "transferOwnership", STRANGER)
    sent(l1, plan, roles.guardian, "AnchorStateRegistry", "setRespectedGameType", 254)
    with pytest.raises(CriticalError) as caught:
        require_as_planned(l1, plan)
    for what in (
        "initBonds(255) is 1",
        f"owner is {checksum(STRANGER)}",
        "respectedGameType is 254, not 255",
    ):
        assert what in str(caught.value)
