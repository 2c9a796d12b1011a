"""Which L2 block was the safe head as of an L1 block: `optimism_safeHeadAtL1Block`, written and read here.

Source: op-node 1.18, `op-service/eth/safe_head.go` (`SafeHeadResponse`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opcycle.protocol.sync_status import block_id_from_json, block_id_to_json
from opcycle.protocol.types import BlockId


@dataclass(frozen=True, slots=True)
class SafeHead:
    """With L1 up to and including `l1_block`, `safe_head` is the safe head."""

    l1_block: BlockId
    safe_head: BlockId

    def to_json(self) -> dict[str, Any]:
        return {"l1Block": block_id_to_json(self.l1_block), "safeHead": block_id_to_json(self.safe_head)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "SafeHead":
        """Raises KeyError or ValueError naming what is missing or malformed."""
        return cls(block_id_from_json(data["l1Block"]), block_id_from_json(data["safeHead"]))
