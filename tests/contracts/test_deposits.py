"""Deposits on anvil: what our codec reads from the event, who the sender is on L2, what deposit gas costs."""

from typing import Any

import pytest
from hexbytes import HexBytes
from tests.contracts.forwarder import deploy_forwarder
from tests.contracts.refusals import reason, refusal, refused, send

from opcycle.deploy.deployment import Deployment
from opcycle.l1.receipts import read_receipt
from opcycle.protocol.deposits import DepositTransaction, deposits_from_logs, user_deposit_source
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex

ETHER = 10**18
GWEI = 10**9
NOBODY = "0x" + "00" * 20
ALIAS = 0x1111000000000000000000000000000000001111


def deposited(rpc: RpcClient, deployment: Deployment, transaction: str) -> list[DepositTransaction]:
    """The deposits of an L1 transaction, as derivation reads them."""
    receipt = read_receipt(rpc, bytes(HexBytes(transaction)))
    assert receipt is not None
    deposits, bad = deposits_from_logs(
        receipt.logs, portal=deployment.addresses.optimism_portal, l1_hash=receipt.block.hash
    )
    assert not bad
    assert [deposit.source_hash for deposit in deposits] == [
        user_deposit_source(receipt.block.hash, log.index) for log in receipt.logs
    ]
    return deposits


def test_an_account_deposits_as_itself(
    rpc: RpcClient, portal: Any, user: Any, friend: Any, deployment: Deployment
) -> None:
    call = (friend, ETHER, 100_000, False, b"\x12\x34")
    receipt = portal.depositTransaction(*call, sender=user, value=2 * ETHER)
    (deposit,) = deposited(rpc, deployment, receipt.txn_hash)
    assert deposit == DepositTransaction(
        source_hash=deposit.source_hash,
        sender=from_hex(user.address),
        to=from_hex(friend.address),
        mint=2 * ETHER,
        value=ETHER,
        gas=100_000,
        is_system=False,
        data=b"\x12\x34",
    )
    assert portal.balance == 2 * ETHER


def test_a_contract_deposits_under_its_alias(
    chain: Any, rpc: RpcClient, portal: Any, user: Any, deployment: Deployment
) -> None:
    web3 = chain.provider.web3
    contract = deploy_forwarder(web3, portal.address, sender=user)
    data = portal.depositTransaction.encode_input(NOBODY, 1, 100_000, False, b"")
    call = {"from": user.address, "to": contract, "data": data, "value": 5, "gas": 1_000_000}
    (deposit,) = deposited(rpc, deployment, web3.eth.send_transaction(call).to_0x_hex())
    assert int.from_bytes(deposit.sender, "big") == (int(contract, 16) + ALIAS) % 2**160
    assert (deposit.mint, deposit.value) == (5, 1)


def test_ether_sent_to_the_portal_is_deposited_to_its_sender(
    rpc: RpcClient, portal: Any, user: Any, deployment: Deployment
) -> None:
    (deposit,) = deposited(rpc, deployment, user.transfer(portal, ETHER).txn_hash)
    assert deposit.to == deposit.sender == from_hex(user.address)
    assert (deposit.mint, deposit.value, deposit.gas, deposit.data) == (ETHER, ETHER, 100_000, b"")


def test_a_creation_has_no_target(
    rpc: RpcClient, portal: Any, user: Any, friend: Any, deployment: Deployment
) -> None:
    receipt = portal.depositTransaction(NOBODY, 0, 100_000, True, b"\x60", sender=user)
    (deposit,) = deposited(rpc, deployment, receipt.txn_hash)
    assert (deposit.to, deposit.data) == (None, b"\x60")
    found = refused(portal.depositTransaction, friend, 0, 100_000, True, b"\x60", sender=user)
    assert found == refusal("Deposits_CreationTarget", target=friend)


@pytest.mark.parametrize("size", [0, 1, 1000])
def test_a_deposit_must_pay_for_its_data(portal: Any, user: Any, size: int) -> None:
    minimum = 21_000 + 40 * size
    portal.depositTransaction(NOBODY, 0, minimum, False, bytes(size), sender=user)
    found = refused(portal.depositTransaction, NOBODY, 0, minimum - 1, False, bytes(size), sender=user)
    assert found == refusal("Deposits_GasLimitTooLow", gasLimit=minimum - 1, minimum=minimum)


def test_a_deposit_must_be_short_enough_to_be_gossiped(portal: Any, user: Any) -> None:
    gas = 21_000 + 40 * 120_001
    portal.depositTransaction(NOBODY, 0, gas, False, bytes(120_000), sender=user)
    call = (NOBODY, 0, gas, False, bytes(120_001))
    found = refused(portal.depositTransaction, *call, sender=user, gas=10_000_000)
    assert found == refusal("Deposits_DataTooLong", length=120_001, maximum=120_000)


def test_the_price_of_deposit_gas_follows_demand(chain: Any, portal: Any, user: Any) -> None:
    """A target of 2 M a block, an eighth up or down: Ethereum's rule, from one block to the next."""
    portal.depositTransaction(NOBODY, 0, 10_000_000, False, b"", sender=user)
    assert tuple(portal.params())[:2] == (GWEI, 10_000_000)
    portal.depositTransaction(NOBODY, 0, 2_000_000, False, b"", sender=user)
    assert tuple(portal.params())[:2] == (3 * GWEI // 2, 2_000_000)
    portal.depositTransaction(NOBODY, 0, 21_000, False, b"", sender=user)
    assert tuple(portal.params())[:2] == (3 * GWEI // 2, 21_000)
    chain.mine(10)
    portal.depositTransaction(NOBODY, 0, 21_000, False, b"", sender=user)
    assert portal.params().prevBaseFee == GWEI, "no demand, and never below the minimum"


def test_deposit_gas_is_paid_for_in_gas_of_l1(chain: Any, portal: Any, user: Any) -> None:
    cheap = portal.depositTransaction(NOBODY, 0, 21_000, False, b"", sender=user)
    dear = portal.depositTransaction(NOBODY, 0, 4_000_000, False, b"", sender=user)
    base_fee = max(GWEI, chain.blocks[dear.block_number].base_fee)
    assert dear.gas_used >= 4_000_000 * GWEI // base_fee
    assert cheap.gas_used < 100_000


def test_the_deposits_of_a_block_share_its_limit(chain: Any, portal: Any, user: Any, friend: Any) -> None:
    limit, first = 20_000_000, 12_000_000
    chain.provider.make_request("anvil_setNextBlockBaseFeePerGas", [hex(100 * GWEI)])
    chain.mine()  # so dear that little gas is burned
    chain.provider.auto_mine = False
    method = portal.depositTransaction
    kept = send(method, NOBODY, 0, first, False, b"", sender=user)
    broken = send(method, NOBODY, 0, limit - first + 1, False, b"", sender=user)
    chain.mine()
    chain.provider.auto_mine = True
    web3 = chain.provider.web3
    receipts = [web3.eth.get_transaction_receipt(each) for each in (kept, broken)]
    assert receipts[0]["blockNumber"] == receipts[1]["blockNumber"]
    assert [receipt["status"] for receipt in receipts] == [1, 0]
    found = reason(portal, broken)
    assert found == refusal("ResourceMetering_LimitReached", boughtGas=limit + 1, maxResourceLimit=limit)
    portal.depositTransaction(NOBODY, 0, limit - first + 1, False, b"", sender=friend)
