"""What the Engine API carries: payload attributes in, execution payloads out.

Source: Engine API (Cancun, Prague, Osaka) and OP Stack specs, "L2 Execution Engine" (the fields
`transactions`, `no_tx_pool`, `gas_limit`, `eip_1559_params`, `min_base_fee`).
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
    """

    timestamp: int
    prev_randao: Hash
    fee_recipient: Address
    parent_beacon_root: Hash
    transactions: tuple[bytes, ...] | None = None
    no_tx_pool: bool | None = None
    gas_limit: int | None = None
    eip_1559_params: bytes | None = None
    min_base_fee: int | None = None


@dataclass(frozen=True, slots=True)
class ExecutionPayload:
    """A block as the Engine API writes it (V3/V4 fields). `withdrawals_root` is set on L2 from Isthmus."""

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
    blob_gas_used: int
    excess_blob_gas: int
    withdrawals_root: Hash | None = None

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
    """A payload with what `engine_newPayload` wants beside it."""

    payload: ExecutionPayload
    parent_beacon_root: Hash
    execution_requests: tuple[bytes, ...] = ()
    blobs: tuple[Blob, ...] = ()
    versioned_hashes: tuple[Hash, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class ForkchoiceState:
    """The three heads that a consensus client tells its engine."""

    head: Hash
    safe: Hash
    finalized: Hash
