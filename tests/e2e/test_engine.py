"""The Engine API client and the L2 reader against a real op-geth."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from eth_utils.crypto import keccak
from tests.e2e.builders import (
    L1_ORIGIN,
    L2_CHAIN_ID,
    PASSER_SLOT,
    PASSER_VALUE,
    attributes_on,
    l2_process,
    rollup_config,
    signed_transfer,
)

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.engine.client import (
    EngineClient,
    EngineSyncingError,
    InvalidAttributesError,
    InvalidPayloadError,
)
from opcycle.engine.geth import GethProcess
from opcycle.engine.journal import PayloadJournal
from opcycle.engine.l2 import L2Client
from opcycle.engine.payload_id import foreseen_payload_id
from opcycle.errors import ResetError, TemporaryError
from opcycle.protocol.payload import ExecutionEnvelope, ExecutionPayload, ForkchoiceState
from opcycle.protocol.predeploys import L2_TO_L1_MESSAGE_PASSER
from opcycle.protocol.types import ZERO_HASH, BlockId, Hash
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import from_hex, to_hex

USER = ACCOUNTS["user"]
RECEIVER = b"\x77" * 20


class Chain:
    """One op-geth with its clients, and blocks on demand."""

    def __init__(self, geth: GethProcess):
        self.geth = geth
        rpc = RpcClient(geth.http_url)
        genesis = from_hex(rpc.call("eth_getHeaderByNumber", "0x0")["hash"])
        rpc.close()
        self.config = rollup_config(BlockId(genesis, 0))
        self.engine = EngineClient(geth.engine_url, geth.jwt_secret)
        self.l2 = L2Client(geth.http_url, self.config)

    def build(self, *transactions: bytes) -> ExecutionEnvelope:
        """A stored block on the head, not the head itself yet."""
        parent = self.l2.block("latest").ref
        return self.engine.build(heads(parent.hash), attributes_on(parent, self.config, *transactions))

    def extend(self, *transactions: bytes) -> ExecutionEnvelope:
        envelope = self.build(*transactions)
        self.engine.forkchoice_updated(heads(envelope.payload.block_hash))
        return envelope

    def close(self) -> None:
        self.engine.close()
        self.l2.rpc.close()
        self.geth.stop()


def heads(head: Hash, safe: Hash = ZERO_HASH, finalized: Hash = ZERO_HASH) -> ForkchoiceState:
    return ForkchoiceState(head=head, safe=safe, finalized=finalized)


def rehashed(chain: Chain, payload: ExecutionPayload) -> ExecutionEnvelope:
    """A payload with another parent or state root and the hash that belongs to it: op-geth names it."""
    envelope = ExecutionEnvelope(payload, L1_ORIGIN.parent_beacon_root or ZERO_HASH)
    with pytest.raises(InvalidPayloadError, match="blockhash mismatch") as error:
        chain.engine.new_payload(envelope)
    named = re.search("got ([0-9a-f]{64})|got 0x([0-9a-f]{64})", error.value.validation_error)
    assert named is not None, error.value.validation_error
    return replace(envelope, payload=replace(payload, block_hash=bytes.fromhex(named[1] or named[2])))


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    geth = l2_process(tmp_path, USER)
    geth.start()
    chain = Chain(geth)
    yield chain
    chain.close()


def test_build__forced_transfer__block_is_stored_and_becomes_head_by_forkchoice(chain: Chain) -> None:
    raw, tx_hash = signed_transfer(USER, nonce=0, chain_id=L2_CHAIN_ID, to=RECEIVER, value=5)
    envelope = chain.build(from_hex(raw))
    assert chain.l2.number() == 0
    assert chain.engine.forkchoice_updated(heads(envelope.payload.block_hash)) is None

    block = chain.l2.block("latest")
    assert block.ref.hash == envelope.payload.block_hash
    assert block == chain.l2.block(1) == chain.l2.block(block.ref.hash)
    assert block.user_transactions == (from_hex(raw),)
    assert block.transactions == envelope.payload.transactions
    receipt = chain.l2.receipt(from_hex(tx_hash))
    assert receipt is not None
    assert (receipt.block, receipt.succeeded, receipt.gas_used) == (block.ref.id, True, 21_000)
    assert chain.l2.balance(RECEIVER) == 5
    assert chain.l2.balance(RECEIVER, 0) == 0


def test_build__payload_fields__equal_the_header_that_the_rpc_shows(chain: Chain) -> None:
    payload = chain.extend().payload
    header = chain.l2.rpc.call("eth_getHeaderByNumber", "latest")
    assert to_hex(payload.state_root) == header["stateRoot"]
    assert payload.withdrawals_root is not None
    assert to_hex(payload.withdrawals_root) == header["withdrawalsRoot"]
    assert to_hex(payload.extra_data) == header["extraData"]
    assert hex(payload.base_fee) == header["baseFeePerGas"]
    assert to_hex(payload.logs_bloom) == header["logsBloom"]
    assert header["parentBeaconBlockRoot"] == to_hex(b"\x13" * 32)


def test_build__from_the_pool__fill_gives_the_engine_time(chain: Chain) -> None:
    chain.extend()
    raw, tx_hash = signed_transfer(USER, nonce=0, chain_id=L2_CHAIN_ID)
    chain.l2.rpc.call("eth_sendRawTransaction", raw)
    parent = chain.l2.block("latest").ref
    asked: list[int] = []
    chain.engine.build(
        heads(parent.hash),
        attributes_on(parent, chain.config, no_tx_pool=False),
        fill=lambda: asked.append(chain.l2.pending_transactions()),
    )
    assert asked == [1]
    assert chain.l2.receipt(from_hex(tx_hash)) is None


def test_get_payload__forgotten_id__rpc_error(chain: Chain) -> None:
    with pytest.raises(RpcError, match="Unknown payload"):
        chain.engine.get_payload(b"\x03" + bytes(7))


@pytest.mark.parametrize(
    ("transaction", "reason"),
    [
        (b"\x02\xc0", "transaction 1 is not valid"),
        (b"junk", "transaction 1 is not valid"),
        (from_hex(signed_transfer(USER, nonce=9, chain_id=L2_CHAIN_ID)[0]), "nonce too high"),
        (from_hex(signed_transfer(USER, nonce=0, chain_id=1)[0]), "chain"),
        (
            from_hex(signed_transfer(ACCOUNTS["batcher"], nonce=0, chain_id=L2_CHAIN_ID)[0]),
            "insufficient funds",
        ),
    ],
)
def test_forkchoice_updated__forced_transaction_cannot_run__invalid_attributes_with_the_reason(
    chain: Chain, transaction: bytes, reason: str
) -> None:
    with pytest.raises(InvalidAttributesError, match=reason):
        chain.build(transaction)
    assert chain.extend().payload.number == 1  # the deposits-only block works


def test_forkchoice_updated__timestamp_not_after_the_parent__invalid_attributes(chain: Chain) -> None:
    parent = chain.l2.block("latest").ref
    attributes = attributes_on(parent, chain.config)
    with pytest.raises(InvalidAttributesError, match="timestamp"):
        chain.engine.forkchoice_updated(heads(parent.hash), replace(attributes, timestamp=parent.timestamp))
    assert chain.engine.forkchoice_updated(heads(parent.hash), attributes) is not None


def test_forkchoice_updated__unknown_head__syncing(chain: Chain) -> None:
    with pytest.raises(EngineSyncingError):
        chain.engine.forkchoice_updated(heads(b"\x99" * 32))


def test_forkchoice_updated__safe_head_on_another_branch__reset(chain: Chain) -> None:
    parent = chain.l2.block("latest").ref
    sibling = chain.build().payload.block_hash
    raw, _ = signed_transfer(USER, nonce=0, chain_id=L2_CHAIN_ID)
    head = chain.extend(from_hex(raw)).payload.block_hash
    chain.engine.forkchoice_updated(heads(head, safe=head, finalized=parent.hash))
    assert (chain.l2.number("safe"), chain.l2.number("finalized")) == (1, 0)
    with pytest.raises(ResetError, match="safe block not in canonical chain"):
        chain.engine.forkchoice_updated(heads(head, safe=sibling))


def test_new_payload__block_hash_wrong__invalid_and_the_true_one_is_taken(chain: Chain) -> None:
    good = chain.build()
    forged = replace(good, payload=replace(good.payload, state_root=keccak(b"forged")))
    with pytest.raises(InvalidPayloadError, match="blockhash mismatch") as error:
        chain.engine.new_payload(forged)
    assert error.value.latest_valid_hash is None
    chain.engine.new_payload(good)


def test_new_payload__state_root_wrong__invalid_with_the_latest_valid_ancestor(chain: Chain) -> None:
    parent = chain.extend().payload.block_hash
    forged = rehashed(chain, replace(chain.build().payload, state_root=keccak(b"forged")))
    with pytest.raises(InvalidPayloadError, match="invalid merkle root") as error:
        chain.engine.new_payload(forged)
    assert error.value.latest_valid_hash == parent


def test_new_payload__parent_unknown__syncing(chain: Chain) -> None:
    chain.extend()
    orphan = rehashed(chain, replace(chain.build().payload, parent_hash=b"\x99" * 32))
    with pytest.raises(EngineSyncingError):
        chain.engine.new_payload(orphan)


def test_number__before_the_first_safe_block__none(chain: Chain) -> None:
    assert chain.l2.number("safe") is None
    assert chain.l2.number("finalized") is None
    assert chain.l2.number("latest") == 0
    with pytest.raises(TemporaryError, match="no L2 block safe"):
        chain.l2.block("safe")


def test_block__above_the_head__temporary_error_and_no_hash(chain: Chain) -> None:
    with pytest.raises(TemporaryError, match="no L2 block 0x1"):
        chain.l2.block(1)
    assert chain.l2.hash_of(1) is None
    assert chain.l2.hash_of(0) == chain.l2.block(0).ref.hash


def test_blocks__range__both_ends_included(chain: Chain) -> None:
    made = [chain.extend().payload.block_hash for _ in range(3)]
    assert [block.ref.hash for block in chain.l2.blocks(1, 3)] == made


def test_proof__message_passer__account_and_slot(chain: Chain) -> None:
    block = chain.l2.block("latest")
    absent = bytes(32)
    proof = chain.l2.proof(L2_TO_L1_MESSAGE_PASSER, [PASSER_SLOT, absent], block.ref.hash)
    assert proof.storage_root == block.withdrawals_root
    assert keccak(proof.nodes[0]) == block.state_root
    assert [(item.slot, item.value) for item in proof.storage] == [(PASSER_SLOT, PASSER_VALUE), (absent, 0)]
    assert keccak(proof.storage[0].nodes[0]) == proof.storage_root
    assert proof == chain.l2.proof(L2_TO_L1_MESSAGE_PASSER, [PASSER_SLOT, absent], 0)


def test_chain_id__both_rpcs__l2(chain: Chain) -> None:
    assert chain.engine.chain_id() == chain.l2.chain_id() == L2_CHAIN_ID


def test_chain_id__other_secret__temporary_error(chain: Chain) -> None:
    stranger = EngineClient(chain.geth.engine_url, bytes(32))
    with pytest.raises(TemporaryError, match="401"):
        stranger.chain_id()
    stranger.close()


def test_replay__op_geth_killed__head_is_the_last_recorded_block(chain: Chain, tmp_path: Path) -> None:
    journal = PayloadJournal(tmp_path / "payloads.jsonl")
    for nonce in range(20):
        raw, _ = signed_transfer(USER, nonce=nonce, chain_id=L2_CHAIN_ID)
        envelope = chain.build(from_hex(raw))
        journal.record(envelope)
        chain.engine.forkchoice_updated(heads(envelope.payload.block_hash))
    head = chain.l2.block("latest")
    chain.geth.kill()
    chain.geth.start()
    survived = chain.l2.number()
    assert survived is not None
    replayed = PayloadJournal(tmp_path / "payloads.jsonl").replay(
        chain.engine, chain.l2.block("latest").ref.hash
    )
    assert len(replayed) == 20 - survived
    assert chain.l2.block("latest") == head
    assert PayloadJournal(tmp_path / "payloads.jsonl").replay(chain.engine, head.ref.hash) == []


def test_forkchoice_updated__any_attributes__the_job_is_named_by_all_that_was_said(chain: Chain) -> None:
    parent = chain.l2.block("latest").ref
    plain = attributes_on(parent, chain.config)
    raw, _ = signed_transfer(USER, nonce=0, chain_id=L2_CHAIN_ID)
    variants = [
        plain,
        replace(plain, transactions=(*(plain.transactions or ()), from_hex(raw))),
        replace(plain, no_tx_pool=False),
        replace(plain, gas_limit=20_000_000),
        replace(plain, eip_1559_params=bytes.fromhex("0000003200000002")),
        replace(plain, min_base_fee=9),
        replace(plain, prev_randao=b"\x07" * 32),
    ]
    names = [chain.engine.forkchoice_updated(heads(parent.hash), variant) for variant in variants]
    assert names == [foreseen_payload_id(parent.hash, variant, version=3) for variant in variants]
    assert len(set(names)) == len(variants)
