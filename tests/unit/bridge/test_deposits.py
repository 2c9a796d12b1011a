"""What a deposit's L1 transaction says about it."""

from dataclasses import replace

import pytest
from eth_abi import encode

from opcycle.bridge.deposits import DepositStatus, deposit_of
from opcycle.engine.l2 import Receipt as L2Receipt
from opcycle.errors import UserError
from opcycle.l1.receipts import Receipt
from opcycle.protocol.deposits import TRANSACTION_DEPOSITED_TOPIC, user_deposit_source
from opcycle.protocol.types import BlockId, Log

PORTAL = b"\x99" * 20
SENDER, TARGET = b"\x11" * 20, b"\x22" * 20
L1_BLOCK = BlockId(b"\xb1" * 32, 100)


def deposit_log(*, wei: int = 5, index: int = 7, emitter: bytes = PORTAL) -> Log:
    opaque = wei.to_bytes(32, "big") * 2 + (100_000).to_bytes(8, "big") + b"\x00" + b"data"
    topics = (TRANSACTION_DEPOSITED_TOPIC, bytes(12) + SENDER, bytes(12) + TARGET, bytes(32))
    return Log(emitter, topics, encode(["bytes"], [opaque]), index)


def l1_receipt(*logs: Log, succeeded: bool = True) -> Receipt:
    return Receipt(b"\xa1" * 32, L1_BLOCK, succeeded, 80_000, 7, logs, None)


def l2_receipt(*, succeeded: bool) -> L2Receipt:
    return L2Receipt(BlockId(b"\xb2" * 32, 50), succeeded, 21_000, None, ())


def test_deposit__is_what_the_log_says() -> None:
    deposit = deposit_of(l1_receipt(deposit_log()), portal=PORTAL)
    assert (deposit.sender, deposit.to, deposit.mint, deposit.value) == (SENDER, TARGET, 5, 5)
    assert (deposit.gas, deposit.data) == (100_000, b"data")
    assert deposit.source_hash == user_deposit_source(L1_BLOCK.hash, 7)


def test_other_logs_before_it__do_not_matter() -> None:
    approval = Log(b"\x55" * 20, (b"\x01" * 32,), b"", 3)
    elsewhere = deposit_log(wei=1, index=4, emitter=b"\x98" * 20)
    assert deposit_of(l1_receipt(approval, elsewhere, deposit_log()), portal=PORTAL).mint == 5


@pytest.mark.parametrize(
    "moved", [replace(L1_BLOCK, hash=b"\xb3" * 32), L1_BLOCK], ids=["other L1 block", "same L1 block"]
)
def test_l1_reorg__l2_transaction_has_another_hash(moved: BlockId) -> None:
    receipt = l1_receipt(deposit_log())
    before, after = (deposit_of(each, portal=PORTAL) for each in (receipt, replace(receipt, block=moved)))
    assert (before.hash == after.hash) == (moved == L1_BLOCK)


def test_failed_transaction__one_sentence() -> None:
    with pytest.raises(UserError, match="failed in block 100:0xb1b1b1b1: it has deposited nothing"):
        deposit_of(l1_receipt(succeeded=False), portal=PORTAL)


@pytest.mark.parametrize("logs", [(), (deposit_log(emitter=b"\x98" * 20),)], ids=["no log", "other portal"])
def test_transaction_without_a_deposit__one_sentence(logs: tuple[Log, ...]) -> None:
    with pytest.raises(UserError, match="makes no deposit; is it the right hash"):
        deposit_of(l1_receipt(*logs), portal=PORTAL)


@pytest.mark.parametrize("index", [0, 1])
def test_several_deposits__index_says_which(index: int) -> None:
    receipt = l1_receipt(deposit_log(wei=1, index=4), deposit_log(wei=2, index=7))
    assert deposit_of(receipt, index, portal=PORTAL).mint == index + 1


@pytest.mark.parametrize(("index", "words"), [(None, "say which one"), (2, "number 2"), (-1, "number -1")])
def test_several_deposits_and_no_valid_index__one_sentence(index: int | None, words: str) -> None:
    receipt = l1_receipt(deposit_log(wei=1, index=4), deposit_log(wei=2, index=7))
    with pytest.raises(UserError, match=f"makes 2 deposit.*{words}"):
        deposit_of(receipt, index, portal=PORTAL)


def test_status__l2_transaction_follows_from_l1() -> None:
    deposit = deposit_of(l1_receipt(deposit_log()), portal=PORTAL)
    assert DepositStatus(l1_receipt(), deposit, None).l2_transaction == deposit.hash
    assert DepositStatus(None, None, None).l2_transaction is None


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (DepositStatus(None, None, None), "waiting for an L1 block"),
        (
            DepositStatus(l1_receipt(), None, None),
            "in L1 block 100:0xb1b1b1b1, waiting for L2 to take it up",
        ),
        (
            DepositStatus(l1_receipt(), None, l2_receipt(succeeded=True)),
            "arrived in L2 block 50:0xb2b2b2b2",
        ),
        (
            DepositStatus(l1_receipt(), None, l2_receipt(succeeded=False)),
            "failed in L2 block 50:0xb2b2b2b2; its ETH stays with the sender on L2",
        ),
    ],
)
def test_status__in_words(status: DepositStatus, words: str) -> None:
    assert str(status) == words
