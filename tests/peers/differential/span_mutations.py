"""Span batches that are wrong in one way, or right in an unusual one."""

from collections.abc import Callable
from dataclasses import replace

import rlp
from tests.e2e.rollup import batch_of
from tests.peers.differential.material import Material, Posting, Registry, flip_bit

from opcycle.protocol.bitlist import Bitlist
from opcycle.protocol.byte_reader import encode_uvarint
from opcycle.protocol.span_batches import CHECK_SIZE, RawSpanBatch
from opcycle.protocol.span_transactions import SpanTransactions

SPAN = Registry()


def _span(change: Callable[[Material, RawSpanBatch], RawSpanBatch | bytes]) -> None:
    """Register a change of the span of all blocks; its singular batches follow in the same channel."""

    def make(material: Material) -> Posting:
        changed = change(material, material.span())
        encoded = changed if isinstance(changed, bytes) else changed.encode()
        rest = material.content() if material.rng.random() < 0.5 else b""
        return material.post_content(bytes(rlp.encode(encoded)) + rest)

    make.__name__ = change.__name__
    SPAN.add(first=True)(make)


def _bits(span: RawSpanBatch) -> list[bool]:
    return list(span.origin_bits)


@_span
def span_as_it_is(m: Material, span: RawSpanBatch) -> RawSpanBatch:
    """All of whose blocks are past for the singular batches behind it."""
    return span


@_span
def span_wrong_parent(m: Material, span: RawSpanBatch) -> RawSpanBatch:
    others = [block.ref.hash[:CHECK_SIZE] for block in (*m.earlier, *m.blocks)]
    flipped = flip_bit(span.parent_check, m.rng)
    return replace(span, parent_check=m.rng.choice([flipped, m.rng.randbytes(CHECK_SIZE), *others]))


@_span
def span_wrong_origin(m: Material, span: RawSpanBatch) -> RawSpanBatch:
    others = [block.hash[:CHECK_SIZE] for block in m.l1[-4:]]
    return replace(span, origin_check=m.rng.choice([flip_bit(span.origin_check, m.rng), *others]))


@_span
def span_origin_bit_flipped(m: Material, span: RawSpanBatch) -> RawSpanBatch:
    bits = _bits(span)
    at = m.index(bits)
    bits[at] = not bits[at]
    return replace(span, origin_bits=Bitlist.of(bits))


@_span
def span_origin_bits_at_random(m: Material, span: RawSpanBatch) -> RawSpanBatch:
    return replace(span, origin_bits=Bitlist.of(m.rng.random() < 0.5 for _ in span.tx_counts))


@_span
def span_other_last_origin(m: Material, span: RawSpanBatch) -> RawSpanBatch:
    """A block of the same L1, check and all: too old, too new, or the blocks' times do not fit."""
    origin = m.rng.choice(m.l1[-8:])
    return replace(span, l1_origin_number=origin.number, origin_check=origin.hash[:CHECK_SIZE])


@_span
def span_wrong_last_origin(m: Material, span: RawSpanBatch) -> RawSpanBatch:
    number = m.rng.choice([span.l1_origin_number - 1, 0, 10**6, 2**64 - 1])
    return replace(span, l1_origin_number=max(0, number))


@_span
def span_counts_shifted(m: Material, span: RawSpanBatch) -> RawSpanBatch:
    """The same transactions, in other blocks."""
    counts = list(span.tx_counts)
    m.rng.shuffle(counts)
    return replace(span, tx_counts=tuple(counts))


@_span
def span_wrong_count(m: Material, span: RawSpanBatch) -> RawSpanBatch:
    counts = list(span.tx_counts)
    at = m.index(counts)
    counts[at] = max(0, counts[at] + m.rng.choice([-1, 1, 2, 10**6, 10**7, 2**40]))
    return replace(span, tx_counts=tuple(counts))


@_span
def span_with_blocks_behind(m: Material, span: RawSpanBatch) -> RawSpanBatch:
    """Empty blocks that the sequencer never made, and valid ones."""
    count = m.rng.randint(1, 3)
    bits = Bitlist.of([*_bits(span), *[False] * count])
    return replace(span, origin_bits=bits, tx_counts=(*span.tx_counts, *[0] * count))


@_span
def span_shortened(m: Material, span: RawSpanBatch) -> bytes:
    """Fewer blocks than bits and counts, which then are read as something else."""
    data = span.encode()
    at = data.index(span.origin_check) + CHECK_SIZE
    return data[:at] + encode_uvarint(m.rng.choice([0, 1, 10**7, 10**7 + 1, 2**63])) + data[at + 1 :]


@_span
def span_other_time(m: Material, span: RawSpanBatch) -> RawSpanBatch:
    by = m.rng.choice([-3, -2, -1, 1, 2, 10**6])
    return replace(span, rel_timestamp=max(0, span.rel_timestamp + by))


@_span
def span_time_that_wraps(m: Material, span: RawSpanBatch) -> RawSpanBatch:
    genesis = m.config.genesis_time
    return replace(span, rel_timestamp=m.rng.choice([2**64 - 1, 2**64 - genesis, 2**64 - genesis + 1]))


@_span
def span_bit_flipped(m: Material, span: RawSpanBatch) -> bytes:
    return flip_bit(span.encode(), m.rng, first=1)


@_span
def span_truncated(m: Material, span: RawSpanBatch) -> bytes:
    data = span.encode()
    return data[: m.rng.randrange(1, len(data))]


@_span
def span_bytes_after(m: Material, span: RawSpanBatch) -> bytes:
    return span.encode() + m.rng.randbytes(m.rng.choice([1, 30]))


