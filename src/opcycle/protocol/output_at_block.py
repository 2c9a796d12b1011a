"""What a rollup node says about one L2 block: `optimism_outputAtBlock`, as our node and op-node answer it.

Source: op-node 1.18, `op-service/eth/output.go`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.sync_status import SyncStatus, l2_ref_from_json, l2_ref_to_json
from opcycle.protocol.types import Hash, L2BlockRef


@dataclass(frozen=True, slots=True)
class OutputAtBlock:
    """The output of `block`, and the node's heads when it answered. `output` is the root's preimage."""

    block: L2BlockRef
    output: OutputRootProof
    status: SyncStatus

    @property
    def output_root(self) -> Hash:
        return self.output.root

    def to_json(self) -> dict[str, Any]:
        return {
            "version": "0x" + self.output.version.hex(),
            "outputRoot": "0x" + self.output_root.hex(),
            "blockRef": l2_ref_to_json(self.block),
            "withdrawalStorageRoot": "0x" + self.output.message_passer_storage_root.hex(),
            "stateRoot": "0x" + self.output.state_root.hex(),
            "syncStatus": self.status.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "OutputAtBlock":
        """Raises KeyError for what is missing, ValueError for what is malformed or contradicts the root."""
        block = l2_ref_from_json(data["blockRef"])
        output = OutputRootProof(
            version=_hash(data["version"]),
            state_root=_hash(data["stateRoot"]),
            message_passer_storage_root=_hash(data["withdrawalStorageRoot"]),
            latest_block_hash=block.hash,
        )
        stated = _hash(data["outputRoot"])
        if output.root != stated:
            raise ValueError(f"states output root 0x{stated.hex()}, its parts give 0x{output.root.hex()}")
        return cls(block, output, SyncStatus.from_json(data["syncStatus"]))


def _hash(text: str) -> bytes:
    data = bytes.fromhex(text.removeprefix("0x"))
    if len(data) != 32:
        raise ValueError(f"expected 32 bytes, got {len(data)} in {text!r}")
    return data
