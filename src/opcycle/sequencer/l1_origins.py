"""The L1 blocks from the L2 head's origin on, read ahead, so that catching up costs no L1 read per block."""

from collections import deque
from typing import Protocol

from opcycle.errors import ResetError
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import Address, BlockId, L1Block, L1Header

AHEAD = 64
"""L1 blocks kept after the current origin; more than one step of the sequencer can use up."""


class L1Source(Protocol):
    """What the sequencer reads of L1; `opcycle.l1.reader.L1Reader` is one."""

    def header(self, label: int | str | bytes) -> L1Header: ...

    def blocks(
        self, first: int, last: int, *, inbox: Address, portal: Address, system_config: Address
    ) -> list[L1Block]: ...


class L1Origins:
    """A window on L1. `confirmations` is how many blocks must follow one before it may become an origin."""

    def __init__(self, config: RollupConfig, l1: L1Source, *, confirmations: int):
        self._config = config
        self._l1 = l1
        self._confirmations = confirmations
        self._blocks: deque[L1Block] = deque()
        self.l1_head = 0
        """Number of L1's newest block at the last `refresh`."""

    def refresh(self, origin: BlockId) -> None:
        """Read L1 anew from `origin`, the head's L1 origin, on; forget blocks that a reorg has replaced.

        Raises ResetError if `origin` itself is no longer part of L1.
        """
        self._advance(origin)
        head = self._l1.header("latest")
        self.l1_head = head.number
        if self._blocks and not self._is_on_l1(self._blocks[-1].header, head):
            self._blocks.clear()
        first = origin.number + len(self._blocks)
        last = max(origin.number, min(head.number - self._confirmations, origin.number + AHEAD))
        if first <= last:
            self._blocks += self._read(first, last)
        if self._blocks[0].header.id != origin:
            raise ResetError(
                f"L1 reorganised: the L2 head has the L1 origin {origin}, "
                f"where L1 now has {self._blocks[0].ref}"
            )

    def at(self, origin: BlockId) -> tuple[L1Block, L1Block | None]:
        """The block `origin` and the one after it, None if unknown or unconfirmed at the last `refresh`."""
        self._advance(origin)
        return self._blocks[0], self._blocks[1] if len(self._blocks) > 1 else None

    def clear(self) -> None:
        self._blocks.clear()

    def _advance(self, origin: BlockId) -> None:
        while self._blocks and self._blocks[0].header.id != origin:
            self._blocks.popleft()

    def _is_on_l1(self, block: L1Header, head: L1Header) -> bool:
        if block.number >= head.number:
            return block.id == head.id
        return self._l1.header(block.number).id == block.id

    def _read(self, first: int, last: int) -> list[L1Block]:
        config = self._config
        return self._l1.blocks(
            first,
            last,
            inbox=config.batch_inbox,
            portal=config.deposit_contract,
            system_config=config.l1_system_config,
        )
