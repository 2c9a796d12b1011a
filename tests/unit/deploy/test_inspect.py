"""A deployment as it should be has no findings; each thing changed afterwards is found, and only that."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyrevm import AccountInfo
from tests.unit.deploy.configs import DEPLOYER, GAMES, account, valid_config
from tests.unit.deploy.evm_l1 import EvmL1, run

from opcycle.artifacts import artifact
from opcycle.deploy.config import DeployConfig, L2Fees
from opcycle.deploy.inspection.findings import Severity
from opcycle.deploy.inspection.inspect import inspect
from opcycle.deploy.plan import Plan, make_plan
from opcycle.deploy.state import Start
from opcycle.engine.alloc import ADMIN_SLOT, IMPLEMENTATION_SLOT, INITIALIZED_SLOT
from opcycle.errors import TemporaryError
from opcycle.l1.contract import Contract
from opcycle.protocol.types import Address
from opcycle.rpc.client import Call, RpcError
from opcycle.rpc.hexjson import checksum, from_hex, to_hex

STRANGER = b"\x66" * 20
Plant = Callable[[EvmL1, Plan], object]
ERROR, WARNING, NOTE = Severity


@pytest.fixture
def l1() -> EvmL1:
    return EvmL1()


def deployed(l1: EvmL1, directory: Path, config: DeployConfig) -> Plan:
    run(l1, directory, config)
    start = Start.read(directory)
    assert start is not None
    return make_plan(config, l1_chain_id=l1.chain_id, deployer=DEPLOYER, anchor=start.anchor)


def found(l1: EvmL1, plan: Plan) -> list[tuple[Severity, str, str]]:
    report = inspect(l1, plan, plan.addresses)
    return [(finding.severity, finding.contract, finding.what) for finding in report.findings]


def write(l1: EvmL1, address: Address, slot: bytes, value: int | bytes) -> None:
    number = value if isinstance(value, int) else int.from_bytes(value, "big")
    l1.evm.insert_account_storage(checksum(address), int.from_bytes(slot, "big"), number)


def place(l1: EvmL1, address: Address, code: bytes) -> None:
    l1.evm.insert_account_info(checksum(address), AccountInfo(nonce=1, code=code))


def logic_code(l1: EvmL1, plan: Plan, name: str) -> bytes:
    return from_hex(l1.call("eth_getCode", to_hex(plan.logic[name].address), "latest"))


def sent(role: str, name: str, function: str, *arguments: object) -> Plant:
    """Somebody with a role uses it."""

    def plant(l1: EvmL1, plan: Plan) -> None:
        contract = Contract(l1, plan.proxies[name].address, artifact(name).abi)
        sender = checksum(getattr(plan.config.roles, role))
        l1.evm.message_call(
            sender, checksum(contract.address), calldata=contract.encode(function, *arguments)
        )

    return plant


def other_owner_of_proxies(l1: EvmL1, plan: Plan) -> None:
    admin = Contract(l1, plan.addresses.proxy_admin, artifact("ProxyAdmin").abi)
    owner = checksum(plan.config.roles.owner)
    data = admin.encode("transferOwnership", STRANGER)
    l1.evm.message_call(owner, checksum(admin.address), calldata=data)


def other_code(name: str) -> Plant:
    """The creation code's address holds something else: only a client that lies could show that."""
    return lambda l1, plan: place(l1, plan.logic[name].address, b"\x60\x01")


def no_code(name: str) -> Plant:
    return lambda l1, plan: place(l1, plan.logic[name].address, b"")


def other_logic(name: str) -> Plant:
    """As the right one, but for its last byte, which no call reaches."""

    def plant(l1: EvmL1, plan: Plan) -> None:
        place(l1, STRANGER, logic_code(l1, plan, name)[:-1] + b"\xff")
        write(l1, plan.proxies[name].address, IMPLEMENTATION_SLOT, STRANGER)

    return plant


