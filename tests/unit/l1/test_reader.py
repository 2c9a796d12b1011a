"""The L1 reader against canned JSON, as a server answers it."""

import pytest
from eth_utils.crypto import keccak
from tests.vectors.read import unhex, vector

from opcycle.errors import TemporaryError
from opcycle.l1.reader import BATCH, L1Reader, header_from_json, transaction_from_json
from opcycle.protocol.types import BlockId

INBOX, PORTAL, CONFIG, SENDER, CHALLENGES = (bytes([i]) * 20 for i in (0xFF, 0x22, 0x33, 0x44, 0xDA))
WATCHED = {"inbox": INBOX, "portal": PORTAL, "system_config": CONFIG}


def block_hash(number, branch=""):
    return "0x" + keccak(text=f"block {number}{branch}").hex()


def transaction(index, to):
    return {
        "hash": "0x" + keccak(text=f"tx {index}").hex(),
        "type": "0x2",
        "to": to,
        "from": "0x" + SENDER.hex(),
        "input": f"0x{index:02x}",
    }


def log(index, address, number=1):
    topic = "0x" + keccak(text="topic").hex()
    return {
        "address": "0x" + address.hex(),
        "topics": [topic],
        "data": "0x",
        "logIndex": hex(index),
        "transactionIndex": hex(index % 2),
        "blockHash": block_hash(number),
    }


class FakeL1:
    """Blocks 0 to `head`, linked; `transactions` and `logs` by block number."""

    def __init__(self, head):
        self.head, self.transactions, self.logs, self.parents = head, {}, {}, {}
        self.requests = 0

    def _block(self, number):
        return {
            "hash": block_hash(number),
            "number": hex(number),
            "parentHash": self.parents.get(number, block_hash(number - 1)),
            "timestamp": hex(1000 + number),
            "baseFeePerGas": "0x7",
            "mixHash": block_hash(number),
            "parentBeaconBlockRoot": block_hash(number),
            "excessBlobGas": "0x5",
            "transactions": self.transactions.get(number, []),
        }

    def call(self, method, label, full=True):
        self.requests += 1
        return self._answer(method, [label, full])

    def batch(self, calls):
        self.requests += 1
        return [self._answer(method, params) for method, params in calls]

    def _answer(self, method, params):
        by_hash = {block_hash(n): n for n in range(self.head + 1)}
        if method == "eth_getLogs":
            query = params[0]
            self.asked_about = query["address"]
            return self.logs.get(by_hash[query["blockHash"]], [])
        if method == "eth_getBlockByHash":
            number = by_hash.get(params[0], self.head + 1)
        else:
            number = self.head if params[0] == "latest" else int(params[0], 16)
        return self._block(number) if number <= self.head else None


@pytest.fixture
def l1():
    return FakeL1(head=3)


def test_header__latest__every_field_that_derivation_copies(l1):
    header = L1Reader(l1).header("latest")
    assert (header.number, header.timestamp, header.base_fee, header.excess_blob_gas) == (3, 1003, 7, 5)
    assert header.parent_hash == keccak(text="block 2")
    assert header == L1Reader(l1).header(header.hash)


def test_header__above_the_head__temporary(l1):
    with pytest.raises(TemporaryError, match="no block 4"):
        L1Reader(l1).header(4)


def test_block__mixed_transactions__only_those_to_the_inbox_in_order(l1):
    inbox = "0x" + INBOX.hex()
    l1.transactions[1] = [
        transaction(0, inbox),
        transaction(1, "0x" + PORTAL.hex()),
        transaction(2, None),
        transaction(3, inbox.upper().replace("0X", "0x")),
    ]
    block = L1Reader(l1).block(1, **WATCHED)
    assert [tx.data for tx in block.transactions] == [b"\x00", b"\x03"]
    assert {tx.sender for tx in block.transactions} == {SENDER}


def test_block__logs_out_of_order__sorted_by_index(l1):
    l1.logs[1] = [log(2, CONFIG), log(0, PORTAL)]
    assert [item.index for item in L1Reader(l1).block(1, **WATCHED).logs] == [0, 2]


def test_block__no_challenge_contract__asks_for_the_logs_of_portal_and_system_config(l1):
    l1.logs[1] = [log(0, PORTAL)]
    assert L1Reader(l1).block(1, **WATCHED).challenge_calldata == {}
    assert l1.asked_about == ["0x" + PORTAL.hex(), "0x" + CONFIG.hex()]


def test_blocks__with_a_challenge_contract__its_logs_come_with_the_calldata_that_caused_them(l1):
    l1.transactions[1] = [transaction(0, "0x" + PORTAL.hex()), transaction(1, "0x" + CHALLENGES.hex())]
    l1.logs[1] = [log(0, PORTAL), log(5, CHALLENGES), log(7, CONFIG)]
    (block,) = L1Reader(l1).blocks(1, 1, **WATCHED, challenges=CHALLENGES)
    assert l1.asked_about == ["0x" + item.hex() for item in (PORTAL, CONFIG, CHALLENGES)]
    assert [item.index for item in block.logs] == [0, 5, 7]
    assert block.challenge_calldata == {5: b"\x01"}


def test_block__logs_of_another_block__temporary(l1):
    l1.logs[1] = [log(0, PORTAL, number=2)]
    with pytest.raises(TemporaryError, match="logs of another block"):
        L1Reader(l1).block(1, **WATCHED)


def test_blocks__long_range__two_requests_per_batch():
    l1 = FakeL1(head=BATCH + 10)
    blocks = L1Reader(l1).blocks(1, BATCH + 10, **WATCHED)
    assert [block.header.number for block in blocks] == list(range(1, BATCH + 11))
    assert l1.requests == 4


def test_blocks__beyond_the_head__temporary(l1):
    with pytest.raises(TemporaryError, match="no block 4"):
        L1Reader(l1).blocks(2, 4, **WATCHED)


def test_blocks__reorg_while_reading__temporary(l1):
    l1.parents[3] = block_hash(2, branch="of the other branch")
    with pytest.raises(TemporaryError, match="reorganised"):
        L1Reader(l1).blocks(1, 3, **WATCHED)


@pytest.mark.parametrize("body", vector("blocks.json")["l1"], ids=lambda body: body["number"])
def test_block__real_one_before_cancun__header_without_later_fields_and_transactions_of_every_type(body):
    header = header_from_json(body)
    assert (header.id, header.parent_hash) == (
        BlockId(unhex(body["hash"]), int(body["number"], 16)),
        unhex(body["parentHash"]),
    )
    assert (header.timestamp, header.mix_hash) == (int(body["timestamp"], 16), unhex(body["mixHash"]))
    assert (header.parent_beacon_root, header.excess_blob_gas) == (None, None)
    found = [transaction_from_json(tx) for tx in body["transactions"]]
    assert {tx.kind for tx in found} == {0, 2}
    for tx, said in zip(found, body["transactions"], strict=True):
        assert (tx.hash, tx.sender, tx.data) == (
            unhex(said["hash"]),
            unhex(said["from"]),
            unhex(said["input"]),
        )
        assert tx.to == (unhex(said["to"]) if said["to"] else None)
