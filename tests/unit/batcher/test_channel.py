"""Blocks become channels that derivation's own decoders read back."""

from dataclasses import replace
from hashlib import shake_128
from pathlib import Path

import pytest
from tests.unit.batcher.world import FakeL1, FakeL2
from tests.unit.derivation.l1_builder import CONFIG, GENESIS
from tests.unit.protocol.span_samples import legacy

from opcycle.batcher.channel import PendingBlock, build_channel
from opcycle.batcher.options import BatcherOptions, BatchType
from opcycle.protocol.batches import SingularBatch, encode_channel_rlp, iter_batches
from opcycle.protocol.channels import Compression, compress, decompress
from opcycle.protocol.frames import parse_frames
from opcycle.protocol.span_batches import RawSpanBatch
from opcycle.protocol.types import BlockId

L1_HEAD = b"\x01" * 32


@pytest.fixture
def blocks():
    l1 = FakeL1()
    l1.mine(20)
    l2 = FakeL2(l1)
    l2.extend([0, 90, 700, 0])
    return l2.chain[1:]


def pending(blocks):
    return [PendingBlock.of(block, l1_number=9) for block in blocks]


def frames_of(channel):
    return [frame for payload in channel.payloads for frame in parse_frames(payload)]


@pytest.mark.parametrize("compression", Compression)
def test_build_channel__read_back__gives_each_block_without_its_deposits(blocks, compression):
    channel = build_channel(CONFIG, pending(blocks), L1_HEAD, BatcherOptions(compression=compression))
    compressed = b"".join(frame.data for frame in frames_of(channel))
    batches = list(iter_batches(decompress(compressed, limit=10**6, allow_brotli=True)))
    assert [(b.parent_hash, b.epoch, b.timestamp, b.transactions) for b in batches] == [
        (b.ref.parent_hash, b.ref.l1_origin, b.ref.timestamp, b.transactions[1:]) for b in blocks
    ]
    assert len(compressed) == channel.size
    assert (channel.first, channel.last) == (blocks[0].ref, blocks[-1].ref)


def test_build_channel__small_one__is_one_payload_with_the_last_frame(blocks):
    (frame,) = frames_of(build_channel(CONFIG, pending(blocks), L1_HEAD, BatcherOptions()))
    assert (frame.number, frame.is_last) == (0, True)


