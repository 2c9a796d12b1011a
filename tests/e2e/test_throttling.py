"""Blocks get smaller on real op-geth while too much of L2 waits for L1, and recover."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from opcycle.batcher.throttling import ThrottleOptions
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager, TransactionRequest

USER, FRIEND = ACCOUNTS["user"], ACCOUNTS["second user"]
THROTTLED = 3
"""Transactions in a block of 300 bytes, op-geth counts 100 for a small one."""

OPTIONS = ThrottleOptions(lower_threshold=2_000, upper_threshold=4_000, block_size_lower=THROTTLED * 100)


@pytest.fixture
def devnet(tmp_path: Path) -> Iterator[Devnet]:
    config = DevnetConfig(tmp_path / "devnet", ports=free_ports(), throttle=OPTIONS)
    with Devnet.stepped(config) as devnet:
        devnet.advance(10)
        yield devnet


@pytest.fixture
def sender(devnet: Devnet) -> TransactionManager:
    return devnet.assembly.l2_sender(KeySigner(USER.key))


def pay(sender: TransactionManager, count: int) -> None:
    """Small transactions into the pool of the sequencer's op-geth."""
    for number in range(count):
        sender.send(TransactionRequest(to=FRIEND.address, value=1 + number, what="payment"))


def counts(devnet: Devnet, seconds: int) -> list[int]:
    """Users' transactions in each of the blocks made while time passes."""
    before = devnet.l2.number() or 0
    devnet.advance(seconds)
    return [
        len(devnet.l2.block(n).user_transactions) for n in range(before + 1, 1 + (devnet.l2.number() or 0))
    ]


def throttle(devnet: Devnet, sender: TransactionManager) -> None:
    """Nothing is posted, and far too much is unsafe."""
    devnet.pace.pause("batcher")
    pay(sender, 60)
    assert counts(devnet, 1) == [60]
    devnet.advance(2)


def test_blocks_shrink_while_nothing_is_posted_and_recover_when_it_is(
    devnet: Devnet, sender: TransactionManager
) -> None:
    throttle(devnet, sender)
    pay(sender, 40)
    assert counts(devnet, 4) == [THROTTLED] * 4
    devnet.pace.resume("batcher")
    found = counts(devnet, 20)
    assert max(found) > THROTTLED
    assert sum(found) == 40 - 4 * THROTTLED


def test_little_that_is_unsafe_leaves_blocks_as_large_as_users_fill_them(
    devnet: Devnet, sender: TransactionManager
) -> None:
    devnet.pace.pause("batcher")
    pay(sender, 10)
    assert counts(devnet, 1) == [10]
    pay(sender, 10)
    assert counts(devnet, 1) == [10]


def test_an_op_geth_that_starts_anew_is_throttled_again(devnet: Devnet, sender: TransactionManager) -> None:
    throttle(devnet, sender)
    devnet.sequencer_engine.stop()
    devnet.sequencer_engine.start()
    devnet.advance(1)
    pay(sender, 40)
    assert counts(devnet, 4) == [THROTTLED] * 4
