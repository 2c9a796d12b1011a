"""When the safe head holds all that the batcher's account has ever sent, so that it can go on from there.

    nothing in flight ─► remember L1's head ─► the node has read beyond it ─► settled

Whatever was sent, by this process or by one that was killed, is then mined in an L1 block that is derived.
"""

from typing import Protocol

from opcycle.protocol.types import BlockId, L1Header


class L1Source(Protocol):
    """`opcycle.l1.reader.L1Reader` is one."""

    def header(self, label: int | str | bytes) -> L1Header: ...


class Settling:
    """One per start. `has_settled` is asked until it says yes."""

    def __init__(self, l1: L1Source):
        self._l1 = l1
        self._quiet: BlockId | None = None

    def has_settled(self, *, in_flight: int, l1_head: BlockId, current_l1: BlockId) -> bool:
        """`l1_head` must be read after `in_flight`: it then has everything that is not in flight.

        `current_l1` is the block that the node is reading: everything before it is derived. An L1 reorg
        that takes either block away may have moved transactions; then the wait starts again.
        """
        if in_flight > 0:
            self._quiet = None
            return False
        if self._quiet is None or not self._is_on_l1(self._quiet):
            self._quiet = l1_head
        return current_l1.number > self._quiet.number and self._is_on_l1(current_l1)

    def _is_on_l1(self, block: BlockId) -> bool:
        return self._l1.header(block.number).hash == block.hash
