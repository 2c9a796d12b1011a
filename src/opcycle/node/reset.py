"""Where a node (re)starts: the newest safe head that L1 still vouches for, and what derivation then needs.

op-node keeps no record that it trusts and goes back a whole sequence window. Here the safe-head database says
which L1 block each safe head rests on; if that block is still part of L1, so is everything before it.
"""

from collections.abc import Callable, Iterable, Iterator

from opcycle.errors import CriticalError, TemporaryError
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.types import BlockId


def certain_records(
    config: RollupConfig, records: Iterable[SafeHead], finalized: BlockId
) -> Iterator[SafeHead]:
    """Those of `records` that a restart may rely on as far as L1 stands by them.

    Where alt-DA data can be challenged, they are the finalized ones: what came after may have to be derived
    again without data that was used, and which that is must be found out from the challenges on L1 first.
    """
    is_challengeable = config.alt_da is not None and config.alt_da.is_challengeable
    for record in records:
        if not is_challengeable or record.safe_head.number <= finalized.number:
            yield record


def block_to_go_on_from(
    records: Iterable[SafeHead],
    finalized: BlockId,
    *,
    l1_head: int,
    is_on_l1: Callable[[BlockId], bool],
    is_on_l2: Callable[[BlockId], bool],
) -> SafeHead | None:
    """The newest L2 block that L1 vouches for and the engine has, and never one before its `finalized`; with
    the L1 block that gave it. None: `finalized` itself, of which no record says where it came from.

    `records` come newest first. An engine that was killed lacks the last blocks, one that was replaced all:
    they are derived again. Where the records begin later than the engine's chain, its finalized block has to
    do. Raises CriticalError if L1 has undone that block or it is of another chain, TemporaryError if L1 has
    not come that far (it is being synced).
    """
    evidence: SafeHead | None = None
    is_vouched_for = False
    for record in records:
        if record.safe_head.number <= finalized.number and not is_on_l2(record.safe_head):
            raise CriticalError(
                f"the engine has finalized {finalized}, but L1 gave the L2 block {record.safe_head}; "
                "engine and node database belong to different chains"
            )
        if record.safe_head.number < finalized.number:
            break
        evidence = record
        is_vouched_for = is_vouched_for or is_on_l1(record.l1_block)
        if is_vouched_for and is_on_l2(record.safe_head):
            return record
    if evidence is not None and not is_vouched_for:
        if evidence.l1_block.number > l1_head:
            raise TemporaryError(
                f"L1 is at block {l1_head} and was at {evidence.l1_block} before; waiting for it"
            )
        raise CriticalError(
            f"L1 no longer has the block from which the finalized L2 block {finalized} was derived; "
            "L1 has undone what it had finalized, or the node reads another L1 now"
        )
    return None


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
