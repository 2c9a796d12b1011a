"""What becomes of transactions that L1 does not mine: replaced for more, up to a limit, and none stays stuck.

The chain of these tests takes replacements as go-ethereum does, and mines what pays its prices.
"""

import pytest

from opcycle.errors import TemporaryError
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.blobs import encode_blob
from opcycle.rpc.client import RpcUnreachableError

TARGET = b"\x11" * 20
REQUEST = TransactionRequest(to=TARGET, data=b"\x01", what="first")
OTHER = TransactionRequest(to=TARGET, data=b"\x02", what="second")
BLOBS = TransactionRequest(to=TARGET, blobs=(encode_blob(b"\x00frames"),), what="batch")
HIGH_BASE_FEE = 10**7
"""More than the first offer's cap, which is two base fees of 1000 and a tip of 10^6."""


def stuck(chain, manager, *requests):
    """Sent at low prices, and prices have risen above what was offered."""
    sent = [manager.send(request) for request in requests]
    chain.base_fee = HIGH_BASE_FEE
    return sent


def test_not_mined__after_four_blocks__same_nonce_and_content_for_more(chain, manager, read_transaction):
    (first,) = stuck(chain, manager, REQUEST)
    old = read_transaction(chain.pool[0])
    chain.mine(4)
    assert manager.in_flight() == 1
    new = read_transaction(chain.pool[0])
    assert {**new, "max_fee": 0, "tip": 0} == {**old, "max_fee": 0, "tip": 0}
    assert new["max_fee"] == 2 * HIGH_BASE_FEE + 10**6
    assert new["tip"] == old["tip"] * 11 // 10
    (said,) = manager.resubmissions
    assert said.startswith("first with nonce 0 was not mined in 4 blocks; for 0.021 gwei per gas it is 0x")
    chain.mine()
    assert manager.in_flight() == 0
    receipt = manager.receipt(first)
    assert receipt is not None
    assert receipt.transaction != first
    assert manager.receipt(receipt.transaction) == receipt


def test_not_mined__after_three_blocks__is_waited_for(chain, manager):
    stuck(chain, manager, REQUEST)
    chain.mine(3)
    assert manager.in_flight() == 1
    assert len(chain.broadcasts) == 1
    assert manager.resubmissions == ()


def test_first_one_mined_after_all__its_receipt_is_the_one(chain, manager):
    (first,) = stuck(chain, manager, REQUEST)
    original = chain.pool[0]
    chain.mine(4)
    manager.in_flight()
    chain.pool[0] = original
    chain.base_fee = 1000
    chain.mine()
    assert manager.receipt(first).transaction == first


def test_blob_transaction__is_replaced_for_twice_as_much(chain, manager, read_transaction):
    manager.send(BLOBS)
    old = read_transaction(chain.pool[0])
    chain.blob_base_fee = 19
    chain.mine(4)
    manager.in_flight()
    new = read_transaction(chain.pool[0])
    assert new["tip"] == 2 * old["tip"]
    assert new["max_fee"] == 2 * old["max_fee"]
    assert (old["max_blob_fee"], new["max_blob_fee"]) == (18, 38)
    assert new["blob_hashes"] == old["blob_hashes"]
    chain.mine()
    assert manager.in_flight() == 0


def test_prices_go_on_rising__each_replacement_waits_as_long(chain, manager):
    stuck(chain, manager, REQUEST)
    for _ in range(3):
        chain.mine(4)
        manager.in_flight()
        chain.base_fee *= 3
    assert len(chain.broadcasts) == 4
    chain.mine(3)
    manager.in_flight()
    assert len(chain.broadcasts) == 4


def test_price_is_fine_and_it_is_not_mined_all_the_same__is_replaced_too(chain, manager):
    manager.send(REQUEST)
    chain.height += 4
    manager.in_flight()
    assert len(chain.broadcasts) == 2


def test_behind_one_that_is_stuck__replaced_only_if_prices_have_outgrown_it(chain, manager):
    stuck(chain, manager, REQUEST)
    manager.send(OTHER)  # at the high prices
    chain.mine(4)
    manager.in_flight()
    assert len(manager.resubmissions) == 1
    chain.mine()
    assert manager.in_flight() == 0


def test_all_outgrown__all_are_replaced_at_once(chain, manager):
    stuck(chain, manager, REQUEST, OTHER, REQUEST)
    chain.mine(4)
    manager.in_flight()
    assert len(manager.resubmissions) == 3
    chain.mine()
    assert manager.in_flight() == 0


def test_fee_limit__reached__says_so_and_waits_as_long_as_before_a_replacement(chain, restart):
    manager = restart(fee_limit=1)
    manager.send(REQUEST)
    chain.height += 4
    assert manager.in_flight() == 1
    (said,) = manager.resubmissions
    assert said.startswith("first with nonce 0 of 0x")
    assert said.endswith("takes it only for more than 1 times the prices of the moment")
    chain.height += 3
    manager.in_flight()
    assert manager.resubmissions == ()
    chain.height += 1
    manager.in_flight()
    assert len(manager.resubmissions) == 1
    assert len(chain.broadcasts) == 1
    chain.mine()
    assert manager.in_flight() == 0


def test_fee_limit__counts_from_the_prices_of_the_moment(chain, restart):
    manager = restart(fee_limit=2)
    stuck(chain, manager, REQUEST)
    for _ in range(9):
        chain.height += 4
        manager.in_flight()
    highest = len(chain.broadcasts)
    assert 2 < highest < 10
    chain.base_fee *= 2
    chain.height += 4
    manager.in_flight()
    assert len(chain.broadcasts) == highest + 1