def test_build_channel__larger_than_a_payload__one_frame_in_each_and_none_too_large(blocks):
    channel = build_channel(CONFIG, pending(blocks), L1_HEAD, BatcherOptions(max_payload_size=200))
    assert [len(parse_frames(payload)) for payload in channel.payloads] == [1] * len(channel.payloads)
    assert {len(payload) for payload in channel.payloads[:-1]} == {200}
    assert len(channel.payloads[-1]) <= 200
    frames = frames_of(channel)
    assert [frame.number for frame in frames] == list(range(len(frames)))
    assert [frame.is_last for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert {frame.channel_id for frame in frames} == {channel.id}


def test_build_channel__same_blocks_at_the_same_l1_head__same_bytes(blocks):
    first, again = (build_channel(CONFIG, pending(blocks), L1_HEAD, BatcherOptions()) for _ in range(2))
    assert first == again


@pytest.mark.parametrize("difference", ["L1 head", "first block", "last block"])
def test_build_channel__posted_again_or_of_other_blocks__another_id(blocks, difference):
    first = build_channel(CONFIG, pending(blocks), L1_HEAD, BatcherOptions())
    l1_head = b"\x02" * 32 if difference == "L1 head" else L1_HEAD
    others = blocks[difference == "first block" : len(blocks) - (difference == "last block")]
    other = build_channel(CONFIG, pending(others), l1_head, BatcherOptions())
    assert first.id != other.id
    assert len(first.id) == len(other.id) == 16


# --- compression levels -------------------------------------------------------------------------------

OP_MAINNET = Path(__file__).parents[2] / "vectors" / "span" / "op_mainnet_121382930.channel.bin"
"""A channel of OP Mainnet in June 2024: 1,766 transactions in 143 blocks."""


def mainnet_blocks():
    """Its blocks; hashes, which span batches leave out, are zero."""
    content = decompress(OP_MAINNET.read_bytes(), limit=10**8, allow_brotli=True)
    (raw,) = iter_batches(content)
    span = raw.derive(genesis_time=1_686_068_903, block_time=2, chain_id=10)
    for number, block in enumerate(span.blocks(), 1):
        epoch = BlockId(bytes(32), block.epoch_number)
        ref = replace(GENESIS, hash=number.to_bytes(32), number=number, l1_origin=epoch, sequence_number=1)
        batch = SingularBatch(bytes(32), epoch, block.timestamp, block.transactions)
        yield PendingBlock(ref, encode_channel_rlp([batch]), 9)


def test_build_channel__blocks_of_op_mainnet__fewer_bytes_than_brotli_10_and_in_haste_about_as_many():
    config = replace(CONFIG, l2_chain_id=10, genesis_time=1_686_068_903)
    brotli_10 = 560_528
    blocks = list(mainnet_blocks())
    assert build_channel(config, blocks, L1_HEAD, BatcherOptions()).size < 0.98 * brotli_10
    hasty = build_channel(config, blocks, L1_HEAD, BatcherOptions(), in_haste=True)
    assert brotli_10 < hasty.size < 1.002 * brotli_10


@pytest.mark.parametrize("batch_type", BatchType)
def test_build_channel__small_one__is_the_smallest_of_all_levels(blocks, batch_type):
    small = with_transactions(blocks, lambda n: legacy(nonce=n))
    content = decompress(
        b"".join(f.data for f in frames_of(built(small, batch_type))), limit=10**6, allow_brotli=True
    )
    sizes = [len(compress(content, Compression.BROTLI, level)) for level in (9, 10, 11)]
    assert built(small, batch_type).size == min(sizes)


# --- span batches -------------------------------------------------------------------------------------


def with_transactions(blocks, make):
    """The same blocks with one signed transaction each, and one block without."""
    return [
        replace(block, transactions=(*block.transactions[:1], *([make(n)] if n else [])))
        for n, block in enumerate(blocks)
    ]


def batches_in(channel):
    compressed = b"".join(frame.data for frame in frames_of(channel))
    return list(iter_batches(decompress(compressed, limit=10**6, allow_brotli=True)))


def built(blocks, batch_type):
    return build_channel(CONFIG, pending(blocks), L1_HEAD, BatcherOptions(batch_type=batch_type))


def test_build_channel__span__is_one_batch_that_says_what_the_blocks_are(blocks):
    blocks = with_transactions(blocks, lambda n: legacy(nonce=n))
    (raw,) = batches_in(built(blocks, BatchType.SPAN))
    span = raw.derive(
        genesis_time=CONFIG.genesis_time, block_time=CONFIG.block_time, chain_id=CONFIG.l2_chain_id
    )
    assert [(b.epoch_number, b.timestamp, b.transactions) for b in span.blocks()] == [
        (b.ref.l1_origin.number, b.ref.timestamp, b.user_transactions) for b in blocks
    ]
    assert span.parent_check == blocks[0].ref.parent_hash[:20]
    assert span.origin_check == blocks[-1].ref.l1_origin.hash[:20]


@pytest.mark.parametrize("sequence_number", [0, 1])
def test_build_channel__span__first_origin_bit_is_set_where_an_epoch_starts(blocks, sequence_number):
    first = replace(blocks[0], ref=replace(blocks[0].ref, sequence_number=sequence_number), transactions=())
    (raw,) = batches_in(built([first], BatchType.SPAN))
    assert list(raw.origin_bits) == [sequence_number == 0]


def test_build_channel__auto_with_few_transactions__is_the_span(blocks):
    few = with_transactions(blocks, lambda n: legacy(nonce=n))
    assert built(few, BatchType.SPAN).size < built(few, BatchType.SINGULAR).size
    assert built(few, BatchType.AUTO) == built(few, BatchType.SPAN)


def test_build_channel__auto_with_whole_transactions_in_disorder__is_singular(blocks):
    """A repeated transaction is one repetition there, and one in each column of a span."""

    def some(n):
        (kind,) = shake_128(bytes([n])).digest(1)
        word = int.from_bytes(shake_128(bytes([kind % 7])).digest(32), "big")
        return legacy(nonce=word % 2**40, r=word, s=word, to=word.to_bytes(32, "big")[:20])

    mixed = [replace(blocks[0], transactions=tuple(some(n) for n in range(200)))]
    assert built(mixed, BatchType.SINGULAR).size < built(mixed, BatchType.SPAN).size
    assert built(mixed, BatchType.AUTO) == built(mixed, BatchType.SINGULAR)


@pytest.mark.parametrize("batch_type", [BatchType.SPAN, BatchType.AUTO])
def test_build_channel__transaction_that_no_span_batch_holds__stays_singular(blocks, batch_type):
    odd = with_transactions(blocks, lambda n: b"\x05a transaction of a type to come")
    assert built(odd, batch_type) == built(odd, BatchType.SINGULAR)
    assert not any(isinstance(batch, RawSpanBatch) for batch in batches_in(built(odd, batch_type)))
