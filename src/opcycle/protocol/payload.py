"""What the Engine API carries: payload attributes in, execution payloads out.

Source: Engine API (Paris to Osaka) and OP Stack specs, "L2 Execution Engine" (the fields
`transactions`, `no_tx_pool`, `gas_limit`, `eip_1559_params`, `min_base_fee`). What a fork has added is None
in the blocks before it.
"""

from dataclasses import dataclass, field
from hashlib import sha256

from opcycle.protocol.types import Address, BlockId, Hash


@dataclass(frozen=True, slots=True)
class PayloadAttributes:
    """Instructions for building one block.

    The OP Stack's fields are None on an L1: `transactions` are forced in first, in order;
    `no_tx_pool` keeps the pool out; `gas_limit` in gas; `eip_1559_params` is 4 bytes denominator then
    4 bytes elasticity (zeros: the chain's constants), from Holocene; `min_base_fee` in wei, from Jovian.
    `has_withdrawals` from Canyon (Shanghai) on, though the list is always empty; `parent_beacon_root` from
    Ecotone (Cancun) on.
    """

    timestamp: int
    prev_randao: Hash
    fee_recipient: Address
    parent_beacon_root: Hash | None
    transactions: tuple[bytes, ...] | None = None
    no_tx_pool: bool | None = None
    gas_limit: int | None = None
    eip_1559_params: bytes | None = None
    min_base_fee: int | None = None
    has_withdrawals: bool = True


@dataclass(frozen=True, slots=True)
class ExecutionPayload:
    """A block as the Engine API writes it.

    `has_withdrawals` from Canyon (Shanghai) on: the list is always empty. Blob gas from Ecotone (Cancun) on;
    `withdrawals_root` on L2 from Isthmus on.
    """

    parent_hash: Hash
    fee_recipient: Address
    state_root: Hash
    receipts_root: Hash
    logs_bloom: bytes
    prev_randao: Hash
    number: int
    gas_limit: int
    gas_used: int
    timestamp: int
    extra_data: bytes
    base_fee: int
    block_hash: Hash
    transactions: tuple[bytes, ...]
    blob_gas_used: int | None
    excess_blob_gas: int | None
    withdrawals_root: Hash | None = None
    has_withdrawals: bool = True

    @property
    def id(self) -> BlockId:
        return BlockId(self.block_hash, self.number)


@dataclass(frozen=True, slots=True)
class Blob:
    """One blob as an engine hands it out with a payload: 48-byte commitment and 131,072 bytes of data."""

    commitment: bytes
    data: bytes

    @property
    def versioned_hash(self) -> Hash:
        """EIP-4844: 0x01 ++ sha256(commitment)[1:]."""
        return b"\x01" + sha256(self.commitment).digest()[1:]


@dataclass(frozen=True, slots=True)
class ExecutionEnvelope:
    """A payload with what `engine_newPayload` wants beside it: the root from Ecotone (Cancun) on, requests
    (an L2 has none) from Isthmus (Prague) on."""

    payload: ExecutionPayload
    parent_beacon_root: Hash | None
    execution_requests: tuple[bytes, ...] | None = ()
    blobs: tuple[Blob, ...] = ()
    versioned_hashes: tuple[Hash, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class ForkchoiceState:
    """The three heads that a consensus client tells its engine."""

    head: Hash
    safe: Hash
    finalized: Hash
