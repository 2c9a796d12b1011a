"""What each contract of a deployment is told when it is initialized. Pure."""

from collections.abc import Mapping
from typing import Any

from opcycle.deploy.config import DeployConfig, Settlement
from opcycle.deploy.deployment import Addresses
from opcycle.engine.genesis import Genesis
from opcycle.protocol.types import ZERO_ADDRESS, Address, L1BlockRef

Arguments = tuple[Any, ...]


def initial_arguments(
    config: DeployConfig, *, deployer: Address, anchor: L1BlockRef, genesis: Genesis, at: Addresses
) -> Mapping[str, Arguments]:
    """The arguments of `initialize` by contract name.

    What has parameters that no initializer takes belongs to the deployer until they are set.
    """
    common = {
        "SuperchainConfig": (config.roles.guardian,),
        "SystemConfig": _system_config(config, deployer, at),
        "L1CrossDomainMessenger": (at.system_config, at.optimism_portal),
        "L1StandardBridge": (at.l1_cross_domain_messenger, at.system_config),
        "L1ERC721Bridge": (at.l1_cross_domain_messenger, at.system_config),
        "OptimismMintableERC20Factory": (at.l1_standard_bridge,),
    }
    if config.settlement is Settlement.ORACLE:
        return {
            **common,
            "L2OutputOracle": _oracle(config, anchor),
            "OptimismPortal": (at.l2_output_oracle, at.system_config, at.superchain_config),
        }
    first = (genesis.output.root, genesis.id.number)
    return {
        **common,
        "DisputeGameFactory": (deployer,),
        "AnchorStateRegistry": (at.system_config, at.dispute_game_factory, first, config.games.game_type),
        "DelayedWETH": (at.system_config,),
        "OptimismPortal2": (at.system_config, at.anchor_state_registry),
    }


def resource_config_tuple(config: DeployConfig) -> tuple[int, ...]:
    """`ResourceMetering.ResourceConfig`, in its order."""
    market = config.resource_config
    return (
        market.max_resource_limit,
        market.elasticity_multiplier,
        market.base_fee_max_change_denominator,
        market.minimum_base_fee,
        market.system_tx_max_gas,
        market.maximum_base_fee,
    )


def _system_config(config: DeployConfig, owner: Address, at: Addresses) -> Arguments:
    return (
        owner,
        config.fees.basefee_scalar,
        config.fees.blobbasefee_scalar,
        config.roles.batcher.rjust(32, b"\0"),
        config.gas_limit,
        config.roles.unsafe_block_signer,
        resource_config_tuple(config),
        at.batch_inbox,
        chain_addresses(at),
        config.l2_chain_id,
        at.superchain_config,
    )


def chain_addresses(at: Addresses) -> tuple[Address, ...]:
    """`ISystemConfig.Addresses`; the last is a contract that manages deployments, of which there is none."""
    return (
        at.l1_cross_domain_messenger,
        at.l1_erc721_bridge,
        at.l1_standard_bridge,
        at.optimism_portal,
        at.optimism_mintable_erc20_factory,
        at.delayed_weth or ZERO_ADDRESS,
        ZERO_ADDRESS,
    )


def _oracle(config: DeployConfig, anchor: L1BlockRef) -> Arguments:
    """Outputs are counted from the L2 genesis."""
    return (
        config.oracle.submission_interval,
        config.block_time,
        0,
        anchor.timestamp,
        config.roles.proposer,
        config.roles.challenger,
        config.oracle.finalization_period,
    )
