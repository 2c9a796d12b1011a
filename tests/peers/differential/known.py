"""Where our derivation and op-node 1.18.1 are known to differ: docs/findings/span-batches-and-op-node.md, and
where op-node stops for good: docs/findings/transactions-that-halt-op-node.md.

The fuzz keeps away from exactly these cases: after one of them the two chains have nothing in common.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from tests.e2e.rollup import batch_of
from tests.peers.differential.material import Material
from tests.peers.differential.rig import L1Tx

from opcycle.derivation.verdicts import Reason, Verdict
from opcycle.protocol.batches import BadBatch, SingularBatch, iter_batches
from opcycle.protocol.channels import MAX_RLP_BYTES_PER_CHANNEL_FJORD, ChannelError, decompress
from opcycle.protocol.deposits import DEPOSIT_TX_TYPE
from opcycle.protocol.frames import FrameError, parse_frames
from opcycle.protocol.span_batches import CHECK_SIZE, RawSpanBatch, SpanBatch
from opcycle.protocol.span_transactions import SpanTransactionError

OTHER_CONTENT = "a span that overlaps the safe chain with other content"
ORIGIN_TO_COME = "a span whose last L1 origin is not known yet"
HALTING = "a transaction in a batch that op-geth neither executes nor refuses"

REASONS = {
    Reason.OVERLAP_TRANSACTIONS: OTHER_CONTENT,
    Reason.OVERLAP_EPOCH: OTHER_CONTENT,
    Reason.END_ORIGIN_UNKNOWN: ORIGIN_TO_COME,
}


def met(verdicts: Iterable[Verdict]) -> str | None:
    """The difference that our verdicts tell of, if one."""
    return next((REASONS[verdict.reason] for verdict in verdicts if verdict.reason in REASONS), None)


def foreseen(
    m: Material,
    transactions: Sequence[L1Tx],
    inclusion: int,
    *,
    can_judge: Callable[[Sequence[bytes]], bool],
) -> str | None:
    """The difference that transactions in L1 block `inclusion` would meet, if they are the first in it.

    `can_judge` says of L2 transactions whether op-geth executes or refuses them.
    """
    for batch in _batches(transactions):
        if isinstance(batch, SingularBatch):
            reaches_op_geth = all(tx and tx[0] != DEPOSIT_TX_TYPE for tx in batch.transactions)
            if reaches_op_geth and not can_judge(batch.transactions):
                return HALTING
        elif (difference := _difference_of_span(m, batch, inclusion, can_judge)) is not None:
            return difference
    return None


def _difference_of_span(
    m: Material, raw: RawSpanBatch, inclusion: int, can_judge: Callable[[Sequence[bytes]], bool]
) -> str | None:
    try:
        span = raw.derive(
            genesis_time=m.config.genesis_time,
            block_time=m.config.block_time,
            chain_id=m.config.l2_chain_id,
        )
    except SpanTransactionError:
        return None
    if span.end_epoch > inclusion and span.start_epoch <= m.safe.ref.l1_origin.number + 1:
        return ORIGIN_TO_COME
    if _overlaps_with_other_content(m, span):
        return OTHER_CONTENT
    return None if can_judge(span.transactions) else HALTING


def _overlaps_with_other_content(m: Material, span: SpanBatch) -> bool:
    """Whether it begins with blocks of the safe chain, or of its own channel, that are others there."""
    chain = {block.ref.timestamp: block for block in (*m.earlier, m.safe, *m.blocks)}
    parent = chain.get(span.start - m.config.block_time)
    if parent is None or span.parent_check != parent.ref.hash[:CHECK_SIZE]:
        return False
    return any(
        block.timestamp <= m.safe.ref.timestamp
        and (found := chain.get(block.timestamp)) is not None
        and (block.transactions, block.epoch_number)
        != (batch_of(found).transactions, found.ref.l1_origin.number)
        for block in span.blocks()
    )


def _batches(transactions: Sequence[L1Tx]) -> Iterator[SingularBatch | RawSpanBatch]:
    """Those of all channels, as their frames come."""
    channels: dict[bytes, bytes] = {}
    for transaction in transactions:
        try:
            frames = parse_frames(transaction.data)
        except FrameError:
            continue
        for frame in frames:
            before = b"" if frame.number == 0 else channels.get(frame.channel_id, b"")
            channels[frame.channel_id] = before + frame.data
    for data in channels.values():
        try:
            content = decompress(data, limit=MAX_RLP_BYTES_PER_CHANNEL_FJORD, allow_brotli=True)
        except ChannelError:
            continue
        yield from (batch for batch in iter_batches(content) if not isinstance(batch, BadBatch))
