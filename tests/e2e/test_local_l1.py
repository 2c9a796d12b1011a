"""The local L1: blocks on demand, time travel, reorgs, finality, blobs, and a long memory."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import urllib3
from eth_account import Account
from tests.e2e.builders import signed_transfer, wait_until_gone

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.beacon import beacon_app
from opcycle.devnet.clock import SteppedClock
from opcycle.devnet.l1_genesis import BALANCE, LOCAL_GENESIS_TIME
from opcycle.devnet.local_l1 import MAX_REORG, LocalL1
from opcycle.devnet.ports import free_ports
from opcycle.errors import UserError
from opcycle.protocol.l1_chain import LOCAL_L1_CHAIN_ID
from opcycle.protocol.predeploys import BEACON_ROOTS, HISTORY_STORAGE
from opcycle.protocol.types import L1BlockRef
from opcycle.rpc.hexjson import from_hex, from_quantity, to_hex
from opcycle.rpc.server import serve

WEEK = 7 * 24 * 3600
BLOCK_TIME = 2
USER = ACCOUNTS["user"]

NewL1 = Callable[[], LocalL1]

PARENT = """
import sys
from pathlib import Path
from opcycle.devnet.local_l1 import LocalL1
l1 = LocalL1(Path(sys.argv[1]), http_port=int(sys.argv[2]), auth_port=int(sys.argv[3]), block_time=2)
l1.start()
while True:
    print(l1.mine()[0].hash.hex(), flush=True)
"""


@pytest.fixture
def new_l1(tmp_path: Path) -> Iterator[NewL1]:
    """Makes L1s of one directory on one pair of ports: stop one before you start the next."""
    ports = free_ports()
    made: list[LocalL1] = []

    def make() -> LocalL1:
        l1 = LocalL1(tmp_path, http_port=ports.l1_rpc, auth_port=ports.l1_engine, block_time=BLOCK_TIME)
        made.append(l1)
        return l1

    yield make
    for l1 in made:
        l1.stop()


@pytest.fixture
def l1(new_l1: NewL1) -> LocalL1:
    l1 = new_l1()
    l1.start()
    return l1


def send(l1: LocalL1, nonce: int) -> str:
    """Put one of the user's transfers into the pool; its hash."""
    raw, tx_hash = signed_transfer(USER, nonce=nonce, chain_id=LOCAL_L1_CHAIN_ID)
    assert l1.rpc.call("eth_sendRawTransaction", raw) == tx_hash
    return tx_hash


def label(l1: LocalL1, name: str) -> int:
    return from_quantity(l1.rpc.call("eth_getHeaderByNumber", name)["number"])


def transactions_in(l1: LocalL1, block: L1BlockRef) -> list[str]:
    hashes: list[str] = l1.rpc.call("eth_getBlockByHash", to_hex(block.hash), False)["transactions"]
    return hashes


def canonical(l1: LocalL1) -> list[bytes]:
    numbers = range(l1.head.number + 1)
    headers = l1.rpc.batch([("eth_getHeaderByNumber", [hex(number)]) for number in numbers])
    return [from_hex(header["hash"]) for header in headers]


def test_start__new_directory__genesis_with_funds_and_all_three_heads(l1: LocalL1) -> None:
    assert (l1.head, l1.head.number, l1.head.timestamp) == (l1.genesis, 0, LOCAL_GENESIS_TIME)
    assert from_quantity(l1.rpc.call("eth_chainId")) == LOCAL_L1_CHAIN_ID
    for account in ACCOUNTS.values():
        assert from_quantity(l1.rpc.call("eth_getBalance", to_hex(account.address), "latest")) == BALANCE
    assert [label(l1, name) for name in ("latest", "safe", "finalized")] == [0, 0, 0]


def test_start__same_directory__same_chain_goes_on(new_l1: NewL1) -> None:
    first = new_l1()
    first.start()
    head = first.mine(5)[-1]
    first.stop()
    second = new_l1()
    second.start()
    assert (second.head, second.genesis, second.finalized.number) == (head, first.genesis, 1)
    assert second.mine()[0].parent_hash == head.hash


def test_init__directory_began_at_another_time__user_error(l1: LocalL1, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=f"began at {LOCAL_GENESIS_TIME}, not at 5"):
        LocalL1(tmp_path, http_port=1, auth_port=2, block_time=1, genesis_time=5)


def test_mine__several__a_block_time_apart(l1: LocalL1) -> None:
    blocks = [l1.genesis, *l1.mine(3)]
    for parent, block in pairwise(blocks):
        assert block.parent_hash == parent.hash
        assert block.timestamp == parent.timestamp + BLOCK_TIME
    assert canonical(l1) == [block.hash for block in blocks]


def test_mine__same_actions_in_another_directory__same_hashes(l1: LocalL1, tmp_path: Path) -> None:
    ports = free_ports()
    twin = LocalL1(
        tmp_path / "twin", http_port=ports.l1_rpc, auth_port=ports.l1_engine, block_time=BLOCK_TIME
    )
    twin.start()
    for chain in (l1, twin):
        chain.mine(3)
        send(chain, 0)
        chain.reorg(1)
        chain.advance(WEEK)
    assert canonical(l1) == canonical(twin)
    twin.stop()


