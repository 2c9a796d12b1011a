"""What the decoder shows of batch data, whole and damaged."""

from dataclasses import replace

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.derivation.l1_builder import (
    CHANNEL,
    CONFIG,
    GENESIS,
    batches_on,
    frame,
    frames_of,
    payload_of,
    span_of,
)
from tests.vectors.read import binary, vector

from opcycle.derivation.containers import Form, UnknownFormError, form_of, payload_in
from opcycle.derivation.decoding import (
    BatchRecord,
    BlockRecord,
    ChannelRecord,
    CommitmentRecord,
    Decoder,
    FrameRecord,
    TransactionRecord,
)
from opcycle.protocol.alt_da import Commitment, CommitmentType
from opcycle.protocol.bitlist import Bitlist
from opcycle.protocol.channels import Compression
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.protocol.types import BlockId

CASES = {case["file"]: case for case in vector("span/cases.json")}
MAINNET_TX, MAINNET_CHANNEL = "op_mainnet_117369690.calldata.bin", "op_mainnet_121382930.channel.bin"
BATCHES, _ = batches_on(GENESIS, 3, transactions=lambda number: [bytes([2, number])] * number)
EMPTY, _ = batches_on(GENESIS, 3)


def of(kind, records):
    return [record for record in records if isinstance(record, kind)]


def config_of(case):
    """OP Mainnet's L2 chain begins where Bedrock did, OP Sepolia's with block 0."""
    return replace(
        CONFIG,
        genesis_l2=BlockId(bytes(32), 105_235_063 if case["chain_id"] == 10 else 0),
        genesis_time=case["genesis_time"],
        block_time=case["block_time"],
        l2_chain_id=case["chain_id"],
    )


def test_payload__op_mainnet_transaction__27_blocks_with_209_transactions():
    records = list(Decoder().payload("tx", binary(f"span/{MAINNET_TX}")))
    [tx], [piece], [channel], [batch] = (
        of(kind, records) for kind in (TransactionRecord, FrameRecord, ChannelRecord, BatchRecord)
    )
    assert (tx.size, tx.frames, tx.problem) == (119_823, 1, "")
    assert (piece.number, piece.size, piece.is_last) == (0, 119_799, True)
    assert (channel.compression, channel.size, channel.problem) == (Compression.ZLIB, 119_799, "")
    assert (batch.kind, batch.blocks, batch.transactions) == ("span", 27, 209)
    assert len(of(BlockRecord, records)) == 27


def test_channel__op_mainnet__143_blocks_with_1766_transactions():
    records = list(Decoder().channel(None, binary(f"span/{MAINNET_CHANNEL}")))
    [batch] = of(BatchRecord, records)
    assert (batch.kind, batch.blocks, batch.transactions) == ("span", 143, 1_766)


@pytest.mark.parametrize("file", [MAINNET_TX, "op_sepolia_5700946.calldata.bin"])
def test_payload__with_the_chains_config__blocks_have_number_time_origin_and_hashes(file):
    case = CASES[file]
    blocks = of(BlockRecord, Decoder(config_of(case)).payload("tx", binary(f"span/{file}")))
    assert [[b.timestamp, b.l1_origin, b.transactions] for b in blocks] == case["blocks"]
    assert [b.number for b in blocks] == [case["first_l2_block"] + n for n in range(len(blocks))]
    assert all(b.hashes is not None and len(b.hashes) == b.transactions for b in blocks)


def test_payload__without_config__a_span_tells_neither_times_nor_hashes():
    blocks = of(BlockRecord, Decoder().payload("tx", binary(f"span/{MAINNET_TX}")))
    assert {(b.number, b.timestamp, b.hashes) for b in blocks} == {(None, None, None)}
    assert [b.l1_origin for b in blocks] == [origin for _, origin, _ in CASES[MAINNET_TX]["blocks"]]


def test_payload__singular_batches__tell_times_and_hashes_themselves():
    blocks = of(BlockRecord, Decoder().payload("tx", payload_of(BATCHES)))
    assert [b.timestamp for b in blocks] == [batch.timestamp for batch in BATCHES]
    assert [b.hashes for b in blocks] == [tuple(map(keccak, batch.transactions)) for batch in BATCHES]


def test_payload__frames_of_a_channel_in_any_order_and_several_payloads__one_channel():
    decoder, frames = Decoder(), frames_of(BATCHES, frame_size=60)
    assert len(frames) > 2
    first = list(decoder.payload("a", encode_batcher_payload(reversed(frames[1:]))))
    assert of(ChannelRecord, first) == []
    [channel] = of(ChannelRecord, decoder.payload("b", encode_batcher_payload(frames[:1])))
    assert (channel.channel_id, channel.frames) == (CHANNEL, len(frames))
    assert list(decoder.unfinished()) == []


def test_payload__damage_after_a_frame__the_frame_is_decoded_and_the_damage_said():
    records = list(Decoder().payload("tx", payload_of(BATCHES) + b"damage"))
    [tx] = of(TransactionRecord, records)
    assert (tx.frames, tx.problem) == (1, "after 1 frames: 6 bytes left, a frame has at least 23")
    assert len(of(BatchRecord, records)) == 3


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        (b"", "no data"),
        (b"\x02", "derivation version 2, expected 0"),
        (b"\x01", "no commitment"),
        (b"\x01\x00short", "a keccak commitment of 5 bytes, expected 32"),
        (b"\0", "no frame after the version byte"),
    ],
)
def test_payload__no_frames__says_why(payload, problem):
    assert list(Decoder().payload("tx", payload)) == [TransactionRecord("tx", len(payload), 0, problem)]


