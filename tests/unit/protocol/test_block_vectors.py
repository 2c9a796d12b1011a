"""Blocks of public chains, from Bedrock to Jovian: what derivation reads in them."""

from dataclasses import replace

import pytest
from eth_utils.crypto import keccak
from tests.unit.derivation.l1_builder import CONFIG
from tests.vectors.read import unhex, vector

from opcycle.protocol.l1_info import L1Info
from opcycle.protocol.l2_block import decode_l2_block, l1_info_of
from opcycle.protocol.span_transactions import SpanTransactions
from opcycle.protocol.types import BlockId

VECTORS = vector("blocks.json")
BLOCKS = {case["name"]: case for case in VECTORS["l2"]}
JOVIAN = BLOCKS.pop("Jovian, a devnet's header")
PAYLOAD = VECTORS["payload"]


@pytest.mark.parametrize("name", BLOCKS)
def test_decode_l2_block__public_chains__hash_time_and_l1_origin(name):
    case = BLOCKS[name]
    block = decode_l2_block(unhex(case["raw"]), CONFIG)
    assert (block.ref.hash, block.ref.number) == (unhex(case["hash"]), case["number"])
    assert block.ref.timestamp == case["timestamp"]
    assert block.ref.l1_origin == BlockId(unhex(case["l1_hash"]), case["l1_number"])
    assert len(block.transactions) == case["transactions"]
    assert len(block.user_transactions) == case["transactions"] - 1


def test_decode_l2_block__jovian_header__its_curve_and_output_root():
    config = replace(CONFIG, genesis_l2=BlockId(unhex(JOVIAN["hash"]), JOVIAN["number"]))
    block = decode_l2_block(unhex(JOVIAN["raw"]), config)
    assert block.ref.hash == unhex(JOVIAN["hash"])
    assert block.extra_data == unhex("0x01000000fa00000006000000003b9aca00")
    assert block.output.root == unhex(JOVIAN["output_root"])


def test_l1_info_of__payload_of_op_sepolia__the_block_of_its_epoch():
    info = l1_info_of(tuple(map(unhex, PAYLOAD["transactions"])))
    assert isinstance(info, L1Info)
    assert (info.number, info.base_fee_scalar, info.blob_base_fee_scalar) == (8_085_313, 7_600, 862_000)
    assert info.timestamp <= PAYLOAD["timestamp"]


def test_span_transactions__real_transactions_of_two_types__come_back_bit_for_bit():
    transactions = tuple(map(unhex, PAYLOAD["transactions"][1:]))
    columns = SpanTransactions.of(transactions, PAYLOAD["chain_id"])
    assert columns.transactions(PAYLOAD["chain_id"]) == transactions
    assert [keccak(tx) for tx in columns.transactions(PAYLOAD["chain_id"] + 1)] != [
        keccak(tx) for tx in transactions
    ]