def same_logic_elsewhere(l1: EvmL1, plan: Plan) -> None:
    place(l1, STRANGER, logic_code(l1, plan, "SuperchainConfig"))
    write(l1, STRANGER, INITIALIZED_SLOT, 2**64 - 1)
    write(l1, plan.proxies["SuperchainConfig"].address, IMPLEMENTATION_SLOT, STRANGER)


def other_proxy(l1: EvmL1, plan: Plan) -> None:
    """As the right one, but for its last byte, which no call reaches."""
    address = plan.proxies["SuperchainConfig"].address
    code = from_hex(l1.call("eth_getCode", to_hex(address), "latest"))
    place(l1, address, code[:-1] + b"\xff")


def other_admin(l1: EvmL1, plan: Plan) -> None:
    write(l1, plan.proxies["SystemConfig"].address, ADMIN_SLOT, STRANGER)


def not_set_up(l1: EvmL1, plan: Plan) -> None:
    write(l1, plan.proxies["OptimismPortal2"].address, INITIALIZED_SLOT, 0)


def half_set_up(l1: EvmL1, plan: Plan) -> None:
    write(l1, plan.proxies["SystemConfig"].address, INITIALIZED_SLOT, 1 + 2**64)


def logic_not_disabled(l1: EvmL1, plan: Plan) -> None:
    write(l1, plan.logic["DelayedWETH"].address, INITIALIZED_SLOT, 0)


@pytest.mark.parametrize(
    ("plant", "findings"),
    [
        (other_code("SystemConfig"), [(ERROR, "SystemConfig", "the logic's code")]),
        (other_code("PreimageOracle"), [(ERROR, "PreimageOracle", "the code")]),
        (no_code("BatchInbox"), [(ERROR, "BatchInbox", "the code")]),
        (other_logic("AnchorStateRegistry"), [(ERROR, "AnchorStateRegistry", "the implementation")]),
        (same_logic_elsewhere, [(WARNING, "SuperchainConfig", "the implementation")]),
        (other_proxy, [(ERROR, "SuperchainConfig", "the proxy's code")]),
        (other_admin, [(ERROR, "SystemConfig", "the proxy's admin")]),
        (not_set_up, [(ERROR, "OptimismPortal2", "the initializer")]),
        (half_set_up, [(ERROR, "SystemConfig", "the initializer")]),
        (other_owner_of_proxies, [(ERROR, "ProxyAdmin", "owner")]),
        (logic_not_disabled, [(ERROR, "DelayedWETH", "the logic's initializer")]),
        (
            sent("owner", "SystemConfig", "transferOwnership", STRANGER),
            [(ERROR, "SystemConfig", "owner")],
        ),
        (
            sent("owner", "SystemConfig", "setUnsafeBlockSigner", STRANGER),
            [(ERROR, "SystemConfig", "unsafeBlockSigner")],
        ),
        (
            sent("owner", "SystemConfig", "setBatcherHash", b"\x07" * 32),
            [(ERROR, "SystemConfig", "batcherHash")],
        ),
        (
            sent("owner", "DisputeGameFactory", "transferOwnership", STRANGER),
            [(ERROR, "DisputeGameFactory", "owner")],
        ),
        (
            sent("owner", "DisputeGameFactory", "setImplementation", 255, STRANGER, b"\x01"),
            [(ERROR, "DisputeGameFactory", "gameImpls(255)"), (ERROR, "DisputeGameFactory", "gameArgs(255)")],
        ),
        (
            sent("owner", "DisputeGameFactory", "setImplementation", 1, STRANGER, b""),
            [(WARNING, "DisputeGameFactory", "gameImpls(1)")],
        ),
        (
            sent("owner", "DisputeGameFactory", "setInitBond", 255, 1),
            [(WARNING, "DisputeGameFactory", "initBonds(255)")],
        ),
        (
            sent("guardian", "AnchorStateRegistry", "setRespectedGameType", 254),
            [(ERROR, "AnchorStateRegistry", "respectedGameType")],
        ),
        (sent("guardian", "SuperchainConfig", "pause", bytes(20)), [(WARNING, "SystemConfig", "paused")]),
        (sent("owner", "SystemConfig", "setGasLimit", 70_000_000), [(WARNING, "SystemConfig", "gasLimit")]),
        (
            sent("owner", "SystemConfig", "setEIP1559Params", 250, 7),
            [(WARNING, "SystemConfig", "eip1559Denominator"), (WARNING, "SystemConfig", "eip1559Elasticity")],
        ),
        (sent("owner", "SystemConfig", "setMinBaseFee", 5), [(WARNING, "SystemConfig", "minBaseFee")]),
    ],
)
def test_inspect__one_thing_is_changed__is_all_that_is_found(
    l1: EvmL1, tmp_path: Path, plant: Plant, findings: list[tuple[Severity, str, str]]
) -> None:
    plan = deployed(l1, tmp_path, valid_config(**GAMES))
    assert found(l1, plan) == []
    plant(l1, plan)
    assert found(l1, plan) == findings


