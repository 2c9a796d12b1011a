"""The rollup configuration: what a node must know before it reads the first L1 block.

The JSON form is op-node's `rollup.json`, field for field. Source: OP Stack specs, "Rollup Node" and
op-node `rollup/types.go`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from opcycle.errors import UserError
from opcycle.protocol.alt_da import AltDAConfig
from opcycle.protocol.types import ZERO_HASH, Address, BlockId, Hash


class Fork(StrEnum):
    """Network upgrades, in order; the value is the prefix of the `<fork>_time` key in `rollup.json`."""

    REGOLITH = "regolith"
    CANYON = "canyon"
    DELTA = "delta"
    ECOTONE = "ecotone"
    FJORD = "fjord"
    GRANITE = "granite"
    HOLOCENE = "holocene"
    ISTHMUS = "isthmus"
    JOVIAN = "jovian"


@dataclass(frozen=True, slots=True)
class SystemConfig:
    """The parameters that L1 may change while the chain runs (`SystemConfig.sol`).

    `scalar` is 32 bytes: version 1, then blob base fee scalar in [24:28] and base fee scalar in
    [28:32]; `operator_fee_params` is 32 bytes: scalar u32 in [20:24], constant u64 in [24:32].
    """

    batcher_address: Address
    scalar: bytes
    gas_limit: int
    overhead: bytes = ZERO_HASH
    eip_1559_params: bytes = bytes(8)
    operator_fee_params: bytes = ZERO_HASH
    min_base_fee: int = 0
    da_footprint_gas_scalar: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "batcherAddr": _hex(self.batcher_address),
            "overhead": _hex(self.overhead),
            "scalar": _hex(self.scalar),
            "gasLimit": self.gas_limit,
            "eip1559Params": _hex(self.eip_1559_params),
            "operatorFeeParams": _hex(self.operator_fee_params),
            "minBaseFee": self.min_base_fee,
            "daFootprintGasScalar": self.da_footprint_gas_scalar,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "SystemConfig":
        return cls(
            batcher_address=_bytes(data["batcherAddr"], 20),
            scalar=_bytes(data["scalar"], 32),
            gas_limit=int(data["gasLimit"]),
            overhead=_bytes(data.get("overhead", _hex(ZERO_HASH)), 32),
            eip_1559_params=_bytes(data.get("eip1559Params", _hex(bytes(8))), 8),
            operator_fee_params=_bytes(data.get("operatorFeeParams", _hex(ZERO_HASH)), 32),
            min_base_fee=int(data.get("minBaseFee", 0)),
            da_footprint_gas_scalar=int(data.get("daFootprintGasScalar", 0)),
        )


@dataclass(frozen=True, slots=True)
class FeeCurve:
    """The chain's EIP-1559 constants, used where the system config holds zeros."""

    elasticity: int = 6
    denominator: int = 50
    denominator_canyon: int = 250