def test_ether_runs_out__is_said_and_stops_nothing(chain, manager):
    stuck(chain, manager, REQUEST)
    chain.send_error = "insufficient funds for gas * price + value"
    chain.mine(4)
    assert manager.in_flight() == 1
    (said,) = manager.resubmissions
    assert "cannot pay for first" in said


def test_answer_to_a_replacement_lost__whichever_is_mined_is_found(chain, manager):
    (first,) = stuck(chain, manager, REQUEST)
    chain.mine(4)
    chain.cut_after_next_send = True
    with pytest.raises(RpcUnreachableError):
        manager.in_flight()
    chain.mine()
    assert manager.in_flight() == 0
    assert manager.receipt(first) is not None


def test_replacement_lost_with_the_pool__the_newest_goes_out_again(chain, manager):
    stuck(chain, manager, REQUEST)
    chain.mine(4)
    manager.in_flight()
    newest = dict(chain.pool)
    chain.lose_pool()
    manager.in_flight()
    assert chain.pool == newest


def test_pool_loses_the_lower_of_two__the_gap_is_filled_with_the_same_bytes(chain, manager):
    manager.send(REQUEST)
    manager.send(OTHER)
    both = dict(chain.pool)
    del chain.pool[0]
    assert manager.in_flight() == 2
    assert chain.pool == both


def test_server_does_not_tell_what_is_in_its_pool__twice_as_much_is_offered_for_a_nonce_that_is_taken(
    chain, manager, restart, read_transaction
):
    chain.tells_pending = False
    manager.send(REQUEST)
    first = read_transaction(chain.pool[0])
    restart().send(OTHER)
    second = read_transaction(chain.pool[0])
    assert second["data"] == OTHER.data
    assert (second["max_fee"], second["tip"]) == (2 * first["max_fee"], 2 * first["tip"])


def test_wants_more_than_the_limit_for_a_new_one__says_so_and_keeps_the_nonce(chain, manager):
    chain.send_error = "replacement transaction underpriced"
    with pytest.raises(TemporaryError, match="only for more than 5 times the prices of the moment"):
        manager.send(REQUEST)
    chain.send_error = ""
    manager.send(REQUEST)
    assert list(chain.pool) == [0]


def test_calldata_stuck_and_blobs_behind_it__blobs_go_out_once_it_is_outbid_and_mined(chain, manager):
    stuck(chain, manager, REQUEST)
    for _ in range(4):
        chain.mine()
        manager.in_flight()
        with pytest.raises(TemporaryError, match="not both"):
            manager.send(BLOBS)
    chain.mine()
    manager.in_flight()
    manager.send(BLOBS)
    chain.mine()
    assert (manager.in_flight(), len(chain.mined)) == (0, 2)


# What an earlier process left


def test_stuck_since_before_a_restart__account_is_its_own__an_empty_one_takes_its_place(
    chain, manager, restart, read_transaction
):
    stuck(chain, manager, REQUEST)
    later = restart(owns_account=True)
    assert later.in_flight() == 1
    chain.mine(3)
    later.in_flight()
    assert read_transaction(chain.pool[0])["data"] == REQUEST.data
    chain.mine()
    later.in_flight()
    empty = read_transaction(chain.pool[0])
    assert (empty["to"], empty["data"], empty["gas"]) == (later.address, b"", 21_000)
    assert later.resubmissions == (
        "what an earlier process sent with nonce 0 is stuck; an empty transaction is in its place",
    )
    chain.mine()
    assert later.in_flight() == 0


def test_stuck_since_before_a_restart__account_may_be_others_too__is_left_alone(chain, manager, restart):
    stuck(chain, manager, REQUEST)
    later = restart()
    later.in_flight()
    chain.mine(10)
    assert later.in_flight() == 1
    assert len(chain.broadcasts) == 1


def test_stuck_blobs_since_before_a_restart__the_empty_one_has_a_blob(
    chain, manager, restart, read_transaction
):
    stuck(chain, manager, BLOBS)
    later = restart(owns_account=True)
    later.in_flight()
    chain.mine(4)
    later.in_flight()
    empty = read_transaction(chain.pool[0])
    assert (empty["to"], len(empty["blob_hashes"])) == (later.address, 1)
    chain.mine()
    assert later.in_flight() == 0


def test_stuck_since_before_a_restart__and_too_dear_to_replace__is_tried_again_later(chain, manager, restart):
    chain.base_fee = 10**9
    manager.send(REQUEST)
    chain.base_fee = 1000
    chain.height += 1
    later = restart(owns_account=True)
    later.in_flight()
    chain.height += 4
    assert later.in_flight() == 1
    (said,) = later.resubmissions
    assert said.startswith("an empty transaction with nonce 0 of 0x")
    chain.base_fee = 10**9 * 2
    chain.height += 4
    later.in_flight()
    assert len(chain.broadcasts) == 2


def test_send_that_broke_off_and_is_in_the_pool__is_replaced_like_any_other(chain, manager):
    chain.cut_after_next_send = True
    with pytest.raises(RpcUnreachableError):
        manager.send(REQUEST)
    chain.base_fee = HIGH_BASE_FEE
    assert manager.in_flight() == 1
    chain.mine(4)
    manager.in_flight()
    chain.mine()
    assert manager.receipt(manager.send(REQUEST)) is not None
    assert len(chain.mined) == 1
