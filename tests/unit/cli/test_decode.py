"""`opcycle decode` on files, and its reading of L1 ranges."""

import json
import sys
import tracemalloc
from dataclasses import replace

import pytest
from click.testing import CliRunner
from tests.unit.derivation.l1_builder import (
    CONFIG,
    GENESIS,
    OTHER_BATCHER,
    STRANGER,
    batches_on,
    block,
    chain,
    frames_of,
    header,
    new_batcher,
    payload_of,
    transaction,
)
from tests.unit.node.fakes import FakeBeacon, FakeL1
from tests.vectors.read import HERE

from opcycle.cli.decode import decode, unhexed
from opcycle.cli.decode_l1 import from_l1, from_transaction
from opcycle.cli.progress import progress_of
from opcycle.da.client import DAClient
from opcycle.da.server import DAServer
from opcycle.derivation.decoding import (
    BatchRecord,
    ChannelRecord,
    CommitmentRecord,
    Decoder,
    TransactionRecord,
)
from opcycle.devnet.ports import free_ports
from opcycle.errors import UserError
from opcycle.node.l1_view import AHEAD, L1View
from opcycle.protocol.alt_da import AltDAConfig, Commitment, CommitmentType
from opcycle.protocol.blobs import encode_blob
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.rpc.hexjson import to_hex

KECCAK = replace(CONFIG, alt_da=AltDAConfig(CommitmentType.KECCAK, 4, 4, bytes([0xDA]) * 20))
TX_HASH, BLOB_HASHES = b"\x0a" * 32, [b"\x01" * 32, b"\x02" * 32]
MAINNET = HERE / "span" / "op_mainnet_117369690.calldata.bin"
BATCHES, _ = batches_on(GENESIS, 3)


def run(*arguments, **fields):
    return CliRunner().invoke(decode, [str(item) for item in arguments], **fields)


def range_of(blocks, wanted, config=CONFIG):
    steps = []
    view = L1View(config, FakeL1(blocks), blobs=None, confirmations=0)
    records = list(from_l1(view, config, wanted, lambda: steps.append(1), Decoder(config)))
    assert len(steps) == len(wanted)
    return records


def of(kind, records):
    return [record for record in records if isinstance(record, kind)]


def test_decode__file__a_table_with_totals():
    result = run(MAINNET)
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == (
        "1 batcher transaction, 119,823 bytes; 1 frame, 1 channel, 1 batch (1 span); "
        "27 L2 blocks with 209 transactions"
    )


def test_decode__json__a_line_for_each_record():
    lines = [json.loads(line) for line in run(MAINNET, "--json").output.splitlines()]
    assert [line["record"] for line in lines] == ["transaction", "frame", "channel", "batch"] + ["block"] * 27
    assert lines[2]["channel_id"] == "0xac329933f5efdcc35ccd284232a376d3"
    assert sum(line["transactions"] for line in lines[4:]) == 209


def test_decode__rollup_config__names_the_l2_blocks(tmp_path):
    config = replace(CONFIG, genesis_time=1_686_068_903, l2_chain_id=10)
    file = tmp_path / "rollup.json"
    file.write_text(json.dumps(config.to_json()))
    result = run(MAINNET, "--rollup", file)
    assert "L2 blocks 12134627-12134653, L1 origins 19426582-19426585" in result.output


def test_decode__hex_on_standard_input__is_the_same_as_the_binary_file():
    text = "0x" + MAINNET.read_bytes().hex()
    assert run("-", input=text).output.splitlines()[3:] == run(MAINNET).output.splitlines()[3:]


def test_decode__frames_in_two_files__are_one_channel(tmp_path):
    frames = frames_of(BATCHES, frame_size=60)
    files = [tmp_path / "first", tmp_path / "rest"]
    files[0].write_bytes(encode_batcher_payload(frames[:1]))
    files[1].write_bytes(encode_batcher_payload(frames[1:]))
    assert "1 channel, 3 batches (3 singular)" in run(*files).output
    assert "incomplete: frame 1 is missing" in run(files[0]).output


def test_decode__form_given__is_not_found_out(tmp_path):
    file = tmp_path / "batch"
    file.write_bytes(BATCHES[0].encode())
    assert "1 batch (1 singular)" in run(file).output
    assert "derivation version" not in run(file, "--as", "batch").output
    assert "after 0 frames" in run(file, "--as", "tx").output


def test_decode__no_batch_data__one_sentence(tmp_path):
    file = tmp_path / "note"
    file.write_bytes(b"hello, world")
    assert isinstance(run(file).exception, UserError)


