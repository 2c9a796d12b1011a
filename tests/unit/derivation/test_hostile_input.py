"""What a batcher gone mad can do to a node: bytes of L1 against bytes of memory, and no exception.

Everything here comes from the batcher's own key, in as few bytes of L1 as it takes. Memory is what Python
allocates at its peak; the limit is what a channel may inflate to, `MAX_RLP_BYTES_PER_CHANNEL_FJORD`.
"""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import rlp
from eth_utils.crypto import keccak
from tests.unit.derivation.l1_builder import (
    CHANNEL,
    CONFIG,
    GENESIS,
    Engine,
    batches_on,
    chain,
    frame,
    l1_hash,
    payload_of,
)

from opcycle.derivation.verdicts import Reason, Subject
from opcycle.protocol.batches import SingularBatch, encode_channel_rlp
from opcycle.protocol.byte_reader import encode_uvarint
from opcycle.protocol.channels import (
    MAX_RLP_BYTES_PER_CHANNEL_FJORD,
    Compression,
    compress,
    split_frames,
)
from opcycle.protocol.frames import FRAME_OVERHEAD, encode_batcher_payload
from opcycle.protocol.rollup import Fork
from opcycle.protocol.span_transactions import MAX_ELEMENTS
from opcycle.protocol.types import BlockId

LIMIT = MAX_RLP_BYTES_PER_CHANNEL_FJORD
GOOD, _ = batches_on(GENESIS, 3)
CALLDATA = 128 * 1024
"""Bytes of the largest transaction that L1's nodes pass on."""


