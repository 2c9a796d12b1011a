"""What an upgrade is told to change, that it changes just that, and who is refused."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyrevm import AccountInfo
from tests.unit.deploy.configs import DEPLOYER, DEPLOYER_KEY, GAMES, account, valid_config
from tests.unit.deploy.evm_l1 import EvmL1, run

from opcycle.artifacts import artifact
from opcycle.deploy.deployment import Addresses
from opcycle.deploy.upgrade import PROXIED, Upgrade, perform, plan_upgrade, simulate
from opcycle.engine.alloc import IMPLEMENTATION_SLOT, INITIALIZED_SLOT
from opcycle.errors import CriticalError, TemporaryError, UserError
from opcycle.keccak import keccak
from opcycle.l1.contract import Contract
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.hexjson import checksum, from_hex, to_hex

OTHER = b"\x66" * 20
DISABLED = 2**64 - 1


@pytest.fixture
def l1() -> EvmL1:
    return EvmL1()


@pytest.fixture
def at(l1: EvmL1, tmp_path: Path) -> Addresses:
    return run(l1, tmp_path, valid_config(**GAMES)).addresses


def read(l1: EvmL1, address: Address, getter: str) -> Any:
    return Contract(l1, address, artifact("SystemConfig").abi).read(getter, block="latest")


def implementation_of(l1: EvmL1, proxy: Address) -> Address:
    return from_hex(l1.call("eth_getStorageAt", to_hex(proxy), to_hex(IMPLEMENTATION_SLOT), "latest"))[12:]


def write(l1: EvmL1, address: Address, slot: bytes, value: int) -> None:
    l1.evm.insert_account_storage(checksum(address), int.from_bytes(slot, "big"), value)


def place(l1: EvmL1, version: str, *, disabled: int = DISABLED) -> bytes:
    """At OTHER, a SystemConfig that says another version of itself; returns its code."""
    code = artifact("SystemConfig").runtime
    other = code.replace(b"3.14.2", version.encode())
    assert code != other
    assert len(code) == len(other)
    l1.evm.insert_account_info(checksum(OTHER), AccountInfo(nonce=1, code=other))
    write(l1, OTHER, INITIALIZED_SLOT, disabled)
    return other


def outdated(l1: EvmL1, at: Addresses) -> bytes:
    """The proxy runs an older version than the compiled one."""
    code = place(l1, "3.14.1")
    write(l1, at.system_config, IMPLEMENTATION_SLOT, int.from_bytes(OTHER, "big"))
    return code


def performed(l1: EvmL1, upgrade: Upgrade, *, key: bytes = DEPLOYER_KEY, **options: Any) -> list[Hash]:
    transactions = TransactionManager(l1, KeySigner(key), chain_id=l1.chain_id)
    return perform(upgrade, rpc=l1, transactions=transactions, **{"next_block": l1.mine, **options})


@pytest.mark.parametrize(
    "name", [name for name in PROXIED if name not in ("OptimismPortal", "L2OutputOracle")]
)
def test_plan_upgrade__of_a_fresh_deployment__there_is_nothing_to_upgrade_to(
    l1: EvmL1, at: Addresses, name: str
) -> None:
    """Immutables included: they are those of the contract that runs."""
    with pytest.raises(UserError, match=f"{name} runs that code already, version .* nothing to upgrade to"):
        plan_upgrade(l1, at, name)


def test_plan_upgrade__older_code_runs__says_what_changes_and_sends_nothing(l1: EvmL1, at: Addresses) -> None:
    code = outdated(l1, at)
    sent = l1.sent
    found = plan_upgrade(l1, at, "SystemConfig")
    assert (found.proxy, found.admin, found.owner) == (at.system_config, at.proxy_admin, DEPLOYER)
    assert (found.before.address, found.before.code_hash) == (OTHER, keccak(code))
    assert found.after.code_hash == keccak(artifact("SystemConfig").runtime)
    assert (found.before.version, found.after.version) == ("3.14.1", "3.14.2")
    assert (found.initialized, found.warnings) == (1, ())
    assert l1.sent == sent


def test_perform__owner__creates_and_upgrades_and_state_stays(l1: EvmL1, at: Addresses) -> None:
    outdated(l1, at)
    gas_limit = read(l1, at.system_config, "gasLimit")
    found = plan_upgrade(l1, at, "SystemConfig")
    assert len(performed(l1, found)) == 2
    assert implementation_of(l1, at.system_config) == found.after.address
    assert read(l1, at.system_config, "version") == "3.14.2"
    assert read(l1, at.system_config, "gasLimit") == gas_limit
    with pytest.raises(UserError, match="nothing to upgrade to"):
        plan_upgrade(l1, at, "SystemConfig")


def test_perform__implementation_is_there_already__only_upgrades(l1: EvmL1, at: Addresses) -> None:
    outdated(l1, at)
    performed(l1, plan_upgrade(l1, at, "SystemConfig"))
    write(l1, at.system_config, IMPLEMENTATION_SLOT, int.from_bytes(OTHER, "big"))
    again = plan_upgrade(l1, at, "SystemConfig")
    assert again.creation is None
    assert again.warnings == ()
    assert len(performed(l1, again)) == 1


def test_plan_upgrade__immutables__are_those_that_run(l1: EvmL1, tmp_path: Path) -> None:
    config = valid_config(**GAMES)
    config = replace(config, games=replace(config.games, weth_delay=77))
    at = run(l1, tmp_path, config).addresses
    assert at.delayed_weth
    place(l1, "3.14.1")
    logic = implementation_of(l1, at.delayed_weth)
    code = from_hex(l1.call("eth_getCode", to_hex(logic), "latest")).replace(b"1.5.1", b"1.5.0")
    l1.evm.insert_account_info(checksum(OTHER), AccountInfo(nonce=1, code=code))
    write(l1, at.delayed_weth, IMPLEMENTATION_SLOT, int.from_bytes(OTHER, "big"))
    performed(l1, plan_upgrade(l1, at, "DelayedWETH"))
    weth = Contract(l1, at.delayed_weth, artifact("DelayedWETH").abi)
    assert weth.read("delay", block="latest") == 77
    assert weth.read("version", block="latest") == "1.5.1"


def test_perform__somebody_else__user_error_names_the_owner_before_anything_is_sent(
    l1: EvmL1, at: Addresses
) -> None:
    outdated(l1, at)
    sent = l1.sent
    reason = f"may not upgrade SystemConfig: .* is {checksum(DEPLOYER)}; use its key"
    with pytest.raises(UserError, match=reason):
        performed(l1, plan_upgrade(l1, at, "SystemConfig"), key=b"\x01" * 32)
    assert l1.sent == sent


def test_perform__owner_is_a_contract__user_error_says_to_print_the_calls(l1: EvmL1, at: Addresses) -> None:
    outdated(l1, at)
    write(l1, at.proxy_admin, bytes(32), int.from_bytes(at.superchain_config, "big"))
    with pytest.raises(UserError, match="a contract; print the calls for it with --print"):
        performed(l1, plan_upgrade(l1, at, "SystemConfig"))


def test_plan_upgrade__older_version__warns_of_storage(l1: EvmL1, at: Addresses) -> None:
    place(l1, "3.13.9")
    (older, unknown) = plan_upgrade(l1, at, "SystemConfig", to=OTHER).warnings
    assert "3.13.9 is older than 3.14.2: its storage may lie elsewhere" in older
    assert "not the compiled contract" in unknown
    place(l1, "4.00.0")
    assert "major version" in plan_upgrade(l1, at, "SystemConfig", to=OTHER).warnings[0]
    place(l1, "what??")
    assert "cannot be compared" in plan_upgrade(l1, at, "SystemConfig", to=OTHER).warnings[0]


def test_plan_upgrade__implementation_or_proxy_is_not_initialized__warns(l1: EvmL1, at: Addresses) -> None:
    place(l1, "3.14.3", disabled=0)
    assert "anybody may initialize" in plan_upgrade(l1, at, "SystemConfig", to=OTHER).warnings[0]
    place(l1, "3.14.3")
    write(l1, at.system_config, INITIALIZED_SLOT, 0)
    assert "never initialized" in plan_upgrade(l1, at, "SystemConfig", to=OTHER).warnings[0]


def test_plan_upgrade__no_version_at_all__is_told_as_none(l1: EvmL1, at: Addresses) -> None:
    assert plan_upgrade(l1, at, "SystemConfig", to=at.batch_inbox).after.version == ""


def test_plan_upgrade__no_contract_there__user_error(l1: EvmL1, at: Addresses) -> None:
    with pytest.raises(UserError, match=r"no contract at 0x.* that a proxy could run"):
        plan_upgrade(l1, at, "SystemConfig", to=account("nobody"))


@pytest.mark.parametrize(
    ("mode", "name", "portal"),
    [
        (GAMES, "OptimismPortal", "OptimismPortal2"),
        (GAMES, "L2OutputOracle", "OptimismPortal2"),
        ({}, "OptimismPortal2", "OptimismPortal"),
        ({}, "DelayedWETH", "OptimismPortal"),
        ({}, "BatchInbox", "OptimismPortal"),
    ],
)
def test_plan_upgrade__what_the_deployment_does_not_have__user_error(
    l1: EvmL1, tmp_path: Path, mode: dict[str, Any], name: str, portal: str
) -> None:
    addresses = run(l1, tmp_path, valid_config(**mode)).addresses
    with pytest.raises(UserError, match=f"has no {name}; its portal is {portal}$"):
        plan_upgrade(l1, addresses, name)


def test_simulate__would_succeed_or_says_why_not(l1: EvmL1, at: Addresses) -> None:
    place(l1, "3.14.3")
    found = plan_upgrade(l1, at, "SystemConfig", to=OTHER)
    sent = l1.sent
    simulate(found, rpc=l1)
    with pytest.raises(TransactionRevertedError, match="OwnableUnauthorizedAccount"):
        simulate(replace(found, owner=account("nobody")), rpc=l1)
    assert l1.sent == sent


def test_perform__never_mined__temporary_error(l1: EvmL1, at: Addresses) -> None:
    outdated(l1, at)
    with pytest.raises(TemporaryError, match="not mined in 50 blocks; run the upgrade again"):
        performed(l1, plan_upgrade(l1, at, "SystemConfig"), next_block=lambda: None)


def test_perform__somebody_upgrades_in_between__critical_error(l1: EvmL1, at: Addresses) -> None:
    place(l1, "3.14.3")
    found = plan_upgrade(l1, at, "SystemConfig", to=OTHER)

    def next_block() -> None:
        l1.mine()
        write(l1, at.system_config, IMPLEMENTATION_SLOT, 5)

    with pytest.raises(CriticalError, match=r"SystemConfig runs 0x0000.*5 after its upgrade to 0x6666"):
        performed(l1, found, next_block=next_block)
