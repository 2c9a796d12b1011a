"""Where the sequencer goes on after an L1 reorg: from the newest L2 block that still rests on L1.

Users' transactions in the blocks after it return to the engine's pool when the first block of the new branch
becomes its head. Source: op-node `sync/start.go` (`FindL2Heads`).
"""

from collections.abc import Callable

from opcycle.errors import CriticalError
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.types import BlockId


def newest_on_l1(
    head: L2Block,
    *,
    finalized: int,
    block_at: Callable[[int], L2Block],
    is_on_l1: Callable[[BlockId], bool],
) -> L2Block:
    """`head`, or the newest of its ancestors whose L1 origin is part of L1.

    Goes back epoch by epoch: the blocks of one share their L1 origin. Raises CriticalError if that would undo
    the L2 block `finalized`.
    """
    block = head
    while not is_on_l1(block.ref.l1_origin):
        last_of_parent_epoch = block.ref.number - block.ref.sequence_number - 1
        if last_of_parent_epoch < finalized:
            raise CriticalError(
                f"L1 no longer has block {block.ref.l1_origin}, on which the finalized L2 block {finalized} "
                "rests; L1 has undone what it had finalized, or the sequencer reads another L1 now"
            )
        block = block_at(last_of_parent_epoch)
    return block
