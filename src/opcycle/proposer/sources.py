"""What a proposer reads: a rollup node, whose word it repeats, and L1, on which that word must hold."""

from typing import Protocol

from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.sync_status import SyncStatus
from opcycle.protocol.types import BlockId, L1BlockRef, L1Header


class RollupNode(Protocol):
    """`opcycle.engine.rollup_client.RollupClient` is one."""

    def rollup_config(self) -> RollupConfig: ...

    def sync_status(self) -> SyncStatus: ...

    def output_at_block(self, number: int) -> OutputAtBlock: ...


class L1Source(Protocol):
    """`opcycle.l1.reader.L1Reader` is one."""

    def header(self, label: int | str | bytes) -> L1Header: ...


def has(l1: L1Source, block: BlockId, *, head: L1BlockRef) -> bool:
    """Whether the L1 that ends with `head` has the block."""
    return block.number <= head.number and l1.header(block.number).hash == block.hash