@contextmanager
def at_most(size: float) -> Iterator[None]:
    """Fails if more than `size` bytes are allocated at any time."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < size, f"{peak:,} bytes"


def derived(*payloads, config=CONFIG):
    """All that the payloads give in one L1 block, with a good channel in the next."""
    return Engine(
        chain(4, {2: payloads, 3: [payload_of(GOOD, channel_id=keccak(b"good")[:16])]}), config
    ).run()


def payload_with(content, algorithm=Compression.BROTLI):
    """One channel in one payload, if it compresses that well."""
    payload = encode_batcher_payload(split_frames(CHANNEL, compress(content, algorithm, 5), 100_000))
    assert len(payload) < CALLDATA
    return payload


def span(block_count, tx_counts, columns=b"", *, origin_bits=None):
    """A span batch from the first block on, of an epoch that is known."""
    bits = bytes(-(-block_count // 8)) if origin_bits is None else origin_bits
    content = encode_uvarint(2) + encode_uvarint(0) + GENESIS.hash[:20] + l1_hash(0)[:20]
    return rlp.encode(b"\x01" + content + encode_uvarint(block_count) + bits + tx_counts + columns)


def test_channel_that_inflates_beyond_its_limit__costs_the_limit_and_the_next_channel_counts():
    zeros = bytes(2**24)
    compressor_input = rlp.codec.length_prefix(2**31, 0x80) + zeros
    bomb = payload_with(compressor_input + zeros * 15)
    with at_most(1.5 * LIMIT):
        engine = derived(bomb)
    assert engine.reasons(Subject.BATCH) == [Reason.MALFORMED_BATCH]
    assert len(engine.derived) == len(GOOD)


def test_batch_that_fills_its_channel__is_held_three_times_at_most():
    batch = SingularBatch(GENESIS.hash, BlockId(l1_hash(0), 0), GENESIS.timestamp + 2, (bytes(LIMIT - 200),))
    payload = payload_with(encode_channel_rlp([batch]))
    del batch
    with at_most(3.5 * LIMIT):
        engine = derived(payload)
    assert len(engine.derived[0].attributes.transactions[-1]) == LIMIT - 200


def test_span_of_ten_million_blocks__is_derived_as_far_as_its_epoch_goes_and_takes_no_memory_for_the_rest():
    payload = payload_with(span(MAX_ELEMENTS, bytes(MAX_ELEMENTS)))
    with at_most(2 * LIMIT):
        engine = derived(payload)
    assert len(engine.derived) > 0
    assert engine.reasons(Subject.BATCH)[0] is Reason.ORIGIN_NOT_ADOPTED


@pytest.mark.parametrize(
    "counts",
    [
        (MAX_ELEMENTS + 1, b""),
        (2**64 - 1, b""),
        (1, encode_uvarint(2**64 - 1)),
        (2, encode_uvarint(MAX_ELEMENTS) + encode_uvarint(1)),
        (1, encode_uvarint(MAX_ELEMENTS)),
    ],
    ids=[
        "blocks",
        "blocks of 64 bits",
        "transactions of 64 bits",
        "transactions of all blocks",
        "no columns",
    ],
)
def test_span_with_counts_that_nothing_backs__is_malformed_before_anything_is_made_of_it(counts):
    payload = payload_with(span(*counts, origin_bits=b"\0"))
    with at_most(1_000_000):
        engine = derived(payload)
    assert engine.reasons(Subject.BATCH) == [Reason.MALFORMED_BATCH]


def test_span_of_many_transactions__takes_a_few_hundred_bytes_for_each():
    count = 50_000
    creations = (2**count - 1).to_bytes(-(-count // 8), "big")
    bits = bytes(-(-count // 8))
    columns = b"".join(
        (creations, bits, bytes(64 * count), b"\xc3\x80\x80\x80" * count, bytes(2 * count), bits)
    )
    payload = payload_with(span(1, encode_uvarint(count), columns))
    assert len(payload) < 400
    with at_most(600 * count):
        engine = derived(payload)
    assert len(engine.derived[0].attributes.transactions) == count + 1


def nested(depth):
    data = b"\xc0"
    for _ in range(depth):
        data = rlp.codec.length_prefix(len(data), 0xC0) + data
    return data


@pytest.mark.parametrize(
    "content",
    [
        nested(100_000),
        rlp.encode(b"\x00" + nested(100_000)),
        span(1, b"\x01", bytes(2) + bytes(64) + bytes(20) + nested(100_000) + b"\0\0\0"),
    ],
    ids=["in the channel", "as a batch", "as a transaction of a span"],
)
def test_lists_nested_without_end__are_dropped_and_nothing_recurses(content):
    with at_most(5_000_000):
        engine = derived(payload_with(content))
    assert engine.reasons(Subject.BATCH)[0] in (Reason.MALFORMED_BATCH, Reason.MALFORMED_SPAN_TRANSACTION)
    assert len(engine.derived) == len(GOOD)


COUNT = CALLDATA // FRAME_OVERHEAD
"""Frames without data in one transaction."""


def empty_frames(name_of, number_of=lambda index: 0):
    return encode_batcher_payload(
        [frame(number_of(index), channel_id=name_of(index), data=b"") for index in range(COUNT)]
    )


def by_index(index):
    return index.to_bytes(16, "big")


@pytest.mark.parametrize(
    ("payload", "accepted"),
    [
        (empty_frames(lambda index: CHANNEL), 1),
        (empty_frames(lambda index: CHANNEL, lambda index: index), COUNT),
        (empty_frames(by_index), 1),
        (empty_frames(by_index, lambda index: 1), 0),
    ],
    ids=[
        "one frame again and again",
        "one long channel",
        "a channel each",
        "a channel each without its first",
    ],
)
def test_frames_without_data__take_some_hundred_bytes_each(payload, accepted):
    with at_most(700 * COUNT):
        engine = derived(payload)
    frames = [verdict for verdict in engine.verdicts if verdict.subject is Subject.FRAME]
    assert sum(verdict.reason is Reason.VALID for verdict in frames) == accepted + 1
    assert len(engine.derived) == len(GOOD)


def test_many_channels_before_holocene__take_what_the_bank_counts_for_them():
    older = list(Fork)[: list(Fork).index(Fork.HOLOCENE)]
    config = replace(CONFIG, fork_times=dict.fromkeys(older, 0))
    payloads = [empty_frames(lambda index, first=first: by_index(first + index)) for first in (0, COUNT)]
    with at_most(2_000 * COUNT):
        engine = derived(*payloads, config=config)
    assert len(engine.derived) == len(GOOD)
