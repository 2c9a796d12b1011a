"""How the system config follows L1: `ConfigUpdate` events, and what an L2 block remembers of it.

    ConfigUpdate(uint256 indexed version = 0, uint8 indexed type, bytes data);  data = abi(bytes)

Source: OP Stack specs, "System Config"; op-node `derive/system_config.go`.
"""

from collections.abc import Callable
from dataclasses import replace
from enum import IntEnum

from opcycle.keccak import keccak
from opcycle.protocol.l1_info import L1Info
from opcycle.protocol.rollup import SystemConfig
from opcycle.protocol.types import Log

CONFIG_UPDATE_TOPIC = keccak(b"ConfigUpdate(uint256,uint8,bytes)")


class ConfigUpdateType(IntEnum):
    """What a ConfigUpdate event changes."""

    BATCHER = 0
    FEE_SCALARS = 1
    GAS_LIMIT = 2
    UNSAFE_BLOCK_SIGNER = 3
    EIP_1559_PARAMS = 4
    OPERATOR_FEE = 5
    MIN_BASE_FEE = 6
    DA_FOOTPRINT_GAS_SCALAR = 7


def apply_config_update(config: SystemConfig, log: Log, *, is_ecotone: bool = True) -> SystemConfig:
    """The config after `log`. What is no well-formed update of a known kind changes nothing.

    `is_ecotone` says whether Ecotone is active at the L1 block: before it fee scalars are of any kind.
    """
    if len(log.topics) != 3 or log.topics[0] != CONFIG_UPDATE_TOPIC or log.topics[1] != bytes(32):
        return config
    kind = int.from_bytes(log.topics[2], "big")
    if kind not in _APPLY or int.from_bytes(log.data[:32], "big") != 32:
        return config
    words, apply = _APPLY[ConfigUpdateType(kind)]
    if len(log.data) != 64 + 32 * words or int.from_bytes(log.data[32:64], "big") != 32 * words:
        return config
    if kind == ConfigUpdateType.FEE_SCALARS and not is_ecotone:
        return replace(config, overhead=log.data[64:96], scalar=log.data[96:])
    return apply(config, log.data[64:])


def _batcher(config: SystemConfig, value: bytes) -> SystemConfig:
    return config if any(value[:12]) else replace(config, batcher_address=value[12:])


def _fee_scalars(config: SystemConfig, value: bytes) -> SystemConfig:
    scalar = value[32:]
    if scalar[0] > 1 or any(scalar[1 : 24 if scalar[0] == 1 else 28]):
        return config
    return replace(config, overhead=bytes(32), scalar=scalar)


def _gas_limit(config: SystemConfig, value: bytes) -> SystemConfig:
    return config if any(value[:24]) else replace(config, gas_limit=int.from_bytes(value, "big"))


def _unchanged(config: SystemConfig, value: bytes) -> SystemConfig:
    return config  # the unsafe block signer is a matter of gossip, not of derivation


def _eip_1559(config: SystemConfig, value: bytes) -> SystemConfig:
    """Denominator and elasticity: both zero (the chain's constants apply) or neither."""
    if any(value[24:28]) != any(value[28:]):
        return config
    return replace(config, eip_1559_params=value[24:])


def _operator_fee(config: SystemConfig, value: bytes) -> SystemConfig:
    return replace(config, operator_fee_params=value)


def _min_base_fee(config: SystemConfig, value: bytes) -> SystemConfig:
    return config if any(value[:24]) else replace(config, min_base_fee=int.from_bytes(value, "big"))


def _da_footprint(config: SystemConfig, value: bytes) -> SystemConfig:
    return (
        config if any(value[:30]) else replace(config, da_footprint_gas_scalar=int.from_bytes(value, "big"))
    )


_APPLY: dict[ConfigUpdateType, tuple[int, Callable[[SystemConfig, bytes], SystemConfig]]] = {
    ConfigUpdateType.BATCHER: (1, _batcher),
    ConfigUpdateType.FEE_SCALARS: (2, _fee_scalars),
    ConfigUpdateType.GAS_LIMIT: (1, _gas_limit),
    ConfigUpdateType.UNSAFE_BLOCK_SIGNER: (1, _unchanged),
    ConfigUpdateType.EIP_1559_PARAMS: (1, _eip_1559),
    ConfigUpdateType.OPERATOR_FEE: (1, _operator_fee),
    ConfigUpdateType.MIN_BASE_FEE: (1, _min_base_fee),
    ConfigUpdateType.DA_FOOTPRINT_GAS_SCALAR: (1, _da_footprint),
}


def system_config_from_l2(info: L1Info, *, gas_limit: int, extra_data: bytes) -> SystemConfig:
    """The config as of an L2 block: from its L1 attributes, its gas limit (gas) and its header's extra data.

    Extra data is empty, Holocene's `00 ++ denominator u32 ++ elasticity u32`, or Jovian's
    `01 ++ denominator u32 ++ elasticity u32 ++ min_base_fee u64`.
    """
    is_bedrock_form = info.blob_base_fee == 0  # in the later forms it is 1 at least, as on L1
    packed = (
        b"\x01"
        + bytes(23)
        + info.blob_base_fee_scalar.to_bytes(4, "big")
        + info.base_fee_scalar.to_bytes(4, "big")
    )
    return SystemConfig(
        batcher_address=info.batcher_address,
        scalar=info.scalar if is_bedrock_form else packed,
        gas_limit=gas_limit,
        overhead=info.overhead,
        eip_1559_params=extra_data[1:9] if len(extra_data) >= 9 else bytes(8),
        operator_fee_params=bytes(20)
        + info.operator_fee_scalar.to_bytes(4, "big")
        + info.operator_fee_constant.to_bytes(8, "big"),
        min_base_fee=int.from_bytes(extra_data[9:17], "big"),
        da_footprint_gas_scalar=info.da_footprint_gas_scalar,
    )
