"""What a node has judged and made since it started, counted; for metrics."""

from collections import Counter
from collections.abc import Iterable

from opcycle.derivation.verdicts import BatchId, Decision, Reason, Subject, Verdict
from opcycle.node.lineage import MadeBlock

SINGULAR, SPAN, FORCED = "singular", "span", "forced"
"""Kinds of batches that L2 blocks are made of; forced ones derivation has made itself."""


class Counts:
    """Written by the node's thread, for any thread to read. A reset does not undo what was counted.

    `blocks` and `batches` are by kind; a span batch counts once, when its first new block is made.
    """

    def __init__(self) -> None:
        self.verdicts: Counter[tuple[Subject, Decision, Reason]] = Counter()
        self.blocks: Counter[str] = Counter()
        self.batches: Counter[str] = Counter()
        self._span: tuple[bytes | None, int] | None = None

    def add(self, verdicts: Iterable[Verdict], made: Iterable[MadeBlock]) -> None:
        """After a step that gave these, in order."""
        self.verdicts.update((v.subject, v.decision, v.reason) for v in verdicts)
        for block in made:
            kind = _kind(block.batch)
            self.blocks[kind] += 1
            span = (block.batch.channel_id, block.batch.index) if kind == SPAN else None
            if span is None or span != self._span:
                self.batches[kind] += 1
            self._span = span


def _kind(batch: BatchId) -> str:
    if batch.channel_id is None:
        return FORCED
    return SINGULAR if batch.block is None else SPAN
