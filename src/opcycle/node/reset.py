"""Where a node (re)starts: the newest safe head that L1 still vouches for, and what derivation then needs.

op-node keeps no record that it trusts and goes back a whole sequence window. Here the safe-head database says
which L1 block each safe head rests on; if that block is still part of L1, so is everything before it.
"""

from collections.abc import Callable, Iterable

from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.types import BlockId


def newest_valid(
    entries: Iterable[SafeHead],
    *,
    is_on_l1: Callable[[BlockId], bool],
    is_on_l2: Callable[[BlockId], bool],
) -> SafeHead | None:
    """The first of `entries` (newest first) that is part of L1 and whose safe head the engine still has."""
    return next((e for e in entries if is_on_l2(e.safe_head) and is_on_l1(e.l1_block)), None)


def block_of_epoch(block_at: Callable[[int], L2Block], l1_number: int, *, first: int, last: int) -> L2Block:
    """An L2 block between `first` and `last` whose L1 origin is `l1_number`.

    Every L1 block from the origin of `first` to that of `last` has at least one; origins never decrease.
    """
    while True:
        middle = block_at((first + last) // 2)
        origin = middle.ref.l1_origin.number
        if origin == l1_number:
            return middle
        if first >= last:
            raise ValueError(f"no L2 block up to {last} has the L1 origin {l1_number}")
        if origin < l1_number:
            first = middle.ref.number + 1
        else:
            last = middle.ref.number - 1
