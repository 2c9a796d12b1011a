"""Where contracts will be: the examples of EIP-1014, and what an address depends on."""

from dataclasses import replace
from typing import Any

import pytest
from eth_utils.crypto import keccak
from tests.unit.deploy.configs import DEPLOYER, GAMES, account, valid_config

from opcycle.deploy.config import DeployConfig
from opcycle.deploy.creation import Setup, create2_address
from opcycle.deploy.plan import Plan, make_plan
from opcycle.engine.system_contracts import CREATE2_DEPLOYER
from opcycle.protocol.types import L1BlockRef

ANCHOR = L1BlockRef(hash=b"\x01" * 32, number=7, parent_hash=b"\x02" * 32, timestamp=1_700_000_000)


def plan_of(config: DeployConfig, *, anchor: L1BlockRef = ANCHOR) -> Plan:
    return make_plan(config, l1_chain_id=900, deployer=DEPLOYER, anchor=anchor)


def setups_of(plan: Plan) -> dict[str, Setup]:
    return {setup.name: setup for setup in plan.setups}


def request_of(plan: Plan, name: str) -> bytes:
    return setups_of(plan)[name].request.data


@pytest.mark.parametrize(
    ("creator", "salt", "initcode", "address"),
    [
        ("00" * 20, "00" * 32, "00", "4d1a2e2bb4f88f0250f26ffff098b0b30b26bf38"),
        ("deadbeef" + "00" * 16, "00" * 32, "00", "b928f69bb1d91cd65274e3c79d8986362984fda3"),
        (
            "deadbeef" + "00" * 16,
            "000000000000000000000000feed" + "00" * 18,
            "00",
            "d04116cdd17bebe565eb2422f2497e06cc1c9833",
        ),
        ("00" * 20, "00" * 32, "deadbeef", "70f2b2914a2a4b783faefb75f459a580616fcb5e"),
        (
            "00" * 16 + "deadbeef",
            "00" * 28 + "cafebabe",
            "deadbeef",
            "60f3f640a8508fc6a86d45df051962668e1e8ac7",
        ),
        ("00" * 20, "00" * 32, "", "e33c0c7f7df4809055c3eba6c09cfe4baf1bd9e0"),
    ],
)
def test_create2_address__examples_of_eip_1014(creator: str, salt: str, initcode: str, address: str) -> None:
    found = create2_address(bytes.fromhex(creator), bytes.fromhex(salt), bytes.fromhex(initcode))
    assert found.hex() == address


def test_make_plan__same_input__same_addresses() -> None:
    assert plan_of(valid_config()).addresses == plan_of(valid_config()).addresses


def test_make_plan__other_name_or_anchor__no_address_in_common() -> None:
    plans = [
        plan_of(valid_config()),
        plan_of(valid_config(name="other")),
        plan_of(valid_config(), anchor=replace(ANCHOR, hash=b"\x03" * 32)),
        plan_of(valid_config(name="with-games", **GAMES)),
        plan_of(valid_config(name="other-games", **GAMES)),
    ]
    found = [
        creation.address for plan in plans for creation in (*plan.logic.values(), *plan.proxies.values())
    ]
    assert len(set(found)) == len(found) == 104


def test_make_plan__proxies__name_each_other() -> None:
    plan = plan_of(valid_config())
    addresses = plan.addresses
    system_config, portal = request_of(plan, "SystemConfig"), request_of(plan, "OptimismPortal")
    assert addresses.optimism_portal in system_config
    assert addresses.batch_inbox in system_config
    assert addresses.system_config in portal
    assert addresses.l2_output_oracle in portal


@pytest.mark.parametrize("mode", [{}, GAMES], ids=["oracle", "games"])
def test_make_plan__proxies__have_addresses_that_nothing_in_them_changes(mode: dict[str, Any]) -> None:
    plan = plan_of(valid_config(**mode))
    other = plan_of(replace(plan.config, gas_limit=plan.config.gas_limit + 1, block_time=1))
    assert other.addresses == plan.addresses
    assert setups_of(other)["SystemConfig"] != setups_of(plan)["SystemConfig"]
    assert {creation.initcode for creation in plan.proxies.values()} == {
        plan.proxies["SystemConfig"].initcode
    }
    assert plan.addresses.proxy_admin in plan.proxies["SystemConfig"].initcode


