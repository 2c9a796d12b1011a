"""The transaction manager against a chain that loses pools, answers and patience."""

import re
from dataclasses import replace

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from opcycle.errors import TemporaryError, UserError
from opcycle.l1.blobs import committed
from opcycle.l1.fees import MAX_TRANSACTION_GAS
from opcycle.l1.offers import KEPT
from opcycle.l1.pool_answers import TransactionRejectedError
from opcycle.l1.reverts import RevertDecoder, TransactionRevertedError
from opcycle.l1.transactions import TransactionRequest, ether
from opcycle.protocol.blobs import encode_blob
from opcycle.rpc.client import RpcUnreachableError

TARGET = b"\x11" * 20
REQUEST = TransactionRequest(to=TARGET, data=b"\x01", value=5, what="first")
OTHER = TransactionRequest(to=TARGET, data=b"\x02", value=5, what="second")
BLOB = encode_blob(b"\x00frames")


def test_send__funded_account__fields_are_the_requests(chain, manager, read_transaction):
    tx_hash = manager.send(REQUEST)
    fields = read_transaction(chain.pool[0])
    assert keccak(chain.pool[0]) == tx_hash
    assert (fields["to"], fields["data"], fields["value"]) == (TARGET, b"\x01", 5)
    assert (fields["chainId"], fields["nonce"], fields["gas"]) == (900, 0, 60_000)
    assert fields["max_fee"] == 2 * 1000 + fields["tip"]
    assert bytes.fromhex(fields["sender"][2:]) == manager.address


def test_send__two_requests_before_a_block__consecutive_nonces(chain, manager):
    manager.send(REQUEST)
    manager.send(OTHER)
    assert sorted(chain.pool) == [0, 1]
    assert manager.in_flight() == 2


def test_in_flight__after_the_block__zero(chain, manager):
    manager.send(REQUEST)
    chain.mine()
    assert manager.in_flight() == 0


def test_in_flight__restart_with_pending__counts_what_the_chain_knows(chain, manager, restart):
    manager.send(REQUEST)
    assert restart().in_flight() == 1


def test_in_flight__server_lost_its_pool__same_bytes_are_sent_again(chain, manager):
    manager.send(REQUEST)
    manager.send(OTHER)
    before = dict(chain.pool)
    chain.lose_pool()
    assert manager.in_flight() == 2
    assert chain.pool == before


def test_in_flight__pool_intact__nothing_is_sent_again(chain, manager):
    manager.send(REQUEST)
    manager.in_flight()
    assert len(chain.broadcasts) == 1


def test_in_flight__reorg_below_what_is_remembered__starts_over_at_the_chains_nonce(chain, manager):
    for _ in range(KEPT + 1):
        manager.send(REQUEST)
    chain.mine()
    chain.mined.clear()
    assert manager.in_flight() == 0
    assert manager.next_nonce() == 0


def test_send__answer_lost_but_transaction_taken__retry_sends_nothing_twice(chain, manager):
    chain.cut_after_next_send = True
    with pytest.raises(RpcUnreachableError):
        manager.send(REQUEST)
    assert manager.send(REQUEST) == keccak(chain.pool[0])
    assert len(chain.broadcasts) == 1
    assert manager.in_flight() == 1


def test_send__answer_lost_and_transaction_lost__retry_sends_the_same_bytes(chain, manager):
    chain.cut_before_next_send = True
    with pytest.raises(RpcUnreachableError):
        manager.send(REQUEST)
    manager.send(REQUEST)
    assert len(chain.pool) == 1


def test_send__answer_lost_then_another_request__the_lost_one_is_dropped(chain, manager, read_transaction):
    chain.cut_before_next_send = True
    with pytest.raises(RpcUnreachableError):
        manager.send(REQUEST)
    manager.send(OTHER)
    assert [read_transaction(raw)["data"] for raw in chain.pool.values()] == [OTHER.data]


def test_send__answer_lost_but_taken_then_another_request__both_stand(chain, manager, read_transaction):
    chain.cut_after_next_send = True
    with pytest.raises(RpcUnreachableError):
        manager.send(REQUEST)
    manager.send(OTHER)
    assert [read_transaction(raw)["data"] for raw in chain.pool.values()] == [REQUEST.data, OTHER.data]


def test_send__empty_account__says_what_it_has_and_needs(chain, manager):
    chain.balance = 4
    with pytest.raises(UserError, match=r"has 0\.000000000000000004 ETH .* needs 0\.000000000000000005 ETH"):
        manager.send(REQUEST)
    assert not chain.pool


def test_send__enough_for_the_value_only__gas_counts(chain, manager):
    chain.balance = REQUEST.value + 60_000 * 2_000
    with pytest.raises(UserError, match="and needs"):
        manager.send(REQUEST)


def test_send__wrong_chain__named_with_both_ids(chain, manager):
    chain.chain_id = 1
    with pytest.raises(UserError, match="serves chain 1, expected chain 900"):
        manager.send(REQUEST)


def test_send__would_revert__custom_error_is_decoded(chain, manager):
    abi = [{"type": "error", "name": "TooYoung", "inputs": [{"type": "uint256"}]}]
    chain.revert_data = "0x" + (keccak(text="TooYoung(uint256)")[:4] + encode(["uint256"], [7])).hex()
    request = TransactionRequest(to=TARGET, what="finalize", errors=RevertDecoder(abi))
    with pytest.raises(TransactionRevertedError, match=r"finalize reverts with TooYoung\(7\)"):
        manager.send(request)


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("txpool is full", TemporaryError),
        ("insufficient funds for gas * price + value: balance 1", UserError),
        ("exceeds block gas limit", TransactionRejectedError),
    ],
)
def test_send__refused__the_error_says_what_to_do(chain, manager, reason, error):
    chain.send_error = reason
    with pytest.raises(error, match=re.escape(reason)):
        manager.send(REQUEST)


