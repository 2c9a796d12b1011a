"""What a node counts: verdicts, blocks and batches by kind."""

from opcycle.derivation.verdicts import BatchId, ChannelId, Decision, FrameId, Reason, Subject, Verdict
from opcycle.node.counts import FORCED, SINGULAR, SPAN, Counts
from opcycle.node.lineage import MadeBlock
from opcycle.protocol.types import BlockId

BLOCK = BlockId(bytes(32), 1)


def made(*batches: BatchId) -> list[MadeBlock]:
    return [MadeBlock(BLOCK, batch, BLOCK) for batch in batches]


def of_span(channel: bytes, index: int, block: int) -> BatchId:
    return BatchId(channel, index, 0, block)


def test_add__verdicts__by_subject_decision_and_reason() -> None:
    counts = Counts()
    frames = [Verdict(FrameId(b"a", n), Decision.ACCEPT, Reason.VALID, "", BLOCK) for n in range(2)]
    dropped = Verdict(ChannelId(b"a"), Decision.DROP, Reason.CHANNEL_TIMED_OUT, "", BLOCK)
    counts.add(frames, [])
    counts.add([dropped], [])
    assert dict(counts.verdicts) == {
        (Subject.FRAME, Decision.ACCEPT, Reason.VALID): 2,
        (Subject.CHANNEL, Decision.DROP, Reason.CHANNEL_TIMED_OUT): 1,
    }


def test_add__singular_and_forced__a_batch_for_each_block() -> None:
    counts = Counts()
    counts.add([], made(BatchId(b"a", 0, 0), BatchId(b"a", 1, 0), BatchId(None, 0, 0)))
    assert dict(counts.blocks) == dict(counts.batches) == {SINGULAR: 2, FORCED: 1}


def test_add__span_over_two_steps__is_one_batch() -> None:
    counts = Counts()
    counts.add([], made(of_span(b"a", 0, 3), of_span(b"a", 0, 4)))
    counts.add([], made(of_span(b"a", 0, 5)))
    assert (dict(counts.blocks), dict(counts.batches)) == ({SPAN: 3}, {SPAN: 1})


def test_add__spans_of_one_channel__are_two() -> None:
    counts = Counts()
    counts.add([], made(of_span(b"a", 0, 0), of_span(b"a", 1, 0)))
    assert counts.batches[SPAN] == 2
