"""Deposits on anvil: the event that L2 reads, who the sender is on L2, what deposit gas costs."""

from typing import Any

import pytest
from eth_utils.crypto import keccak
from tests.contracts.refusals import assert_refused

from opcycle.deploy.deployment import Deployment
from opcycle.protocol.deposits import DepositTransaction, deposits_from_logs, user_deposit_source
from opcycle.protocol.types import Log

ALIAS = 0x1111000000000000000000000000000000001111
ETHER = 10**18
NOBODY = "0x" + "00" * 20


def deposited(web3: Any, tx_hash: Any, deployment: Deployment) -> DepositTransaction:
    """What our codec makes of the transaction's logs."""
    receipt = web3.eth.wait_for_transaction_receipt(tx_hash)
    logs = [
        Log(
            address=bytes.fromhex(log["address"][2:]),
            topics=tuple(bytes(topic) for topic in log["topics"]),
            data=bytes(log["data"]),
            index=int(log["logIndex"]),
        )
        for log in receipt["logs"]
    ]
    l1_hash = bytes(receipt["blockHash"])
    deposits, bad = deposits_from_logs(logs, portal=deployment.addresses.optimism_portal, l1_hash=l1_hash)
    assert not bad
    (deposit,) = deposits
    assert deposit.source_hash == user_deposit_source(l1_hash, logs[-1].index)
    return deposit


def calling_constructor(target: str, data: bytes) -> bytes:
    """Creation code that calls `target` and leaves an empty contract."""
    length = len(data).to_bytes(2, "big")
    copy = b"\x61" + length + b"\x61" + b"%b" + b"\x5f\x39"  # CODECOPY(0, offset, length)
    call = (
        b"\x5f\x5f\x61" + length + b"\x5f\x5f\x73" + bytes.fromhex(target[2:]) + b"\x5a\xf1"
    )  # CALL(gas, target, 0, 0, length, 0, 0)
    end = b"\x5f\x5f\xf3"  # RETURN(0, 0)
    offset = len(copy) + len(call) + len(end)  # `%b` is as long as the two bytes in its place
    return copy.replace(b"%b", offset.to_bytes(2, "big")) + call + end + data


def test_an_account_deposits_as_itself(portal: Any, who: dict[str, Any], deployment: Deployment) -> None:
    user, friend = who["user"], who["friend"]
    receipt = portal.depositTransaction(
        friend, ETHER, 100_000, False, b"\x12\x34", sender=user, value=2 * ETHER
    )
    deposit = deposited(portal.provider.web3, receipt.txn_hash, deployment)
    assert deposit.sender.hex() == user.address.lower()[2:]
    assert deposit.to is not None
    assert deposit.to.hex() == friend.address.lower()[2:]
    assert (deposit.mint, deposit.value, deposit.gas) == (2 * ETHER, ETHER, 100_000)
    assert (deposit.data, deposit.is_system) == (b"\x12\x34", False)
    assert portal.balance == 2 * ETHER


def test_a_contract_deposits_under_its_alias(
    chain: Any, portal: Any, who: dict[str, Any], deployment: Deployment
) -> None:
    web3 = chain.provider.web3
    data = bytes(portal.depositTransaction.encode_input(NOBODY, 0, 100_000, False, b""))
    code = calling_constructor(portal.address, data)
    sent = web3.eth.send_transaction({"from": who["user"].address, "data": code, "gas": 1_000_000})
    contract = web3.eth.wait_for_transaction_receipt(sent)["contractAddress"]
    sender = deposited(web3, sent, deployment).sender
    assert int.from_bytes(sender, "big") == int(contract, 16) + ALIAS


def test_ether_sent_to_the_portal_arrives_at_the_senders_own_address(
    portal: Any, who: dict[str, Any], deployment: Deployment
) -> None:
    sent = who["user"].transfer(portal, ETHER)
    deposit = deposited(portal.provider.web3, sent.txn_hash, deployment)
    assert deposit.to == deposit.sender
    assert (deposit.mint, deposit.value) == (ETHER, ETHER)


def test_a_creation_has_no_recipient(portal: Any, who: dict[str, Any], deployment: Deployment) -> None:
    receipt = portal.depositTransaction(NOBODY, 0, 100_000, True, b"\x60", sender=who["user"])
    assert deposited(portal.provider.web3, receipt.txn_hash, deployment).to is None
    assert_refused(
        portal.depositTransaction,
        *(who["friend"].address, 0, 100_000, True, b"\x60"),
        sender=who["user"],
        error="Deposits_CreationTarget",
        target=who["friend"].address.lower(),
    )


@pytest.mark.parametrize("size", [0, 1, 1000])
def test_a_deposit_must_pay_for_its_data(portal: Any, who: dict[str, Any], size: int) -> None:
    minimum = 21_000 + 40 * size
    data = bytes(size)
    portal.depositTransaction(NOBODY, 0, minimum, False, data, sender=who["user"])
    assert_refused(
        portal.depositTransaction,
        *(NOBODY, 0, minimum - 1, False, data),
        sender=who["user"],
        error="Deposits_GasLimitTooLow",
        gasLimit=minimum - 1,
        minimum=minimum,
    )


def test_deposit_gas_is_limited_per_block_and_its_price_follows_demand(
    chain: Any, portal: Any, system_config: Any, who: dict[str, Any]
) -> None:
    limit = system_config.resourceConfig().maxResourceLimit
    assert_refused(
        portal.depositTransaction,
        *(NOBODY, 0, limit + 1, False, b""),
        sender=who["user"],
        error="ResourceMetering_LimitReached",
        boughtGas=limit + 1,
        maxResourceLimit=limit,
    )
    before = portal.params().prevBaseFee
    portal.depositTransaction(NOBODY, 0, limit // 2, False, b"", sender=who["user"])
    portal.depositTransaction(NOBODY, 0, 21_000, False, b"", sender=who["user"])
    risen = portal.params().prevBaseFee
    assert risen > before
    chain.mine(50)
    portal.depositTransaction(NOBODY, 0, 21_000, False, b"", sender=who["user"])
    assert portal.params().prevBaseFee < risen


def test_topic_of_the_event_is_the_one_that_every_node_looks_for(portal: Any, who: dict[str, Any]) -> None:
    receipt = portal.depositTransaction(NOBODY, 0, 100_000, False, b"", sender=who["user"])
    log = receipt.provider.web3.eth.get_transaction_receipt(receipt.txn_hash)["logs"][-1]
    assert bytes(log["topics"][0]) == keccak(text="TransactionDeposited(address,address,uint256,bytes)")
