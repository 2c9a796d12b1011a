"""Span batches of real batchers and of other implementations; see tests/vectors/span/README.md."""

import json
from collections import Counter
from pathlib import Path

import pytest
import rlp
from eth_utils.crypto import keccak

from opcycle.protocol.batches import SingularBatch, decode_batch
from opcycle.protocol.blobs import decode_blob
from opcycle.protocol.channels import decompress
from opcycle.protocol.frames import parse_frames
from opcycle.protocol.span_batches import RawSpanBatch
from opcycle.protocol.span_building import span_batch_of
from opcycle.protocol.types import BlockId

VECTORS = Path(__file__).parents[2] / "vectors" / "span"
CASES = json.loads((VECTORS / "cases.json").read_text())


def batch_in(case):
    """The encoded batch, its type byte first."""
    data = (VECTORS / case["file"]).read_bytes()
    if case["container"] == "blob":
        data = decode_blob(data)
    if case["container"] != "channel":
        (frame,) = parse_frames(data)
        data = frame.data
    return rlp.decode(decompress(data, limit=10**8, allow_brotli=True), strict=False)


def constants(case):
    return {"genesis_time": case["genesis_time"], "chain_id": case["chain_id"]}


def derived(case):
    raw = RawSpanBatch.decode(batch_in(case), 1)
    return raw, raw.derive(block_time=case["block_time"], **constants(case))


def hashes(batch):
    found = [keccak(tx) for tx in batch.transactions]
    if len(found) > 300:
        return {"count": len(found), "keccak": "0x" + keccak(b"".join(found)).hex()}
    return ["0x" + item.hex() for item in found]


@pytest.fixture(params=CASES, ids=[case["file"] for case in CASES])
def case(request):
    return request.param


def test_decode__real_batch__has_the_fields_that_another_decoder_found(case):
    raw, batch = derived(case)
    assert (raw.rel_timestamp, raw.l1_origin_number) == (case["rel_timestamp"], case["l1_origin_number"])
    assert "0x" + raw.parent_check.hex() == case["parent_check"]
    assert "0x" + raw.origin_check.hex() == case["origin_check"]
    assert (len(raw.tx_counts), hex(raw.origin_bits.number)) == (case["block_count"], case["origin_bits"])
    kinds = Counter(str(tx[0] if tx[0] < 0x80 else 0) for tx in batch.transactions)
    assert kinds == case["transaction_types"]
    assert raw.columns.creations.count == case["contract_creations"]
    assert raw.columns.protections.count == case["protected_legacy"]
    assert [[b.timestamp, b.epoch_number, len(b.transactions)] for b in batch.blocks()] == case["blocks"]
    assert hashes(batch) == case["transaction_hashes"]


def test_encode__real_batch_rebuilt_from_its_blocks__is_the_same_bit_for_bit(case):
    raw, batch = derived(case)
    blocks = [
        SingularBatch(
            parent_hash=batch.parent_check.ljust(32, b"\0"),
            epoch=BlockId(batch.origin_check.ljust(32, b"\0"), block.epoch_number),
            timestamp=block.timestamp,
            transactions=block.transactions,
        )
        for block in batch.blocks()
    ]
    rebuilt = span_batch_of(blocks, starts_epoch=raw.origin_bits[0], **constants(case))
    assert rebuilt.encode() == raw.encode() == batch_in(case)


def test_decode__op_nodes_random_batch__has_its_fields_and_encodes_the_same():
    data = (VECTORS / "op_node_random.bin").read_bytes()
    fields = json.loads((VECTORS / "op_node_random.json").read_text())
    raw = RawSpanBatch.decode(data)
    assert raw.encode() == b"\x01" + data
    columns = raw.columns
    assert {
        "rel_timestamp": raw.rel_timestamp,
        "l1_origin_num": raw.l1_origin_number,
        "parent_check": "0x" + raw.parent_check.hex(),
        "l1_origin_check": "0x" + raw.origin_check.hex(),
        "block_count": raw.origin_bits.length,
        "origin_bits": raw.origin_bits.number,
        "block_tx_counts": list(raw.tx_counts),
        "tx_types": [payload[0] if payload[0] < 0x80 else 0 for payload in columns.payloads],
        "nonces": [str(nonce) for nonce in columns.nonces],
        "gases": [str(gas_limit) for gas_limit in columns.gas_limits],
    } == fields


@pytest.mark.parametrize("bit", [0, 1])
def test_span_batch_of__hildrs_singular_batches__is_its_span_batch(bit):
    lines = (VECTORS / "hildr_singular.txt").read_text().split()
    blocks = [decode_batch(b"\0" + bytes.fromhex(line.removeprefix("0x"))) for line in lines]
    raw = span_batch_of(blocks, starts_epoch=bool(bit), genesis_time=25_288_962, chain_id=589)
    assert raw.encode() == b"\x01" + (VECTORS / f"hildr_span_origin_bit_{bit}.bin").read_bytes()
    batch = raw.derive(genesis_time=25_288_962, block_time=2, chain_id=589)
    assert [(b.epoch_number, b.timestamp, b.transactions) for b in batch.blocks()] == [
        (b.epoch.number, b.timestamp, b.transactions) for b in blocks
    ]