def test_payload__commitment__shows_the_data_that_the_da_server_has():
    data = payload_of(BATCHES)
    commitment = Commitment.keccak_of(data)
    records = list(Decoder(da={commitment: data}.get).payload("tx", commitment.payload))
    assert records[0] == TransactionRecord("tx", 34, 0, "")
    assert records[1] == CommitmentRecord("tx", "keccak", commitment.encode(), len(data), 1, "")
    assert of(BatchRecord, records) == of(BatchRecord, list(Decoder().payload("tx", data)))


@pytest.mark.parametrize(
    ("da", "size", "problem"),
    [
        (None, 0, "no DA server was asked"),
        ({}.get, 0, "the DA server does not have its data"),
        (lambda _: b"", 0, "no data"),
        (lambda _: b"\x05data", 5, "derivation version 5, expected 0"),
    ],
)
def test_payload__commitment_without_batches_behind_it__says_why(da, size, problem):
    commitment = Commitment(CommitmentType.GENERIC, b"\xff\x01")
    assert list(Decoder(da=da).payload("tx", commitment.payload)) == [
        TransactionRecord("tx", 4, 0, ""),
        CommitmentRecord("tx", "generic", b"\x01\xff\x01", size, 0, problem),
    ]


def test_payload__same_frame_twice__the_second_is_marked():
    frames = frames_of(BATCHES, frame_size=60)
    records = list(Decoder().payload("tx", encode_batcher_payload([frames[0], frames[0]])))
    assert [record.problem for record in of(FrameRecord, records)] == [
        "",
        "its channel has the same frame already",
    ]


def test_payload__batch_that_is_none__stands_last_after_the_good_ones():
    decoder = Decoder()
    whole = list(decoder.payload("tx", payload_of(BATCHES)))
    [channel] = of(ChannelRecord, whole)
    cut = frame(0, data=frames_of(BATCHES)[0].data[: channel.size - 30], is_last=True)
    records = list(decoder.payload("tx", encode_batcher_payload([cut])))
    kinds = [record.kind for record in of(BatchRecord, records)]
    assert kinds[-1] == "malformed"
    assert set(kinds[:-1]) <= {"singular"}


def test_payload__unknown_compression__the_channel_says_so():
    payload = encode_batcher_payload([frame(0, data=b"\x02", is_last=True)])
    [channel] = of(ChannelRecord, Decoder().payload("tx", payload))
    assert (channel.compression, channel.problem) == (None, "unknown compression type 0x02")


def test_unfinished__last_frame_never_came__its_beginning_is_decoded():
    decoder, frames = Decoder(), frames_of(BATCHES, frame_size=60)
    list(decoder.payload("tx", encode_batcher_payload(frames[:-1]), l1_number=5))
    assert list(decoder.unfinished(before=5)) == []
    records = list(decoder.unfinished(before=6))
    [channel] = of(ChannelRecord, records)
    assert channel.problem == f"incomplete: frame {len(frames) - 1} is missing"
    assert channel.decompressed > 0
    assert list(decoder.unfinished()) == []


def test_batch__alone__is_shown_with_its_blocks():
    [batch, block] = Decoder(CONFIG).batch(BATCHES[1].encode())
    assert (batch.kind, batch.transactions, block.number) == ("singular", 2, 2)
    assert [r.kind for r in Decoder().batch(b"\x07")] == ["malformed"]


def test_batch__span_with_nonsense_in_its_numbers__numbers_of_64_bits_that_wrap():
    raw = span_of(EMPTY[:1])
    nonsense = replace(
        raw, rel_timestamp=2**64 - 1, l1_origin_number=0, origin_bits=Bitlist.of([0, 1]), tx_counts=(0, 0)
    )
    [_, first, second] = Decoder(CONFIG).batch(nonsense.encode())
    assert (first.l1_origin, second.l1_origin) == (2**64 - 1, 0)
    assert (first.timestamp, second.timestamp) == (GENESIS.timestamp - 1, GENESIS.timestamp + 1)
    assert (first.number, second.number) == (None, 0)


FILES = [binary(f"span/{MAINNET_TX}")[:3000], payload_of(BATCHES), span_of(EMPTY).encode()]


@given(
    data=st.one_of(st.binary(max_size=200), st.sampled_from(FILES)),
    flips=st.lists(st.tuples(st.integers(0, 2999), st.integers(1, 255)), max_size=4),
)
def test_hostile_data__in_whatever_form__is_shown_or_refused_and_never_breaks(data, flips):
    damaged = bytearray(data)
    for place, mask in flips:
        if place < len(damaged):
            damaged[place] ^= mask
    damaged = bytes(damaged)
    try:
        found = form_of(damaged)
    except UnknownFormError:
        found = Form.TX
    decoder = Decoder(CONFIG)
    payload, problem = payload_in(damaged, found)
    for records in (
        decoder.payload("tx", payload, problem=problem),
        decoder.unfinished(),
        decoder.channel(None, damaged),
        decoder.batch(damaged),
    ):
        for block in of(BlockRecord, records):
            assert 0 <= block.l1_origin < 2**64
