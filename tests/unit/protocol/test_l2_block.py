"""L2 blocks from bytes and from payloads: a real one of Unichain Sepolia, and what is none."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
import rlp

from opcycle.protocol.deposits import DEPOSIT_TX_TYPE
from opcycle.protocol.l1_info import L1InfoError
from opcycle.protocol.l2_block import BlockError, decode_l2_block, l1_info_of, l2_block_of_payload
from opcycle.protocol.payload import ExecutionPayload
from opcycle.protocol.rollup import RollupConfig, SystemConfig
from opcycle.protocol.types import BlockId, L2BlockRef

VECTOR = orjson.loads((Path(__file__).parent / "data" / "unichain_sepolia_35535698.json").read_bytes())
GENESIS_CONFIG = SystemConfig(batcher_address=b"\xba" * 20, scalar=b"\x01" + bytes(31), gas_limit=30_000_000)


def raw(name: str) -> bytes:
    return bytes.fromhex(VECTOR[name][2:])


RAW = raw("raw")
HEADER, TRANSACTIONS = rlp.decode(RAW)[:2]
PAYLOAD = ExecutionPayload(
    parent_hash=raw("parentHash"),
    fee_recipient=b"\x42" + bytes(18) + b"\x11",
    state_root=raw("stateRoot"),
    receipts_root=raw("receiptsRoot"),
    logs_bloom=raw("logsBloom"),
    prev_randao=raw("prevRandao"),
    number=VECTOR["number"],
    gas_limit=VECTOR["gasLimit"],
    gas_used=VECTOR["gasUsed"],
    timestamp=VECTOR["timestamp"],
    extra_data=raw("extraData"),
    base_fee=VECTOR["baseFee"],
    block_hash=raw("hash"),
    transactions=tuple(bytes.fromhex(tx[2:]) for tx in VECTOR["transactions"]),
    blob_gas_used=0,
    excess_blob_gas=0,
    withdrawals_root=raw("withdrawalsRoot"),
)


def config(*, genesis_number: int = 0) -> RollupConfig:
    return RollupConfig(
        genesis_l1=BlockId(b"\x01" * 32, 7),
        genesis_l2=BlockId(b"\x02" * 32, genesis_number),
        genesis_time=1,
        genesis_system_config=GENESIS_CONFIG,
        block_time=1,
        l1_chain_id=11_155_111,
        l2_chain_id=1301,
        batch_inbox=b"\xff" * 20,
        deposit_contract=b"\xde" * 20,
        l1_system_config=b"\x5c" * 20,
    )


def encoded(header=HEADER, transactions=TRANSACTIONS) -> bytes:
    return bytes(rlp.encode([header, transactions, [], []]))


def test_decode_l2_block__real_block__reference_with_its_l1_origin() -> None:
    block = decode_l2_block(RAW, config())
    assert block.ref == L2BlockRef(
        hash=raw("hash"),
        number=35_535_698,
        parent_hash=raw("parentHash"),
        timestamp=1_762_388_126,
        l1_origin=BlockId(block.ref.l1_origin.hash, 9_569_326),
        sequence_number=8,
    )
    assert block.ref.l1_origin.hash.hex().startswith("0ffd7e2fb2c36e5f27c015872ce733a7")
    assert (block.gas_limit, block.base_fee, block.extra_data) == (60_000_000, 51, raw("extraData"))


def test_decode_l2_block__real_block__transactions_as_their_own_bytes() -> None:
    block = decode_l2_block(RAW, config())
    assert block.transactions == PAYLOAD.transactions
    assert block.user_transactions == block.transactions[1:]
    assert block.transactions[0][0] == DEPOSIT_TX_TYPE


def test_decode_l2_block__real_block__output_root() -> None:
    output = decode_l2_block(RAW, config()).output
    assert output.root == raw("outputRoot")
    assert output.latest_block_hash == raw("hash")


def test_decode_l2_block__real_block__system_config_as_of_it() -> None:
    """Batcher and scalars from the L1 attributes, gas limit and EIP-1559 parameters from the header."""
    system_config = decode_l2_block(RAW, config()).system_config
    assert system_config == SystemConfig(
        batcher_address=bytes.fromhex("4ab3387810ef500bfe05a49dc53a44c222cbab3e"),
        scalar=b"\x01" + bytes(23) + (900_000).to_bytes(4, "big") + (2_000).to_bytes(4, "big"),
        gas_limit=60_000_000,
        eip_1559_params=(50).to_bytes(4, "big") + (12).to_bytes(4, "big"),
    )


def test_decode_l2_block__legacy_transaction__is_its_rlp() -> None:
    legacy = [b"\x01", b"\x02", b"\x52\x08", b"\x77" * 20, b"", b"", b"\x25", b"\x01", b"\x01"]
    block = decode_l2_block(encoded(transactions=[*TRANSACTIONS, legacy]), config())
    assert block.user_transactions[-1] == rlp.encode(legacy)


def test_decode_l2_block__genesis__takes_origin_and_config_from_the_rollup_config() -> None:
    genesis = config(genesis_number=VECTOR["number"])
    block = decode_l2_block(encoded(transactions=[]), genesis)
    assert (block.ref.l1_origin, block.ref.sequence_number) == (genesis.genesis_l1, 0)
    assert block.system_config == GENESIS_CONFIG
    assert block.transactions == block.user_transactions == ()


def test_decode_l2_block__no_transactions_after_genesis__block_error() -> None:
    with pytest.raises(BlockError, match="starts with its L1-attributes deposit; this one is empty"):
        decode_l2_block(encoded(transactions=[]), config())


@pytest.mark.parametrize("fields", [16, 17, 20])
def test_decode_l2_block__header_before_isthmus__says_nothing_of_the_message_passer(fields: int) -> None:
    block = decode_l2_block(encoded(header=HEADER[:fields]), config())
    assert block.withdrawals_root is None
    with pytest.raises(BlockError, match="before Isthmus, has only a part of its output"):
        _ = block.output


@pytest.mark.parametrize("fields", [15, 18, 19])
def test_decode_l2_block__header_of_no_fork__block_error(fields: int) -> None:
    with pytest.raises(BlockError, match=f"{fields} header fields"):
        decode_l2_block(encoded(header=HEADER[:fields]), config())


@pytest.mark.parametrize(
    "junk", [b"", b"\x80", b"\xc0", b"\xc1\xc0", RAW[:-1], b"\xf9\xff", rlp.encode([b"x", []])]
)
def test_decode_l2_block__no_block__block_error(junk: bytes) -> None:
    with pytest.raises(BlockError):
        decode_l2_block(junk, config())


def test_l2_block_of_payload__same_block__equals_the_decoded_one() -> None:
    assert l2_block_of_payload(PAYLOAD) == decode_l2_block(RAW, config())


def test_l2_block_of_payload__before_isthmus__says_nothing_of_the_message_passer() -> None:
    assert l2_block_of_payload(replace(PAYLOAD, withdrawals_root=None)).withdrawals_root is None


def test_l1_info_of__first_transaction__must_state_the_l1_attributes() -> None:
    assert l1_info_of(PAYLOAD.transactions).sequence_number == 8
    with pytest.raises(BlockError):
        l1_info_of(())
    deposit = list(rlp.decode(PAYLOAD.transactions[0][1:]))
    deposit[7] = deposit[7][:-1]
    with pytest.raises(L1InfoError, match="no L1-attributes call"):
        l1_info_of((b"\x7e" + rlp.encode(deposit),))