@dataclass(frozen=True, slots=True)
class RollupConfig:
    """`rollup.json`. Times and durations in seconds; `seq_window_size` and `channel_timeout` in L1 blocks.

    `alt_da` is None for a chain whose batches are all on Ethereum.
    """

    genesis_l1: BlockId
    genesis_l2: BlockId
    genesis_time: int
    genesis_system_config: SystemConfig
    block_time: int
    l1_chain_id: int
    l2_chain_id: int
    batch_inbox: Address
    deposit_contract: Address
    l1_system_config: Address
    max_sequencer_drift: int = 600
    seq_window_size: int = 3600
    channel_timeout: int = 300
    fork_times: Mapping[Fork, int] = field(default_factory=lambda: dict.fromkeys(Fork, 0))
    fee_curve: FeeCurve = FeeCurve()
    alt_da: AltDAConfig | None = None

    def is_active(self, fork: Fork, timestamp: int) -> bool:
        """Whether `fork` rules hold at `timestamp` (an L1 or L2 time, whichever the rule names)."""
        activation = self.fork_times.get(fork)
        return activation is not None and timestamp >= activation

    def activates_at(self, fork: Fork, l2_timestamp: int) -> bool:
        """Whether the L2 block at `l2_timestamp` is the first under `fork`; never the genesis block."""
        return self.is_active(fork, l2_timestamp) and not self.is_active(fork, l2_timestamp - self.block_time)

    def timestamp_of(self, l2_number: int) -> int:
        """Time of L2 block `l2_number`; every block of the cadence exists."""
        return self.genesis_time + (l2_number - self.genesis_l2.number) * self.block_time

    def number_at(self, timestamp: int) -> int:
        """The last L2 block whose time is not after `timestamp`. Raises ValueError before genesis."""
        if timestamp < self.genesis_time:
            raise ValueError(f"{timestamp} is before the L2 genesis at {self.genesis_time}")
        return self.genesis_l2.number + (timestamp - self.genesis_time) // self.block_time

    def require_followed_by(self, followed: "RollupConfig", *, subject: str) -> None:
        """Raises UserError if a node follows another chain than this one, on which every output would look
        wrong. `subject` begins the sentence about whose chain this is: "the oracle is that of"."""
        if (followed.l2_chain_id, followed.genesis_l2) != (self.l2_chain_id, self.genesis_l2):
            raise UserError(
                f"the node follows L2 chain {followed.l2_chain_id} from block {followed.genesis_l2}, "
                f"{subject} chain {self.l2_chain_id} from {self.genesis_l2}; use a node of this chain"
            )

    def to_json(self) -> dict[str, Any]:
        return {
            "genesis": {
                "l1": _block_id_json(self.genesis_l1),
                "l2": _block_id_json(self.genesis_l2),
                "l2_time": self.genesis_time,
                "system_config": self.genesis_system_config.to_json(),
            },
            "block_time": self.block_time,
            "max_sequencer_drift": self.max_sequencer_drift,
            "seq_window_size": self.seq_window_size,
            "channel_timeout": self.channel_timeout,
            "l1_chain_id": self.l1_chain_id,
            "l2_chain_id": self.l2_chain_id,
            **{f"{fork}_time": time for fork, time in self.fork_times.items()},
            "batch_inbox_address": _hex(self.batch_inbox),
            "deposit_contract_address": _hex(self.deposit_contract),
            "l1_system_config_address": _hex(self.l1_system_config),
            "chain_op_config": {
                "eip1559Elasticity": self.fee_curve.elasticity,
                "eip1559Denominator": self.fee_curve.denominator,
                "eip1559DenominatorCanyon": self.fee_curve.denominator_canyon,
            },
            **({} if self.alt_da is None else {"alt_da": self.alt_da.to_json()}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "RollupConfig":
        """Raises KeyError or ValueError naming what is missing or malformed."""
        genesis, curve = data["genesis"], data.get("chain_op_config") or {}
        alt_da = data.get("alt_da")
        return cls(
            genesis_l1=_block_id(genesis["l1"]),
            genesis_l2=_block_id(genesis["l2"]),
            genesis_time=int(genesis["l2_time"]),
            genesis_system_config=SystemConfig.from_json(genesis["system_config"]),
            block_time=int(data["block_time"]),
            l1_chain_id=int(data["l1_chain_id"]),
            l2_chain_id=int(data["l2_chain_id"]),
            batch_inbox=_bytes(data["batch_inbox_address"], 20),
            deposit_contract=_bytes(data["deposit_contract_address"], 20),
            l1_system_config=_bytes(data["l1_system_config_address"], 20),
            max_sequencer_drift=int(data["max_sequencer_drift"]),
            seq_window_size=int(data["seq_window_size"]),
            channel_timeout=int(data.get("channel_timeout", 300)),
            fork_times={f: int(data[f"{f}_time"]) for f in Fork if data.get(f"{f}_time") is not None},
            fee_curve=FeeCurve(
                elasticity=int(curve.get("eip1559Elasticity", 6)),
                denominator=int(curve.get("eip1559Denominator", 50)),
                denominator_canyon=int(curve.get("eip1559DenominatorCanyon", 250)),
            ),
            alt_da=None if alt_da is None else AltDAConfig.from_json(alt_da),
        )


def unknown_forks(data: Mapping[str, Any]) -> list[str]:
    """Keys of `rollup.json` that schedule forks beside those of `Fork`, whose rules nothing here knows."""
    known = {"block_time", *(f"{fork}_time" for fork in Fork)}
    return [
        key for key, time in data.items() if key.endswith("_time") and key not in known and time is not None
    ]


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _bytes(text: str, size: int) -> bytes:
    data = bytes.fromhex(text.removeprefix("0x"))
    if len(data) != size:
        raise ValueError(f"expected {size} bytes, got {len(data)} in {text!r}")
    return data


def _block_id(data: Mapping[str, Any]) -> BlockId:
    return BlockId(_bytes(data["hash"], 32), int(data["number"]))


def _block_id_json(block: BlockId) -> dict[str, Any]:
    return {"hash": _hex(block.hash), "number": block.number}


__all__ = ["FeeCurve", "Fork", "Hash", "RollupConfig", "SystemConfig"]