def test_mine__pool__transaction_is_taken_at_once_but_not_into_an_empty_block(l1: LocalL1) -> None:
    tx_hash = send(l1, 0)
    empty, full = l1.mine(empty=True)[0], l1.mine()[0]
    assert transactions_in(l1, empty) == []
    assert transactions_in(l1, full) == [tx_hash]


def test_mine__nonce_gap__block_without_it_until_the_gap_is_filled(l1: LocalL1) -> None:
    second = send(l1, 1)
    assert transactions_in(l1, l1.mine()[0]) == []
    first = send(l1, 0)
    assert transactions_in(l1, l1.mine()[0]) == [first, second]


def test_mine__many_at_once__all_in_the_next_block(l1: LocalL1) -> None:
    sent = [send(l1, nonce) for nonce in range(200)]
    assert transactions_in(l1, l1.mine()[0]) == sent


def test_mine__not_after_the_head__user_error_and_nothing_happens(l1: LocalL1) -> None:
    head = l1.mine()[0]
    with pytest.raises(UserError, match="would not be after its parent"):
        l1.mine(timestamp=head.timestamp)
    assert l1.head == head
    assert l1.mine(timestamp=head.timestamp + 1)[0].number == head.number + 1


def test_mine__several_threads__one_chain(l1: LocalL1) -> None:
    threads = [threading.Thread(target=l1.mine, args=(5,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert l1.head.number == 20
    assert canonical(l1)[-1] == l1.head.hash


def test_mine__system_contracts__know_parents_and_beacon_roots(l1: LocalL1) -> None:
    parent, head = l1.mine(2)
    word = parent.number.to_bytes(32, "big")
    call = {"to": to_hex(HISTORY_STORAGE), "data": to_hex(word)}
    assert l1.rpc.call("eth_call", call, "latest") == to_hex(parent.hash)
    root = l1.rpc.call("eth_getHeaderByNumber", "latest")["parentBeaconBlockRoot"]
    call = {"to": to_hex(BEACON_ROOTS), "data": to_hex(head.timestamp.to_bytes(32, "big"))}
    assert l1.rpc.call("eth_call", call, "latest") == root


def test_step__clock__one_block_when_due_and_none_before(l1: LocalL1) -> None:
    clock = SteppedClock(LOCAL_GENESIS_TIME + BLOCK_TIME - 1)
    assert not l1.step().progress  # it follows no clock yet
    l1.follow(clock)
    assert not l1.step().progress
    clock.jump(1)
    assert l1.step().progress
    assert not l1.step().progress
    clock.jump(WEEK)
    assert l1.step().progress
    assert not l1.step().progress
    assert (l1.head.number, l1.head.timestamp) == (2, clock.now())


def test_step__time_given__counts_instead_of_the_clock(l1: LocalL1) -> None:
    l1.follow(SteppedClock(LOCAL_GENESIS_TIME))
    assert not l1.step(LOCAL_GENESIS_TIME + BLOCK_TIME - 1).progress
    assert l1.step(LOCAL_GENESIS_TIME + BLOCK_TIME).progress


def test_advance__seven_days__one_block(l1: LocalL1) -> None:
    before = l1.mine()[0]
    after = l1.advance(WEEK)
    assert (after.number, after.timestamp) == (before.number + 1, before.timestamp + WEEK)
    assert from_quantity(l1.rpc.call("eth_getHeaderByNumber", "latest")["timestamp"]) == after.timestamp
    with pytest.raises(UserError, match="would not be after"):
        l1.advance(0)


def test_set_lag__smaller_then_larger__finalized_never_moves_back(l1: LocalL1) -> None:
    l1.mine(10)
    assert [label(l1, name) for name in ("safe", "finalized")] == [8, 6]
    l1.set_lag(safe=1, finalized=3)
    assert [label(l1, name) for name in ("safe", "finalized")] == [9, 7]
    l1.set_lag(safe=5, finalized=9)
    assert [label(l1, name) for name in ("safe", "finalized")] == [7, 7]
    l1.mine(7)
    assert [label(l1, name) for name in ("safe", "finalized")] == [12, 8]


def test_reorg__transactions__return_to_the_pool_and_old_blocks_stay_readable(l1: LocalL1) -> None:
    l1.mine(3)
    sent = []
    for nonce in range(3):
        sent.append(send(l1, nonce))
        l1.mine()
    old = [
        header["hash"] for header in l1.rpc.batch([("eth_getHeaderByNumber", [hex(n)]) for n in (4, 5, 6)])
    ]

    new = l1.reorg(3)
    assert [block.number for block in new] == [4, 5, 6, 7]
    assert canonical(l1)[4:] == [block.hash for block in new]
    assert not {to_hex(block.hash) for block in new} & set(old)
    assert l1.rpc.call("eth_getHeaderByHash", old[-1])["number"] == "0x6"
    assert [l1.rpc.call("eth_getTransactionReceipt", item) for item in sent] == [None] * 3
    assert transactions_in(l1, l1.mine()[0]) == sent


def test_reorg__to_a_shorter_chain__head_is_lower_and_goes_on(l1: LocalL1) -> None:
    l1.mine(6)
    assert l1.reorg(3, length=1) == [l1.head]
    assert (l1.head.number, label(l1, "latest")) == (4, 4)
    assert l1.mine()[0].number == 5


def test_reorg__twice__three_different_blocks(l1: LocalL1) -> None:
    first = l1.mine(2)[-1]
    second = l1.reorg(1, length=1)[0]
    third = l1.reorg(1, length=1)[0]
    assert first.number == second.number == third.number
    assert len({first.hash, second.hash, third.hash}) == 3


def test_reorg__down_to_the_finalized_block__finalized_stays(l1: LocalL1) -> None:
    l1.mine(10)
    finalized = l1.finalized
    l1.reorg(4, length=4)
    assert l1.finalized == finalized
    assert label(l1, "finalized") == finalized.number
    with pytest.raises(UserError, match="is finalized"):
        l1.reorg(5)
    with pytest.raises(UserError, match="cannot replace 0 blocks"):
        l1.reorg(0)
    with pytest.raises(UserError, match="needs at least one new block"):
        l1.reorg(1, length=0)


def test_reorg__deeper_than_the_journal__user_error_and_nothing_happens(l1: LocalL1) -> None:
    l1.set_lag(safe=100, finalized=100)
    head = l1.mine(MAX_REORG + 1)[-1]
    with pytest.raises(UserError, match=f"at most {MAX_REORG}"):
        l1.reorg(MAX_REORG + 1)
    assert (l1.head, label(l1, "latest")) == (head, head.number)
    assert len(l1.reorg(MAX_REORG)) == MAX_REORG + 1


def test_step__op_geth_was_killed__same_head_and_labels(l1: LocalL1) -> None:
    l1.mine(10)
    send(l1, 0)
    l1.mine(5)
    chain, heads = canonical(l1), [label(l1, name) for name in ("latest", "safe", "finalized")]
    l1.geth.kill()
    outcome = l1.step()
    assert outcome.did == (f"op-geth restarted at block {l1.head}",)
    assert canonical(l1) == chain
    assert [label(l1, name) for name in ("latest", "safe", "finalized")] == heads
    assert l1.mine()[0].number == 16


@pytest.mark.parametrize("length", [1, 4])
def test_step__op_geth_was_killed_after_a_reorg__the_new_branch(l1: LocalL1, length: int) -> None:
    l1.mine(10)
    l1.reorg(3, length=length)
    chain = canonical(l1)
    l1.geth.kill()
    assert l1.step().progress
    assert canonical(l1) == chain


def test_start__parent_was_killed__every_block_it_saw_is_there(new_l1: NewL1, tmp_path: Path) -> None:
    template = new_l1()
    ports = [template.geth.http_url.rsplit(":", 1)[1], template.geth.engine_url.rsplit(":", 1)[1]]
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), *ports], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        seen = [parent.stdout.readline().strip() for _ in range(30)]
        parent.kill()
        seen += [line.strip() for line in parent.stdout if line.endswith("\n")]
    wait_until_gone(tmp_path / "geth")

    l1 = new_l1()
    l1.start()
    chain = [block_hash.hex() for block_hash in canonical(l1)[1:]]
    assert chain[: len(seen)] == seen
    assert len(chain) <= len(seen) + 1  # at most the block whose name it could not tell any more
    assert l1.mine()[0].number == len(chain) + 1


def test_beacon__blob_transaction__blob_by_hash_and_by_slot(l1: LocalL1) -> None:
    blob = bytes([0, *b"a blob"]) + bytes(4096 * 32 - 7)
    signed = Account.sign_transaction(
        {
            "type": 3,
            "chainId": LOCAL_L1_CHAIN_ID,
            "nonce": 0,
            "to": b"\xff" * 20,
            "value": 0,
            "gas": 21_000,
            "maxFeePerGas": 10**11,
            "maxPriorityFeePerGas": 10**9,
            "maxFeePerBlobGas": 10**9,
        },
        USER.key,
        blobs=[blob],
    )
    l1.rpc.call("eth_sendRawTransaction", to_hex(signed.raw_transaction))
    block = l1.mine()[0]
    (versioned_hash,) = l1.blob_hashes_at(block.timestamp) or ()
    assert l1.blob(versioned_hash) == blob

    server = serve(beacon_app(l1), free_ports().l1_beacon)
    slot = f"{server.url}/eth/v1/beacon/blobs/{block.timestamp - l1.genesis.timestamp}"
    for query in ("", f"?versioned_hashes={to_hex(versioned_hash)}"):
        assert urllib3.request("GET", slot + query).json()["data"] == [to_hex(blob)]
    assert urllib3.request("GET", f"{server.url}/eth/v1/beacon/blobs/0").json()["data"] == []
    l1.reorg(1)
    assert l1.blob_hashes_at(block.timestamp) == ()
    assert urllib3.request("GET", slot + query).json()["data"] == [to_hex(blob)]
    assert l1.blob_hashes_at(l1.mine()[0].timestamp) == (versioned_hash,)  # back from the pool
    server.stop()
