"""The last look at L1: whoever got there first, or changed something since, is named."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyrevm import AccountInfo
from tests.unit.deploy.configs import DEPLOYER, GAMES, valid_config
from tests.unit.deploy.evm_l1 import EvmL1, run

from opcycle.artifacts import artifact
from opcycle.deploy.config import DeployConfig
from opcycle.deploy.plan import Plan, make_plan
from opcycle.deploy.state import Start
from opcycle.deploy.verify import require_as_planned
from opcycle.engine.alloc import ADMIN_SLOT, IMPLEMENTATION_SLOT, with_immutables
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
    return carried_out(l1, tmp_path, valid_config())


@pytest.fixture
def games(l1: EvmL1, tmp_path: Path) -> Plan:
    """The same with dispute games."""
    return carried_out(l1, tmp_path, valid_config(**GAMES))


def carried_out(l1: EvmL1, directory: Path, config: DeployConfig) -> Plan:
    deployment = run(l1, directory, config)
    start = Start.read(directory)
    assert start is not None
    plan = make_plan(config, deployer=DEPLOYER, anchor=start.anchor)
    assert plan.addresses == deployment.addresses
    require_as_planned(l1, plan)
    return plan


def set_slot(l1: EvmL1, address: Address, slot: bytes, value: Address) -> None:
    l1.evm.insert_account_storage(
        checksum(address), int.from_bytes(slot, "big"), int.from_bytes(value, "big")
    )


def other_code(l1: EvmL1, plan: Plan) -> str:
    address = plan.logic["BatchInbox"].address
    l1.evm.insert_account_info(checksum(address), AccountInfo(nonce=1, code=b"\x60\x01"))
    return f"BatchInbox at {checksum(address)} has other code than the compiled contract"


def other_proxy(l1: EvmL1, plan: Plan) -> str:
    address = plan.addresses.superchain_config
    code = b"\xfe" + artifact("Proxy").runtime[1:]
    l1.evm.insert_account_info(checksum(address), AccountInfo(nonce=1, code=code))
    return f"the proxy of SuperchainConfig at {checksum(address)} has other code than the compiled contract"


def other_logic(l1: EvmL1, plan: Plan) -> str:
    address = plan.addresses.superchain_config
    l1.evm.insert_account_info(
        checksum(STRANGER), AccountInfo(nonce=1, code=artifact("SuperchainConfig").runtime)
    )
    set_slot(l1, address, IMPLEMENTATION_SLOT, STRANGER)
    return f"the proxy of SuperchainConfig at {checksum(address)} runs something else"


def other_admin(l1: EvmL1, plan: Plan) -> str:
    address = plan.addresses.l2_output_oracle
    set_slot(l1, address, ADMIN_SLOT, STRANGER)
    return f"the proxy of L2OutputOracle at {checksum(address)} has another admin than 0x"


@pytest.mark.parametrize("change", [other_code, other_proxy, other_logic, other_admin])
def test_require_as_planned__one_thing_is_not__critical_error_names_it(
    l1: EvmL1, plan: Plan, change: Callable[[EvmL1, Plan], str]
) -> None:
    sentence = change(l1, plan)
    with pytest.raises(CriticalError) as caught:
        require_as_planned(l1, plan)
    assert sentence in str(caught.value)
    assert ";" not in str(caught.value), "nothing else is wrong"


def other_prestate(l1: EvmL1, plan: Plan) -> str:
    machine, oracle = plan.logic["AlphabetVM"].address, plan.logic["PreimageOracle"].address
    code = with_immutables(artifact("AlphabetVM"), [5, oracle])
    l1.evm.insert_account_info(checksum(machine), AccountInfo(nonce=1, code=code))
    return f"AlphabetVM.ABSOLUTE_PRESTATE at {checksum(machine)} is 0x{5:064x}, not 0x03"


def other_machine(l1: EvmL1, plan: Plan) -> str:
    machine = plan.logic["AlphabetVM"].address
    code = artifact("PreimageOracle").runtime
    l1.evm.insert_account_info(checksum(machine), AccountInfo(nonce=1, code=code))
    return f"AlphabetVM at {checksum(machine)} has other code than the compiled contract"


def other_weth(l1: EvmL1, plan: Plan) -> str:
    address = plan.logic["DelayedWETH"].address
    code = with_immutables(artifact("DelayedWETH"), [1])
    l1.evm.insert_account_info(checksum(address), AccountInfo(nonce=1, code=code))
    return f"DelayedWETH.delay at {checksum(plan.addresses.delayed_weth)} is 1, not 302400"


def sent(name: str, getter: str, setter: str, *arguments: object) -> Callable[[EvmL1, Plan], str]:
    """The owner calls something that changes what `getter` shows."""

    def change(l1: EvmL1, plan: Plan) -> str:
        contract = Contract(l1, plan.proxies[name].address, artifact(name).abi)
        request = contract.request(setter, *arguments)
        l1.evm.message_call(checksum(DEPLOYER), checksum(contract.address), calldata=request.data)
        return f"{name}.{getter} at {checksum(contract.address)} is "

    return change


@pytest.mark.parametrize(
    "change",
    [
        other_prestate,
        other_machine,
        other_weth,
        sent("DisputeGameFactory", "initBonds", "setInitBond", 255, 1),
        sent("DisputeGameFactory", "gameImpls", "setImplementation", 255, STRANGER, b""),
        sent("DisputeGameFactory", "owner", "transferOwnership", STRANGER),
    ],
)
def test_require_as_planned__one_thing_of_the_games_is_not__critical_error_names_it(
    l1: EvmL1, games: Plan, change: Callable[[EvmL1, Plan], str]
) -> None:
    sentence = change(l1, games)
    with pytest.raises(CriticalError) as caught:
        require_as_planned(l1, games)
    assert sentence in str(caught.value)


def test_require_as_planned__guardian_respects_other_games_since__critical_error(
    l1: EvmL1, games: Plan
) -> None:
    registry = games.addresses.anchor_state_registry
    contract = Contract(l1, registry, artifact("AnchorStateRegistry").abi)
    data = contract.encode("setRespectedGameType", 254)
    guardian = checksum(games.config.roles.guardian)
    l1.evm.message_call(guardian, checksum(registry), calldata=data)
    with pytest.raises(CriticalError, match=r"AnchorStateRegistry\.respectedGameType at .* is 254, not 255"):
        require_as_planned(l1, games)


def test_require_as_planned__several_things__all_are_named(l1: EvmL1, plan: Plan) -> None:
    sentences = [change(l1, plan) for change in (other_code, other_logic, other_admin)]
    with pytest.raises(CriticalError) as caught:
        require_as_planned(l1, plan)
    assert all(sentence in str(caught.value) for sentence in sentences)
