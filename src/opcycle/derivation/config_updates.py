"""The system config after an L1 block: the `ConfigUpdate` events of the chain's `SystemConfig`, in order."""

from opcycle.protocol.rollup import Fork, RollupConfig, SystemConfig
from opcycle.protocol.system_config import apply_config_update
from opcycle.protocol.types import L1Block


def after_block(config: RollupConfig, system_config: SystemConfig, block: L1Block) -> SystemConfig:
    """`system_config` with the updates of `block`; what is no well-formed update changes nothing."""
    is_ecotone = config.is_active(Fork.ECOTONE, block.header.timestamp)
    for log in block.logs:
        if log.address == config.l1_system_config:
            system_config = apply_config_update(system_config, log, is_ecotone=is_ecotone)
    return system_config
