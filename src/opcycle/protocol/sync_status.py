"""What a rollup node says about itself: `optimism_syncStatus`, written by our node, read by other agents.

Source: op-node 1.18, `op-service/eth/sync_status.go` and `id.go` for names; numbers are JSON numbers here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opcycle.protocol.types import ZERO_HASH, BlockId, L1BlockRef, L2BlockRef

UNKNOWN_L1 = L1BlockRef(ZERO_HASH, 0, ZERO_HASH, 0)
"""What op-node reports for an L1 block that it has not seen yet."""


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """L1 and L2 heads as one node sees them.

    Every L2 block up to `safe_l2` comes from L1 blocks before `current_l1`, which is being read.
    """

    current_l1: L1BlockRef
    head_l1: L1BlockRef
    safe_l1: L1BlockRef
    finalized_l1: L1BlockRef
    unsafe_l2: L2BlockRef
    safe_l2: L2BlockRef
    finalized_l2: L2BlockRef

    def to_json(self) -> dict[str, Any]:
        """All eleven keys: those of interop and of older versions repeat what they stand for."""
        return {
            "current_l1": l1_ref_to_json(self.current_l1),
            "current_l1_finalized": l1_ref_to_json(self.finalized_l1),
            "head_l1": l1_ref_to_json(self.head_l1),
            "safe_l1": l1_ref_to_json(self.safe_l1),
            "finalized_l1": l1_ref_to_json(self.finalized_l1),
            "unsafe_l2": l2_ref_to_json(self.unsafe_l2),
            "safe_l2": l2_ref_to_json(self.safe_l2),
            "finalized_l2": l2_ref_to_json(self.finalized_l2),
            "pending_safe_l2": l2_ref_to_json(self.safe_l2),
            "cross_unsafe_l2": l2_ref_to_json(self.unsafe_l2),
            "local_safe_l2": l2_ref_to_json(self.safe_l2),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "SyncStatus":
        """Raises KeyError or ValueError naming what is missing or malformed."""
        return cls(
            current_l1=l1_ref_from_json(data["current_l1"]),
            head_l1=l1_ref_from_json(data["head_l1"]),
            safe_l1=l1_ref_from_json(data["safe_l1"]),
            finalized_l1=l1_ref_from_json(data["finalized_l1"]),
            unsafe_l2=l2_ref_from_json(data["unsafe_l2"]),
            safe_l2=l2_ref_from_json(data["safe_l2"]),
            finalized_l2=l2_ref_from_json(data["finalized_l2"]),
        )


def block_id_to_json(block: BlockId) -> dict[str, Any]:
    return {"hash": "0x" + block.hash.hex(), "number": block.number}


def l1_ref_to_json(ref: L1BlockRef) -> dict[str, Any]:
    return {
        "hash": "0x" + ref.hash.hex(),
        "number": ref.number,
        "parentHash": "0x" + ref.parent_hash.hex(),
        "timestamp": ref.timestamp,
    }


def l2_ref_to_json(ref: L2BlockRef) -> dict[str, Any]:
    return {
        "hash": "0x" + ref.hash.hex(),
        "number": ref.number,
        "parentHash": "0x" + ref.parent_hash.hex(),
        "timestamp": ref.timestamp,
        "l1origin": block_id_to_json(ref.l1_origin),
        "sequenceNumber": ref.sequence_number,
    }


def block_id_from_json(data: Mapping[str, Any]) -> BlockId:
    return BlockId(_hash(data["hash"]), int(data["number"]))


def l1_ref_from_json(data: Mapping[str, Any]) -> L1BlockRef:
    return L1BlockRef(
        hash=_hash(data["hash"]),
        number=int(data["number"]),
        parent_hash=_hash(data["parentHash"]),
        timestamp=int(data["timestamp"]),
    )


def l2_ref_from_json(data: Mapping[str, Any]) -> L2BlockRef:
    return L2BlockRef(
        hash=_hash(data["hash"]),
        number=int(data["number"]),
        parent_hash=_hash(data["parentHash"]),
        timestamp=int(data["timestamp"]),
        l1_origin=block_id_from_json(data["l1origin"]),
        sequence_number=int(data["sequenceNumber"]),
    )


def _hash(text: str) -> bytes:
    data = bytes.fromhex(text.removeprefix("0x"))
    if len(data) != 32:
        raise ValueError(f"expected 32 bytes, got {len(data)} in {text!r}")
    return data
