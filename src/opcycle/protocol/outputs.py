"""Output roots: what a proposer claims about an L2 block.

    output_root = keccak(version[32] = 0 ++ state_root ++ message_passer_storage_root ++ block_hash)

Source: OP Stack specs, "L2 Output Commitment Construction".
"""

from dataclasses import dataclass

from opcycle.keccak import keccak
from opcycle.protocol.types import Hash


@dataclass(frozen=True, slots=True)
class OutputRootProof:
    """The preimage of an output root, as the portal's prove call takes it."""

    version: bytes
    state_root: Hash
    message_passer_storage_root: Hash
    latest_block_hash: Hash

    @property
    def root(self) -> Hash:
        return keccak(
            self.version + self.state_root + self.message_passer_storage_root + self.latest_block_hash
        )