def test_send__refused_once__the_nonce_is_not_burnt(chain, manager):
    chain.send_error = "nonce too high"
    with pytest.raises(TemporaryError):
        manager.send(REQUEST)
    chain.send_error = ""
    manager.send(REQUEST)
    assert list(chain.pool) == [0]


def test_send__another_program_used_the_account__follows_its_nonce(chain, manager):
    manager.send(REQUEST)
    chain.pool[1] = b"\x02 of someone else with the same key"
    manager.send(OTHER)
    assert sorted(chain.pool) == [0, 1, 2]


def test_is_displaced__another_transaction_with_its_nonce_is_mined__true_once_that_is_known(chain, manager):
    first, second = manager.send(REQUEST), manager.send(OTHER)
    chain.pool[1] = b"\x02 of someone else with the same key"
    assert not manager.is_displaced(second)
    chain.mined = [chain.pool.pop(0), chain.pool.pop(1)]
    manager.in_flight()
    assert [manager.receipt(item) is None for item in (first, second)] == [False, True]
    assert manager.is_displaced(second)
    assert not manager.is_displaced(b"\x01" * 32), "of which nothing is known"


@pytest.mark.parametrize(
    ("estimate", "gas"), [(10_000_000, 12_000_000), (MAX_TRANSACTION_GAS, MAX_TRANSACTION_GAS)]
)
def test_send__estimate__a_fifth_more_up_to_the_cap(chain, manager, read_transaction, estimate, gas):
    chain.gas_estimate = estimate
    manager.send(REQUEST)
    assert read_transaction(chain.pool[0])["gas"] == gas


def test_send__estimate_above_the_cap__rejected(chain, manager):
    chain.gas_estimate = MAX_TRANSACTION_GAS + 1
    with pytest.raises(TransactionRejectedError, match="16777217 gas"):
        manager.send(REQUEST)


def test_send__explicit_gas__is_not_estimated(chain, manager, read_transaction):
    chain.revert_data = "0x"
    manager.send(replace(REQUEST, gas=30_000))
    assert read_transaction(chain.pool[0])["gas"] == 30_000


def test_send_call__goes_to_the_target_with_the_data_as_it_is(chain, manager, read_transaction):
    manager.send_call(to=TARGET, data=b"\x00frames", what="batch")
    sent = read_transaction(chain.pool[0])
    assert (sent["to"], sent["data"], sent["value"]) == (TARGET, b"\x00frames", 0)


def test_send_blobs__goes_to_the_target_with_the_blob_named_and_no_data(chain, manager, read_transaction):
    tx_hash = manager.send_blobs(to=TARGET, blobs=[BLOB], what="batch")
    sent = read_transaction(chain.pool[0])
    assert (sent["to"], sent["data"], sent["blob_hashes"]) == (TARGET, b"", [committed(BLOB).versioned_hash])
    assert (sent["max_fee"], sent["max_blob_fee"]) == (2 * 1000 + sent["tip"], 2 * 9)
    assert BLOB in chain.pool[0]
    assert chain.call("eth_getTransactionByHash", "0x" + tx_hash.hex()) is not None


def test_send_blobs__answer_lost_but_transaction_taken__retry_sends_nothing_twice(chain, manager):
    chain.cut_after_next_send = True
    with pytest.raises(RpcUnreachableError):
        manager.send_blobs(to=TARGET, blobs=[BLOB], what="batch")
    manager.send_blobs(to=TARGET, blobs=[BLOB], what="batch")
    assert len(chain.broadcasts) == 1


def test_in_flight__server_lost_its_pool__the_blob_is_sent_again_with_the_transaction(chain, manager):
    manager.send_blobs(to=TARGET, blobs=[BLOB], what="batch")
    before = dict(chain.pool)
    chain.lose_pool()
    assert manager.in_flight() == 1
    assert chain.pool == before


def test_send_blobs__enough_for_all_gas_but_the_blobs__counts_it_too(chain, manager):
    gas = 60_000 * (2 * 1000 + 1_000_000)
    chain.balance = gas + 131_072 * 2 * 9 - 1
    with pytest.raises(UserError, match="and needs"):
        manager.send_blobs(to=TARGET, blobs=[BLOB], what="batch")
    chain.balance += 1
    manager.send_blobs(to=TARGET, blobs=[BLOB], what="batch")


def test_send_blobs__calldata_of_the_account_is_in_the_pool__waits_with_the_nonce_kept(
    chain, manager, read_transaction
):
    manager.send(REQUEST)
    with pytest.raises(TemporaryError, match=r"batch waits for earlier transactions .* not both"):
        manager.send_blobs(to=TARGET, blobs=[BLOB], what="batch")
    chain.mine()
    manager.send_blobs(to=TARGET, blobs=[BLOB], what="batch")
    assert list(chain.pool) == [1]


def test_send__blobs_of_the_account_are_in_the_pool__waits_with_the_nonce_kept(
    chain, manager, read_transaction
):
    manager.send_blobs(to=TARGET, blobs=[BLOB], what="batch")
    with pytest.raises(TemporaryError, match=r"first waits for earlier transactions .* not both"):
        manager.send(REQUEST)
    chain.mine()
    manager.send(REQUEST)
    assert list(chain.pool) == [1]


@pytest.mark.parametrize(
    ("wei", "text"), [(0, "0"), (10**18, "1"), (15 * 10**17, "1.5"), (1, "0." + "0" * 17 + "1")]
)
def test_ether__exact__no_trailing_zeros(wei, text):
    assert ether(wei) == text
