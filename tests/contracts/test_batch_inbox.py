"""What the batcher posts to the inbox, and what derivation takes out of it again."""

from typing import Any

import pytest
from tests.contracts.refusals import refusal, refused

from opcycle.deploy.deployment import Deployment
from opcycle.derivation.calldata import calldata_payload
from opcycle.l1.reader import L1Reader
from opcycle.protocol.types import L1Transaction
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex

PAYLOAD = b"\x00" + bytes(range(256)) * 40


def posted(rpc: RpcClient, deployment: Deployment, number: int) -> L1Transaction:
    """The only inbox transaction of an L1 block."""
    rollup = deployment.rollup
    block = L1Reader(rpc).block(
        number,
        inbox=rollup.batch_inbox,
        portal=rollup.deposit_contract,
        system_config=rollup.l1_system_config,
    )
    assert block.logs == ()
    (transaction,) = block.transactions
    return transaction


def test_a_payload_is_the_calldata_itself(
    rpc: RpcClient, batch_inbox: Any, batcher: Any, deployment: Deployment
) -> None:
    receipt = batcher.transfer(batch_inbox, 0, data=PAYLOAD)
    transaction = posted(rpc, deployment, receipt.block_number)
    assert (transaction.sender, transaction.data) == (from_hex(batcher.address), PAYLOAD)
    assert calldata_payload(transaction.data) == (PAYLOAD, None)


def test_a_payload_may_be_an_argument(
    rpc: RpcClient, batch_inbox: Any, batcher: Any, deployment: Deployment
) -> None:
    receipt = batch_inbox.appendBatch(PAYLOAD, sender=batcher)
    transaction = posted(rpc, deployment, receipt.block_number)
    assert transaction.data != PAYLOAD
    assert calldata_payload(transaction.data) == (PAYLOAD, None)


@pytest.mark.parametrize("data", [b"", b"\xff", b"\x01junk", PAYLOAD], ids=["none", "ff", "junk", "batch"])
def test_the_inbox_takes_anything_from_anybody(batch_inbox: Any, user: Any, data: bytes) -> None:
    assert not user.transfer(batch_inbox, 0, data=data).failed


def test_the_inbox_takes_no_ether(chain: Any, batch_inbox: Any, batcher: Any) -> None:
    found = refused(batch_inbox.appendBatch, PAYLOAD, sender=batcher, value=1)
    assert found == refusal("", data=b"")
    assert chain.provider.get_balance(batch_inbox.address) == 0