@pytest.mark.parametrize(
    "arguments", [[], ["--l1", "http://127.0.0.1:1"], ["--blocks", "1-2"], ["--tx", "0x"]]
)
def test_decode__neither_file_nor_range__says_what_to_give(arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "give files, or --l1 and --tx, or --l1, --rollup and --blocks" in result.output


def test_unhexed__only_what_is_hex_throughout():
    assert unhexed(b"0x00ff\n") == b"\0\xff"
    assert unhexed(b"00 ff\n01") == b"\0\xff\x01"
    assert unhexed(b"0xf") == b"0xf"
    assert unhexed(b"\0\xff") == b"\0\xff"
    assert unhexed(b"") == b""


def test_from_l1__range__has_its_transactions_and_no_other():
    blocks = chain(AHEAD + 9, {3: [payload_of(BATCHES)], AHEAD + 7: [payload_of(BATCHES)]})
    assert len(of(BatchRecord, range_of(blocks, range(4, AHEAD + 7)))) == 0
    assert len(of(BatchRecord, range_of(blocks, range(3, AHEAD + 8)))) == 6


def test_from_l1__channel_over_two_blocks__is_complete_in_the_second():
    frames = frames_of(BATCHES, frame_size=60)
    blocks = chain(5, {2: [encode_batcher_payload(frames[:1])], 4: [encode_batcher_payload(frames[1:])]})
    [channel] = of(ChannelRecord, range_of(blocks, range(1, 5)))
    assert (channel.frames, channel.problem) == (len(frames), "")


def test_from_l1__channel_timed_out__is_shown_before_what_follows():
    first, *_ = frames_of(BATCHES, frame_size=60)
    late = CONFIG.channel_timeout + 2
    blocks = chain(late + 1, {0: [encode_batcher_payload([first])], late: [payload_of(BATCHES)]})
    records = range_of(blocks, range(late + 1))
    problems = [record.problem for record in of(ChannelRecord, records)]
    assert problems == ["incomplete: frame 1 is missing", ""]


def test_from_l1__transactions_of_others__are_named_and_not_decoded():
    blocks = chain(3, {1: [transaction(payload_of(BATCHES), sender=STRANGER)]})
    [record] = range_of(blocks, range(3))
    assert isinstance(record, TransactionRecord)
    assert record.problem.startswith("not sent by the batcher of the system config (from 0xcccc")


def test_from_l1__new_batcher_within_the_range__is_the_batcher_from_there_on():
    mine = transaction(payload_of(BATCHES), sender=OTHER_BATCHER)
    blocks = chain(4, {1: [mine], 3: [mine]})
    blocks[2] = replace(blocks[2], logs=(new_batcher(OTHER_BATCHER),))
    records = range_of(blocks, range(4))
    assert [bool(r.problem) for r in of(TransactionRecord, records)] == [True, False]


def test_from_l1__blobs_in_the_range__are_read_and_decoded_block_by_block():
    halves = BATCHES[:1], BATCHES[1:]
    blobs = {
        blob_hash: encode_blob(payload_of(half)) for blob_hash, half in zip(BLOB_HASHES, halves, strict=True)
    }
    sent = [transaction(b"", kind=3, blob_hashes=[blob_hash], name=blob_hash.hex()) for blob_hash in blobs]
    beacon = FakeBeacon(blobs)
    view = L1View(CONFIG, FakeL1(chain(5, {1: sent[:1], 3: sent[1:]})), blobs=beacon, confirmations=0)
    records = list(from_l1(view, CONFIG, range(5), lambda: None, Decoder(CONFIG)))
    assert [record.source for record in of(TransactionRecord, records)] == [
        f"{to_hex(tx.hash)} blob 0" for tx in sent
    ]
    assert len(of(BatchRecord, records)) == 3
    assert [hashes for _, hashes in beacon.reads] == [(blob_hash,) for blob_hash in BLOB_HASHES]


def test_from_l1__commitments_of_the_chain__are_shown_with_the_data_behind_them():
    data = payload_of(BATCHES)
    commitment = Commitment.keccak_of(data)
    blocks = chain(3, {1: [commitment.payload]})
    view = L1View(KECCAK, FakeL1(blocks), blobs=None, confirmations=0)
    for da, problem in (({commitment: data}.get, ""), (None, "no DA server was asked")):
        records = list(from_l1(view, KECCAK, range(3), lambda: None, Decoder(KECCAK, da=da)))
        assert [record.problem for record in of(CommitmentRecord, records)] == [problem]
        assert len(of(BatchRecord, records)) == (0 if problem else 3)


def test_from_l1__commitment_on_a_chain_without_alt_da__is_named_and_not_followed():
    [record] = range_of(chain(3, {1: [Commitment.keccak_of(b"data").payload]}), range(3))
    assert record.problem.startswith("an alt-DA commitment, and this chain uses none")


def test_decode__commitment_in_a_file__with_the_data_of_a_da_server_and_without(tmp_path):
    file, data = tmp_path / "calldata", payload_of(BATCHES)
    server = DAServer(tmp_path / "inputs", CommitmentType.KECCAK, free_ports().da_server)
    server.start()
    file.write_bytes(DAClient(server.url).put(data, CommitmentType.KECCAK).payload)
    found = run(file, "--da-server", server.url)
    server.stop()
    assert f"keccak{len(data):>53}          " in found.output
    assert "(3 singular)" in found.output
    assert "no DA server was asked" in run(file).output


class EndlessL1:
    """`opcycle.l1.reader.L1Reader` of an L1 that makes its blocks when they are asked for, 10 KB each."""

    def header(self, number):
        return header(number)

    def blocks(self, first, last, **addresses):
        return [block(number, [b"junk" * 2_500]) for number in range(first, last + 1)]


def test_from_l1__long_range__memory_is_that_of_the_blocks_read_ahead():
    peaks = []
    for count in (2 * AHEAD, 10 * AHEAD):
        view = L1View(CONFIG, EndlessL1(), blobs=None, confirmations=0)
        tracemalloc.start()
        records = sum(1 for _ in from_l1(view, CONFIG, range(count), lambda: None, Decoder(CONFIG)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert records == count
    assert peaks[1] < 1.1 * peaks[0]


class OneTransaction:
    """`opcycle.rpc.client.RpcClient` of an L1 with one transaction, in the block at time 77."""

    def __init__(self, **fields):
        self.body = {
            "hash": to_hex(TX_HASH),
            "type": "0x3",
            "to": to_hex(CONFIG.batch_inbox),
            "from": to_hex(STRANGER),
            "input": "0x",
            "blockNumber": "0x5",
            "blockHash": to_hex(b"\x05" * 32),
            **fields,
        }

    def call(self, method, *params):
        if method == "eth_getTransactionByHash":
            return self.body if params == (to_hex(TX_HASH),) else None
        assert (method, params) == ("eth_getBlockByHash", (self.body["blockHash"], False))
        return {
            "hash": self.body["blockHash"],
            "number": "0x5",
            "parentHash": to_hex(bytes(32)),
            "timestamp": "0x4d",
            "baseFeePerGas": "0x1",
            "mixHash": to_hex(bytes(32)),
        }


def test_from_transaction__calldata__whoever_sent_it():
    rpc = OneTransaction(type="0x2", input=to_hex(payload_of(BATCHES)))
    records = list(from_transaction(rpc, None, TX_HASH, Decoder()))
    assert records[0].source == to_hex(TX_HASH)
    assert len(of(BatchRecord, records)) == 3


def test_from_transaction__blobs__each_is_decoded_in_order():
    frames = frames_of(BATCHES, frame_size=60)
    payloads = [encode_batcher_payload(part) for part in (frames[:1], frames[1:])]
    blobs = dict(zip(BLOB_HASHES, map(encode_blob, payloads), strict=True))
    rpc, beacon = OneTransaction(blobVersionedHashes=list(map(to_hex, BLOB_HASHES))), FakeBeacon(blobs)
    records = list(from_transaction(rpc, beacon, TX_HASH, Decoder()))
    names = [f"{to_hex(TX_HASH)} blob {index}" for index in (0, 1)]
    assert [record.source for record in of(TransactionRecord, records)] == names
    assert len(of(BatchRecord, records)) == 3
    assert beacon.reads == [(77, tuple(BLOB_HASHES))]
    with pytest.raises(UserError, match="--beacon"):
        list(from_transaction(rpc, None, TX_HASH, Decoder()))


@pytest.mark.parametrize(("tx_hash", "fields"), [(bytes(32), {}), (TX_HASH, {"blockNumber": None})])
def test_from_transaction__not_in_a_block__is_said(tx_hash, fields):
    with pytest.raises(UserError, match="has no transaction 0x"):
        list(from_transaction(OneTransaction(**fields), None, tx_hash, Decoder()))


@pytest.mark.parametrize("is_terminal", [True, False])
def test_progress__bar_on_a_terminal_only_and_lines_above_it(monkeypatch, capsys, is_terminal):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress_of("L1 blocks", 2) as (advance, echo):
        echo("a line " + "x" * 200)
        advance()
    written = capsys.readouterr()
    with_bar, without = (written.err, written.out) if is_terminal else (written.out, written.err)
    assert "a line " + "x" * 200 + "\n" in with_bar
    assert ("L1 blocks" in with_bar) is is_terminal
    assert without == ""