@_span
def span_number_in_more_bytes(m: Material, span: RawSpanBatch) -> bytes:
    """A valid encoding, if not the shortest."""
    data = span.encode()
    shortest = encode_uvarint(span.rel_timestamp)
    longer = shortest[:-1] + bytes([shortest[-1] | 0x80]) + b"\x80" * m.rng.randint(0, 9) + b"\x00"
    return data[:1] + longer + data[1 + len(shortest) :]


@_span
def span_bad_transactions(m: Material, span: RawSpanBatch) -> RawSpanBatch:
    """Payloads of no transaction, or of one that the engine refuses."""
    columns = span.columns
    if not columns.payloads:
        return span
    payloads = list(columns.payloads)
    at = m.index(payloads)
    junk = [
        b"\xc0",
        b"\x02\xc0",
        b"\x03\xc3\x01\x02\x03",
        b"\x7e\xc0",
        b"\xc3\x01\x02\x03",
        payloads[at][:1] + b"\xc1\x80",
    ]
    payloads[at] = m.rng.choice(junk)
    return replace(span, columns=replace(columns, payloads=tuple(payloads)))


@_span
def span_other_columns(m: Material, span: RawSpanBatch) -> RawSpanBatch:
    columns = span.columns
    if not columns.payloads:
        return span
    at, extreme = m.index(columns.nonces), m.rng.choice([0, 2**64 - 1])
    changed: list[SpanTransactions] = [
        replace(columns, nonces=(*columns.nonces[:at], extreme, *columns.nonces[at + 1 :])),
        replace(columns, gas_limits=(*columns.gas_limits[:at], extreme, *columns.gas_limits[at + 1 :])),
        replace(columns, signatures=flip_bit(columns.signatures, m.rng)),
        replace(columns, y_parities=Bitlist.of(not bit for bit in columns.y_parities)),
        replace(columns, protections=Bitlist.of(not bit for bit in columns.protections)),
    ]
    return replace(span, columns=m.rng.choice(changed))


@SPAN.add(first=True)
def span_overlapping(m: Material) -> Posting:
    """Some blocks before its new ones are safe already, and it says so."""
    known = m.known()
    return m.post([m.span([*known[-m.rng.randint(1, len(known)) :], *m.blocks])])


@SPAN.add(first=True)
def span_overlapping_wrong_parent(m: Material) -> Posting:
    known = m.known()
    span = m.span([*known[-m.rng.randint(1, len(known)) :], *m.blocks])
    return m.post([replace(span, parent_check=flip_bit(span.parent_check, m.rng))])


@SPAN.add(first=True)
def span_of_the_past(m: Material) -> Posting:
    known = m.known()
    return m.post([m.span(known), *m.singulars()])


@SPAN.add(first=True)
def span_from_the_genesis(m: Material) -> Posting:
    """No block can be its parent."""
    return m.post([replace(m.span(), rel_timestamp=0), *m.singulars()])


@SPAN.add(first=True)
def span_of_an_old_origin(m: Material) -> Posting:
    """It begins with blocks that are safe, and its last one would go back to the L1 origin of the first."""
    known = m.known()
    span = m.span([*known, *m.blocks])
    origin = known[0].ref.l1_origin
    bits = Bitlist.of([span.origin_bits[0], *[False] * (len(span.tx_counts) - 1)])
    old = replace(
        span, origin_bits=bits, l1_origin_number=origin.number, origin_check=origin.hash[:CHECK_SIZE]
    )
    return m.post([old, *m.singulars()])


@SPAN.add(first=True)
def span_with_gap(m: Material) -> Posting:
    return m.post([m.span(m.blocks[1:] or m.blocks)])


@SPAN.add(first=True)
def spans_one_after_another(m: Material) -> Posting:
    at = m.rng.randint(0, len(m.blocks))
    return m.post([m.span(part) for part in (m.blocks[:at], m.blocks[at:]) if part])


@SPAN.add(first=True)
def spans_that_overlap_each_other(m: Material) -> Posting:
    at = m.index(m.blocks)
    return m.post([m.span(m.blocks[: at + 1]), m.span(m.blocks[m.rng.randint(0, at) :])])


@SPAN.add(first=True)
def spans_in_wrong_order(m: Material) -> Posting:
    at = m.rng.randint(0, len(m.blocks))
    return m.post([m.span(part) for part in (m.blocks[at:], m.blocks[:at]) if part])


@SPAN.add(first=True)
def span_then_singular(m: Material) -> Posting:
    at = m.index(m.blocks) + 1
    return m.post([m.span(m.blocks[:at]), *(batch_of(block) for block in m.blocks[at:])])


@SPAN.add(first=True)
def singular_then_span(m: Material) -> Posting:
    at = m.index(m.blocks)
    return m.post([*(batch_of(block) for block in m.blocks[:at]), m.span(m.blocks[at:])])


@SPAN.add(first=True)
def span_with_bad_block_inside(m: Material) -> Posting:
    """A transaction twice: the engine refuses the block, which takes the rest of the span along."""
    columns, span = m.span().columns, m.span()
    if not columns.payloads:
        return m.post([span])
    batches = m.singulars()
    at = next(index for index, batch in enumerate(batches) if batch.transactions)
    doubled = batches[at].transactions * 2
    transactions = [tx for batch in batches[:at] for tx in batch.transactions]
    transactions += [*doubled, *(tx for batch in batches[at + 1 :] for tx in batch.transactions)]
    counts = list(span.tx_counts)
    counts[at] *= 2
    changed = SpanTransactions.of(transactions, m.config.l2_chain_id)
    return m.post([replace(span, columns=changed, tx_counts=tuple(counts)), *batches])