FEES = L2Fees(
    eip1559_denominator=250,
    eip1559_elasticity=6,
    operator_fee_scalar=7,
    operator_fee_constant=8,
    min_base_fee=9,
    da_footprint_gas_scalar=10,
)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        GAMES,
        GAMES | {"fees": FEES, "gas_limit": 70_000_000},
        GAMES | {"roles": replace(valid_config().roles, owner=account("another owner"))},
        {"batch_inbox": account("inbox without code")},
    ],
)
def test_inspect__untouched__nothing_deviates(l1: EvmL1, tmp_path: Path, changes: dict[str, Any]) -> None:
    plan = deployed(l1, tmp_path, valid_config(**changes))
    report = inspect(l1, plan, plan.addresses)
    assert report.findings == ()
    assert not report.has_errors
    assert report.checks > 70, "it did look"
    assert report.block == l1.blocks[-1].id


def test_inspect__files_name_another_portal__it_is_looked_at_there_and_others_should_know_it(
    l1: EvmL1, tmp_path: Path
) -> None:
    plan = deployed(l1, tmp_path, valid_config(**GAMES))
    elsewhere = replace(plan.addresses, optimism_portal=STRANGER)
    findings = inspect(l1, plan, elsewhere).findings
    at_the_portal = {(finding.severity, finding.what) for finding in findings if finding.address == STRANGER}
    assert at_the_portal == {
        (ERROR, "the proxy's code"),
        (ERROR, "the proxy's admin"),
        (ERROR, "the implementation"),
        (WARNING, "the address"),
    }
    others = {(finding.contract, finding.what) for finding in findings if finding.address != STRANGER}
    assert others == {("SystemConfig", "optimismPortal"), ("L1CrossDomainMessenger", "portal")}


def test_inspect__server_refuses_a_call__temporary_error_and_no_finding(l1: EvmL1, tmp_path: Path) -> None:
    """Else a server that limits calls would look like a broken deployment."""
    plan = deployed(l1, tmp_path, valid_config())
    answer = l1.results_or_errors

    def limited(calls: Sequence[Call]) -> list[Any]:
        return [*answer(calls[:-1]), RpcError(calls[-1][0], -32005, "too many requests")]

    l1.results_or_errors = limited  # type: ignore[method-assign]
    with pytest.raises(TemporaryError, match="too many requests"):
        inspect(l1, plan, plan.addresses)


def test_inspect__many_checks__no_request_is_larger_than_public_servers_take(
    l1: EvmL1, tmp_path: Path
) -> None:
    plan = deployed(l1, tmp_path, valid_config(**GAMES))
    answer, sizes = l1.results_or_errors, []

    def counted(calls: Sequence[Call]) -> list[Any]:
        sizes.append(len(calls))
        return answer(calls)

    l1.results_or_errors = counted  # type: ignore[method-assign]
    assert inspect(l1, plan, plan.addresses).findings == ()
    assert max(sizes) <= 50
    assert sum(sizes) > 100
