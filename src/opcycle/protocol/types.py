"""The nouns that every other module uses: block references, L1 data as derivation sees it, logs.

Chain data is `bytes` and `int` in frozen dataclasses. Hex and JSON exist only at the edges
(`opcycle.rpc`, `opcycle.l1`, `opcycle.engine`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Hash: TypeAlias = bytes
"""32 bytes."""

Address: TypeAlias = bytes
"""20 bytes."""

ZERO_HASH: Hash = bytes(32)
ZERO_ADDRESS: Address = bytes(20)


@dataclass(frozen=True, slots=True)
class BlockId:
    """A block by hash and number."""

    hash: Hash
    number: int

    def __str__(self) -> str:
        return f"{self.number}:0x{self.hash.hex()[:8]}"


@dataclass(frozen=True, slots=True)
class L1BlockRef:
    """An L1 block and its place in the chain; `timestamp` in seconds."""

    hash: Hash
    number: int
    parent_hash: Hash
    timestamp: int

    @property
    def id(self) -> BlockId:
        return BlockId(self.hash, self.number)

    def __str__(self) -> str:
        return f"{self.number}:0x{self.hash.hex()[:8]}"


@dataclass(frozen=True, slots=True)
class L2BlockRef:
    """An L2 block, the L1 block it takes its deposits from, and its position within that epoch.

    `sequence_number` is the distance to the first L2 block of the epoch.
    """

    hash: Hash
    number: int
    parent_hash: Hash
    timestamp: int
    l1_origin: BlockId
    sequence_number: int

    @property
    def id(self) -> BlockId:
        return BlockId(self.hash, self.number)

    def __str__(self) -> str:
        return f"{self.number}:0x{self.hash.hex()[:8]}"


@dataclass(frozen=True, slots=True)
class Log:
    """An event of a successful L1 transaction. `index` counts within the block, not the transaction."""

    address: Address
    topics: tuple[Hash, ...]
    data: bytes
    index: int


@dataclass(frozen=True, slots=True)
class L1Transaction:
    """What batch retrieval needs of a top-level L1 transaction.

    `kind` is the EIP-2718 type (0 for legacy), `to` is None for a contract creation, `sender` is
    recovered from the signature.
    """

    hash: Hash
    kind: int
    to: Address | None
    sender: Address
    data: bytes
    blob_hashes: tuple[Hash, ...] = ()


@dataclass(frozen=True, slots=True)
class L1Header:
    """The header fields that derivation copies into L2 blocks. `base_fee` in wei."""

    hash: Hash
    number: int
    parent_hash: Hash
    timestamp: int
    base_fee: int
    mix_hash: Hash
    parent_beacon_root: Hash | None
    excess_blob_gas: int | None

    @property
    def id(self) -> BlockId:
        return BlockId(self.hash, self.number)

    @property
    def ref(self) -> L1BlockRef:
        return L1BlockRef(self.hash, self.number, self.parent_hash, self.timestamp)


@dataclass(frozen=True, slots=True)
class L1Block:
    """Everything that derivation takes from one L1 block.

    `transactions` holds those sent to the batch inbox, in block order (others may be present and are
    ignored); `logs` those of the portal and the system config, in block order; `blobs` maps a
    versioned hash to the 131,072 bytes of each blob that such a transaction carries. Where alt-DA data can be
    challenged, `logs` has those of the challenge contract too, and `challenge_calldata` maps the index of
    each to the calldata of the transaction that emitted it.
    """

    header: L1Header
    transactions: tuple[L1Transaction, ...] = ()
    logs: tuple[Log, ...] = ()
    blobs: Mapping[Hash, bytes] = field(default_factory=dict)
    challenge_calldata: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def ref(self) -> L1BlockRef:
        return self.header.ref
