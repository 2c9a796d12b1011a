"""The last step of a deployment: read everything back from L1 and compare it with the configuration."""

from collections.abc import Iterator, Sequence
from typing import Any

from opcycle.artifacts import artifact
from opcycle.deploy.initial import resource_config_tuple
from opcycle.deploy.plan import Plan
from opcycle.engine.alloc import ADMIN_SLOT, IMPLEMENTATION_SLOT, without_immutables
from opcycle.errors import CriticalError
from opcycle.l1.contract import Contract
from opcycle.protocol.types import ZERO_ADDRESS, Address
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import checksum, from_hex, to_hex

Expected = Sequence[tuple[Any, ...]]
"""Of one contract: each a getter's name, its arguments if it has any, and what it must return."""


def require_as_planned(rpc: RpcClient, plan: Plan) -> None:
    """Raises CriticalError that names every difference between L1 and the plan.

    What contracts say is only asked when they are the right ones.
    """
    wrong = [*_wrong_code(rpc, plan), *_wrong_proxies(rpc, plan)] or list(_wrong_values(rpc, plan))
    if wrong:
        raise CriticalError(f"the contracts are not what the configuration says: {'; '.join(wrong)}")


def slot_address(rpc: RpcClient, contract: Address, slot: bytes) -> Address:
    """The address that a storage slot holds."""
    return from_hex(rpc.call("eth_getStorageAt", to_hex(contract), to_hex(slot), "latest"))[12:]


def _wrong_code(rpc: RpcClient, plan: Plan) -> Iterator[str]:
    """Immutables are compared by their getters, not here."""
    expected = [
        *((item, artifact(item.name)) for item in plan.logic.values()),
        *((item, artifact("Proxy")) for item in plan.proxies.values()),
    ]
    codes = rpc.batch([("eth_getCode", [to_hex(item.address), "latest"]) for item, _ in expected])
    for (item, compiled), code in zip(expected, map(from_hex, codes), strict=True):
        if without_immutables(compiled, code) != compiled.runtime:
            yield f"{item.name} at {checksum(item.address)} has other code than the compiled contract"


def _wrong_proxies(rpc: RpcClient, plan: Plan) -> Iterator[str]:
    admin = plan.addresses.proxy_admin
    for name, proxy in plan.proxies.items():
        if slot_address(rpc, proxy.address, IMPLEMENTATION_SLOT) != plan.logic[name].address:
            yield f"{proxy.name} at {checksum(proxy.address)} runs something else"
        if slot_address(rpc, proxy.address, ADMIN_SLOT) != admin:
            yield f"{proxy.name} at {checksum(proxy.address)} has another admin than {checksum(admin)}"


def _wrong_values(rpc: RpcClient, plan: Plan) -> Iterator[str]:
    at, roles = plan.addresses, plan.config.roles
    yield from _differences(rpc, "ProxyAdmin", at.proxy_admin, [("owner", roles.owner)])
    yield from _differences(rpc, "SuperchainConfig", at.superchain_config, [("guardian", roles.guardian)])
    yield from _differences(rpc, "SystemConfig", at.system_config, _system_config_values(plan))
    for name, expected in (_games_values if plan.has_games else _oracle_values)(plan):
        contract = plan.proxies.get(name) or plan.logic[name]
        yield from _differences(rpc, name, contract.address, expected)


def _oracle_values(plan: Plan) -> Iterator[tuple[str, Expected]]:
    config, at = plan.config, plan.addresses
    yield (
        "L2OutputOracle",
        [
            ("submissionInterval", config.oracle.submission_interval),
            ("l2BlockTime", config.block_time),
            ("startingBlockNumber", 0),
            ("startingTimestamp", plan.anchor.timestamp),
            ("proposer", config.roles.proposer),
            ("challenger", config.roles.challenger),
            ("finalizationPeriodSeconds", config.oracle.finalization_period),
        ],
    )
    yield (
        "OptimismPortal",
        [
            ("l2Oracle", at.l2_output_oracle),
            ("systemConfig", at.system_config),
            ("superchainConfig", at.superchain_config),
            ("guardian", config.roles.guardian),
        ],
    )


def _games_values(plan: Plan) -> Iterator[tuple[str, Expected]]:
    config, games, at, output = plan.config, plan.config.games, plan.addresses, plan.genesis.output
    factory = [expected for setting in plan.game_settings for expected in setting.shown]
    yield "DisputeGameFactory", [("owner", config.roles.owner), *factory]
    yield (
        "AnchorStateRegistry",
        [
            ("systemConfig", at.system_config),
            ("disputeGameFactory", at.dispute_game_factory),
            ("getStartingAnchorRoot", (output.root, 0)),
            ("respectedGameType", games.game_type),
            ("disputeGameFinalityDelaySeconds", games.finality_delay),
        ],
    )
    yield "DelayedWETH", [("systemConfig", at.system_config), ("delay", games.weth_delay)]
    sizes = [("minProposalSize", games.preimage_min_proposal_size)]
    yield "PreimageOracle", [*sizes, ("challengePeriod", games.preimage_challenge_period)]
    machine = [("ABSOLUTE_PRESTATE", games.absolute_prestate), ("oracle", at.preimage_oracle)]
    yield "AlphabetVM", machine
    yield (
        "FaultDisputeGame",
        [
            ("maxGameDepth", games.max_game_depth),
            ("splitDepth", games.split_depth),
            ("clockExtension", games.clock_extension),
            ("maxClockDuration", games.max_clock_duration),
        ],
    )
    yield (
        "OptimismPortal2",
        [
            ("systemConfig", at.system_config),
            ("anchorStateRegistry", at.anchor_state_registry),
            ("disputeGameFactory", at.dispute_game_factory),
            ("proofMaturityDelaySeconds", games.proof_maturity_delay),
            ("guardian", config.roles.guardian),
        ],
    )


def _system_config_values(plan: Plan) -> Expected:
    config, fees, system, at = plan.config, plan.config.fees, plan.config.system_config, plan.addresses
    return [
        ("owner", config.roles.owner),
        ("batcherHash", config.roles.batcher.rjust(32, b"\0")),
        ("overhead", int.from_bytes(system.overhead, "big")),
        ("scalar", int.from_bytes(system.scalar, "big")),
        ("gasLimit", config.gas_limit),
        ("unsafeBlockSigner", config.roles.unsafe_block_signer),
        ("resourceConfig", resource_config_tuple(config)),
        ("eip1559Denominator", fees.eip1559_denominator),
        ("eip1559Elasticity", fees.eip1559_elasticity),
        ("operatorFeeScalar", fees.operator_fee_scalar),
        ("operatorFeeConstant", fees.operator_fee_constant),
        ("minBaseFee", fees.min_base_fee),
        ("daFootprintGasScalar", fees.da_footprint_gas_scalar),
        ("batchInbox", at.batch_inbox),
        ("optimismPortal", at.optimism_portal),
        ("delayedWETH", at.delayed_weth or ZERO_ADDRESS),
        ("superchainConfig", at.superchain_config),
        ("l2ChainId", config.l2_chain_id),
    ]


def _differences(rpc: RpcClient, name: str, address: Address, expected: Expected) -> Iterator[str]:
    contract = Contract(rpc, address, artifact(name).abi)
    found = contract.read_many([(getter, arguments) for getter, *arguments, _ in expected], block="latest")
    for (getter, *_, wanted), value in zip(expected, found, strict=True):
        if value != wanted:
            yield f"{name}.{getter} at {checksum(address)} is {_show(value)}, not {_show(wanted)}"


def _show(value: Any) -> str:
    return to_hex(value) if isinstance(value, bytes) else str(value)
