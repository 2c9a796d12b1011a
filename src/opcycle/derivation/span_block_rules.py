"""Before Holocene, the rules about each new block of a span batch: one that breaks a rule ends the span.

They are those of singular batches, asked with the blocks that the span itself puts before each.
Source: OP Stack specs, "Span Batches"; op-node `derive/batches.go` (`checkSpanBatch`).
"""

from collections.abc import Sequence
from itertools import islice

from opcycle.derivation import batch_rules as rules
from opcycle.derivation.batch_rules import Candidate, Rule, Ruling
from opcycle.derivation.verdicts import Decision, Reason
from opcycle.protocol.batches import SingularBatch
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.span_batches import SpanBatch, SpanBlock
from opcycle.protocol.types import L1Block, L1BlockRef, L2BlockRef


def check_new_blocks(
    config: RollupConfig,
    batch: SpanBatch,
    *,
    safe_head: L2BlockRef,
    parent: L2BlockRef,
    l1_blocks: Sequence[L1Block],
    inclusion: L1BlockRef,
) -> Ruling | None:
    """The ruling of the first rule that decides; None if all blocks after `safe_head` are valid.

    `parent` is the block before the span; `l1_blocks` reach from the current epoch to the span's last.
    """
    overlap = safe_head.number - parent.number
    epoch_before = batch.epoch_of(overlap - 1) if overlap else parent.l1_origin.number
    current = l1_blocks[0].header.number
    for block in batch.blocks(overlap):
        if block.epoch_number < current:
            detail = f"epoch {block.epoch_number}, the current one is {current}"
            return Ruling(Decision.DROP, Reason.EPOCH_TOO_OLD, detail)
        index = block.epoch_number - current
        known = list(islice(l1_blocks, index, index + 2))
        candidate = Candidate(config, _alone(block, known[0]), safe_head, known, inclusion)
        if (ruling := _check(candidate, advances=block.epoch_number > epoch_before)) is not None:
            return ruling
        epoch_before = block.epoch_number
    return None


def _check(candidate: Candidate, *, advances: bool) -> Ruling | None:
    stays: tuple[Rule, ...] = () if advances else (rules.origin_not_adopted,)
    for rule in (rules.before_origin_time, rules.drift_exceeded, *stays, rules.forbidden_transaction):
        if (ruling := rule(candidate)) is not None:
            return ruling
    return None


def _alone(block: SpanBlock, origin: L1Block) -> SingularBatch:
    """The block as a batch; the span vouches for its parent."""
    return SingularBatch(bytes(32), origin.header.id, block.timestamp, block.transactions)
