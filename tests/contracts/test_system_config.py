"""The owner changes a parameter of the chain; derivation reads the event and comes to the same value."""

from dataclasses import replace
from typing import Any

import pytest
from tests.contracts.refusals import refusal, refused

from opcycle.deploy.deployment import Deployment
from opcycle.l1.receipts import read_receipt
from opcycle.protocol.system_config import apply_config_update
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex

BATCHER = "0x" + "ba" * 20

CHANGES: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "setBatcherHash": ((bytes(12) + from_hex(BATCHER),), {"batcher_address": from_hex(BATCHER)}),
    "setGasConfigEcotone": (
        (7, 9),
        {"scalar": b"\x01" + bytes(23) + (9).to_bytes(4, "big") + (7).to_bytes(4, "big")},
    ),
    "setGasLimit": ((30_000_000,), {"gas_limit": 30_000_000}),
    "setUnsafeBlockSigner": ((BATCHER,), {}),
    "setEIP1559Params": ((8, 2), {"eip_1559_params": bytes.fromhex("0000000800000002")}),
    "setOperatorFeeScalars": (
        (3, 4),
        {"operator_fee_params": bytes(20) + (3).to_bytes(4, "big") + (4).to_bytes(8, "big")},
    ),
    "setMinBaseFee": ((11,), {"min_base_fee": 11}),
    "setDAFootprintGasScalar": ((500,), {"da_footprint_gas_scalar": 500}),
}
"""By setter: its arguments, and what derivation must see changed."""


@pytest.mark.parametrize("setter", CHANGES)
def test_what_the_owner_sets_derivation_reads(
    rpc: RpcClient, system_config: Any, owner: Any, deployment: Deployment, setter: str
) -> None:
    arguments, changed = CHANGES[setter]
    receipt = read_receipt(rpc, from_hex(getattr(system_config, setter)(*arguments, sender=owner).txn_hash))
    assert receipt is not None
    before = deployment.rollup.genesis_system_config
    (log,) = receipt.logs
    assert log.address == deployment.rollup.l1_system_config
    assert apply_config_update(before, log) == replace(before, **changed)


@pytest.mark.parametrize("setter", CHANGES)
def test_nobody_else_sets_anything(system_config: Any, batcher: Any, setter: str) -> None:
    arguments, _ = CHANGES[setter]
    found = refused(getattr(system_config, setter), *arguments, sender=batcher)
    assert found == refusal("OwnableUnauthorizedAccount", account=batcher)


def test_the_gas_limit_stays_within_its_bounds(system_config: Any, owner: Any) -> None:
    lowest, highest = system_config.minimumGasLimit(), system_config.maximumGasLimit()
    for limit in (lowest, highest):
        system_config.setGasLimit(limit, sender=owner)
    found = refused(system_config.setGasLimit, lowest - 1, sender=owner)
    assert found == refusal("SystemConfig_GasLimitTooLow", gasLimit=lowest - 1, minimum=lowest)
    found = refused(system_config.setGasLimit, highest + 1, sender=owner)
    assert found == refusal("SystemConfig_GasLimitTooHigh", gasLimit=highest + 1, maximum=highest)
    assert system_config.gasLimit() == highest


def test_eip_1559_parameters_are_never_zero(system_config: Any, owner: Any) -> None:
    for pair in ((0, 2), (8, 0)):
        found = refused(system_config.setEIP1559Params, *pair, sender=owner)
        assert found == refusal("SystemConfig_ZeroEIP1559Param", denominator=pair[0], elasticity=pair[1])