@pytest.mark.parametrize("mode", [{}, GAMES], ids=["oracle", "games"])
def test_setups__every_proxy_gets_its_logic_in_a_call_of_the_one_admin(mode: dict[str, Any]) -> None:
    plan = plan_of(valid_config(**mode))
    assert setups_of(plan).keys() == plan.proxies.keys()
    for name, setup in setups_of(plan).items():
        assert setup.proxy == plan.proxies[name].address
        request = setup.request
        assert request.to == plan.addresses.proxy_admin
        assert request.data[:4] == keccak(text="upgradeAndCall(address,address,bytes)")[:4]
        assert request.data[4:68] == bytes(12) + setup.proxy + bytes(12) + plan.logic[name].address


def test_make_plan__games__everything_names_what_it_works_with() -> None:
    plan = plan_of(valid_config(**GAMES))
    at = plan.addresses
    portal = request_of(plan, "OptimismPortal2")
    assert at.system_config in portal
    assert at.anchor_state_registry in portal
    assert at.system_config in request_of(plan, "DelayedWETH")
    for address in (at.optimism_portal, at.delayed_weth):
        assert address in request_of(plan, "SystemConfig")
    for known in (at.system_config, at.dispute_game_factory, plan.genesis.output.root):
        assert known in request_of(plan, "AnchorStateRegistry")
    assert at.preimage_oracle in plan.logic["AlphabetVM"].initcode


def test_game_settings__arguments_of_a_clone__in_the_order_that_the_contract_reads() -> None:
    plan = plan_of(valid_config(**GAMES))
    implementation, bond = plan.game_settings
    kind, logic, arguments = implementation.arguments
    machine = plan.logic["AlphabetVM"].address
    assert (kind, logic) == (255, plan.logic["FaultDisputeGame"].address)
    # what op-challenger knows as the alphabet's absolute prestate
    prestate = "03c7ae758795765c6664a5d39bf63841c71ff191e9189522bad8ebff5d4eca98"
    at = plan.addresses
    assert (
        arguments.hex()
        == prestate
        + (machine + at.anchor_state_registry + at.delayed_weth).hex()
        + (901).to_bytes(32, "big").hex()
    )
    assert bond.arguments == (255, 8 * 10**16)


def test_make_plan__mode__only_its_own_contracts() -> None:
    oracle, games = plan_of(valid_config()), plan_of(valid_config(**GAMES))
    assert set(oracle.proxies) - set(games.proxies) == {"L2OutputOracle", "OptimismPortal"}
    assert set(games.proxies) - set(oracle.proxies) == {
        "OptimismPortal2",
        "DisputeGameFactory",
        "AnchorStateRegistry",
        "DelayedWETH",
    }
    assert oracle.genesis.id == games.genesis.id


def test_plan__batch_inbox_of_ones_own__no_contract_for_it() -> None:
    inbox = bytes.fromhex("ff" + "00" * 18 + "01")
    plan = plan_of(valid_config(batch_inbox=inbox))
    assert plan.addresses.batch_inbox == inbox
    assert inbox in request_of(plan, "SystemConfig")
    assert set(plan_of(valid_config()).logic) - set(plan.logic) == {"BatchInbox"}


def test_creation__request__calls_the_deployer_with_salt_and_initcode() -> None:
    creation = plan_of(valid_config()).logic["BatchInbox"]
    assert creation.request.to == CREATE2_DEPLOYER
    assert creation.request.data == creation.salt + creation.initcode


def test_settings__defaults__nothing_to_send() -> None:
    assert plan_of(valid_config()).settings == []
    fees = replace(valid_config().fees, operator_fee_constant=5)
    (setting,) = plan_of(valid_config(fees=fees)).settings
    assert (setting.setter, setting.arguments) == ("setOperatorFeeScalars", (0, 5))


def test_system_config__fees__packed_as_derivation_reads_them() -> None:
    fees = replace(
        valid_config().fees,
        eip1559_denominator=1,
        eip1559_elasticity=2,
        operator_fee_scalar=3,
        operator_fee_constant=4,
    )
    found = valid_config(fees=fees).system_config
    assert found.batcher_address == account("batcher")
    assert found.scalar == b"\x01" + bytes(23) + (810_949).to_bytes(4, "big") + (1368).to_bytes(4, "big")
    assert found.eip_1559_params == bytes.fromhex("0000000100000002")
    assert found.operator_fee_params == bytes(20) + bytes.fromhex("000000030000000000000004")
