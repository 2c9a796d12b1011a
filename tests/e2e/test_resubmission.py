"""An L1 whose base fee outgrows what transactions offered: op-geth's real pools take what replaces them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_account import Account
from tests.e2e.inbox import batches_on_l1

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.local_l1 import LocalL1
from opcycle.devnet.ports import free_ports
from opcycle.errors import TemporaryError
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import Resubmission, TransactionManager, TransactionRequest
from opcycle.protocol.blobs import encode_blob
from opcycle.protocol.l1_chain import LOCAL_L1_CHAIN_ID
from opcycle.rpc.hexjson import to_hex

INBOX = b"\xff" * 20
CALLDATA = TransactionRequest(to=INBOX, data=b"\x00frames", what="batch")
BLOBS = TransactionRequest(
    to=INBOX, blobs=(encode_blob(b"\x00frames"), encode_blob(b"\x00more")), what="batch"
)
ENDLESS_LOOP = bytes.fromhex("5b600056")
BURNERS, BURNT_GAS = 4, 15_000_000
"""So many transactions of so much gas fill a block."""


class Crowd:
    """A user who fills L1's blocks with worthless computation, for a tip that is above all before it."""

    def __init__(self, l1: LocalL1):
        self.l1 = l1
        self._key = ACCOUNTS["user"].key
        self._nonce = 0
        self._tip = 10**10

    def fills(self, blocks: int) -> None:
        for _ in range(blocks):
            self.burns()
            self.l1.mine()

    def burns(self) -> None:
        """Enough for one block, in the pool."""
        self._tip = self._tip * 11 // 10
        for _ in range(BURNERS):
            self._burn()

    def _burn(self) -> None:
        signed = Account.sign_transaction(
            {
                "type": 2,
                "chainId": LOCAL_L1_CHAIN_ID,
                "nonce": self._nonce,
                "value": 0,
                "data": ENDLESS_LOOP,
                "gas": BURNT_GAS,
                "maxFeePerGas": 6 * 10**10,
                "maxPriorityFeePerGas": self._tip,
            },
            self._key,
        )
        self.l1.rpc.call("eth_sendRawTransaction", to_hex(signed.raw_transaction))
        self._nonce += 1


@pytest.fixture
def l1(tmp_path: Path) -> Iterator[LocalL1]:
    ports = free_ports()
    l1 = LocalL1(tmp_path / "l1", http_port=ports.l1_rpc, auth_port=ports.l1_engine, block_time=2)
    l1.start()
    yield l1
    l1.stop()


@pytest.fixture
def crowd(l1: LocalL1) -> Crowd:
    l1.mine()
    return Crowd(l1)


@pytest.fixture
def devnet(tmp_path: Path) -> Iterator[Devnet]:
    with Devnet.stepped(DevnetConfig(tmp_path / "devnet", ports=free_ports())) as devnet:
        devnet.advance(10)
        yield devnet


def new_manager(l1: LocalL1) -> TransactionManager:
    return TransactionManager(
        l1.rpc,
        KeySigner(ACCOUNTS["batcher"].key),
        chain_id=LOCAL_L1_CHAIN_ID,
        resubmission=Resubmission(owns_account=True),
    )


def priced_out(crowd: Crowd, manager: TransactionManager, *requests: TransactionRequest) -> list[bytes]:
    """Sent, and then the base fee has more than doubled; the hashes."""
    assert manager.in_flight() == 0
    sent = [manager.send(request) for request in requests]
    crowd.fills(9)
    return sent


@pytest.mark.parametrize("request_", [CALLDATA, BLOBS], ids=["calldata", "blobs"])
def test_priced_out__is_replaced_and_mined_in_the_next_block(
    l1: LocalL1, crowd: Crowd, request_: TransactionRequest
) -> None:
    manager = new_manager(l1)
    first, second = priced_out(crowd, manager, request_, request_)
    l1.mine()
    assert manager.receipt(first) is None, "the base fee has not outgrown the first offer"
    assert manager.in_flight() == 2
    assert len(manager.resubmissions) == 2
    l1.mine()
    assert manager.in_flight() == 0
    for sent in (first, second):
        receipt = manager.receipt(sent)
        assert receipt is not None
        assert receipt.succeeded
        assert receipt.transaction != sent


@pytest.mark.parametrize("request_", [CALLDATA, BLOBS], ids=["calldata", "blobs"])
def test_priced_out_before_a_restart__makes_room_for_what_comes_next(
    l1: LocalL1, crowd: Crowd, request_: TransactionRequest
) -> None:
    priced_out(crowd, new_manager(l1), request_)
    manager = new_manager(l1)
    assert manager.in_flight() == 1
    l1.mine(4, empty=True)
    crowd.fills(5)
    assert manager.in_flight() == 1
    (said,) = manager.resubmissions
    assert "an empty transaction is in its place" in said
    l1.mine()
    assert manager.in_flight() == 0
    sent = manager.send(request_)
    l1.mine()
    assert manager.receipt(sent) is not None


def test_priced_out_calldata_and_blobs_behind_it__each_kind_in_its_turn(l1: LocalL1, crowd: Crowd) -> None:
    manager = new_manager(l1)
    (calldata,) = priced_out(crowd, manager, CALLDATA)
    with pytest.raises(TemporaryError, match="L1's pool holds those with blobs or those without, not both"):
        manager.send(BLOBS)
    assert manager.in_flight() == 1
    l1.mine()
    assert manager.in_flight() == 0
    blobs = manager.send(BLOBS)
    l1.mine()
    assert [manager.receipt(sent) is not None for sent in (calldata, blobs)] == [True, True]


def test_pool_that_lost_the_first_of_two__has_both_again(l1: LocalL1, crowd: Crowd) -> None:
    manager = new_manager(l1)
    first, second = priced_out(crowd, manager, CALLDATA, CALLDATA)
    l1.geth.kill()
    l1.start()
    assert manager.in_flight() == 2
    l1.mine()
    assert manager.in_flight() == 0
    assert None not in (manager.receipt(first), manager.receipt(second))


def test_batcher_in_rising_prices__posts_each_block_once_and_the_chain_becomes_safe(devnet: Devnet) -> None:
    crowd = Crowd(devnet.l1)
    for _ in range(12):
        crowd.burns()
        devnet.advance(devnet.config.l1_block_time)
    head = devnet.l2.block("latest").ref.number
    devnet.until(f"safe block {head}", lambda: devnet.node.sync_status().safe_l2.number >= head, seconds=100)
    said = (Path(devnet.logs) / "batcher.log").read_text()
    assert "was not mined in 4 blocks; for" in said
    assert "reset:" not in said
    assert set(batches_on_l1(devnet.deployment.rollup, devnet.l1).values()) == {1}
