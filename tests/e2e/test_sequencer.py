"""The sequencer on a real op-geth, one chain for all tests: cadence, origins, the pool, kills, L1 reorgs."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from tests.e2e.builders import signed_transfer
from tests.e2e.rollup import L1_BLOCK_TIME, L2_CHAIN_ID, USER, Rollup, settle

from opcycle.errors import ResetError
from opcycle.protocol.deposits import DEPOSIT_TX_TYPE, DepositTransaction
from opcycle.protocol.l2_block import L2Block
from opcycle.rpc.hexjson import from_hex, from_quantity, to_hex


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rollup]:
    with Rollup(tmp_path_factory.mktemp("rollup")) as rollup:
        yield rollup


@pytest.fixture
def rollup(running: Rollup) -> Rollup:
    """With two fresh L1 blocks, a sequencer just started, and chain time at the newest L1 block."""
    running.sequencer = running.new_sequencer()
    running.advance(2)
    return running


def send(rollup: Rollup, count: int, *, to: bytes) -> list[bytes]:
    """A user's transfers of one wei into the pool of the sequencer's engine."""
    rpc = rollup.sequencing.client.rpc
    first = from_quantity(rpc.call("eth_getTransactionCount", to_hex(USER.address), "pending"))
    raws = [
        signed_transfer(USER, nonce=nonce, chain_id=L2_CHAIN_ID, to=to)[0]
        for nonce in range(first, first + count)
    ]
    for raw in raws:
        rpc.call("eth_sendRawTransaction", raw)
    return [from_hex(raw) for raw in raws]


def after(rollup: Rollup, parent: L2Block) -> list[L2Block]:
    """The blocks from the one after `parent` on."""
    return rollup.sequencing.client.blocks(parent.ref.number + 1, rollup.sequencing.head.ref.number)


def transactions(blocks: list[L2Block]) -> list[bytes]:
    return [tx for block in blocks for tx in block.user_transactions]


def test_step__a_node_derives_its_blocks__the_engine_learns_safe_and_finalized_heads(rollup: Rollup) -> None:
    engine = rollup.sequencing.client
    verifier = rollup.new_verifier()
    rollup.sequencer = rollup.new_sequencer(node=verifier.rpc)
    rollup.advance(1)
    posted = rollup.sequencing.head.ref.number - 1
    rollup.post(1, posted)
    rollup.advance(1)
    assert engine.number("safe") is None
    settle(verifier.node)
    rollup.advance(1)
    assert (engine.number("safe"), engine.number("finalized")) == (posted, 0)
    rollup.l1.mine(4)
    settle(verifier.node)
    rollup.advance(1)
    assert (engine.number("safe"), engine.number("finalized")) == (posted, posted)


def test_step__chain_time_passes__one_block_per_block_time(rollup: Rollup) -> None:
    start = rollup.sequencing.head.ref
    outcome = rollup.sequencer.step()
    assert not outcome.progress
    assert f"chain time {rollup.clock.now() + 1} for L2 block {start.number + 1}" in outcome.waiting_for
    for number in range(start.number + 1, start.number + 5):
        rollup.clock.jump(1)
        (did,) = settle(rollup.sequencer)
        head = rollup.sequencing.head.ref
        assert (head.number, head.timestamp) == (number, rollup.config.timestamp_of(number))
        assert did == f"L2 block {head}: 0 transactions, L1 origin {rollup.l1.head}"
    rollup.l1.mine(2)  # L1's time catches up


def test_step__after_time_travel__all_missing_blocks_with_the_origins_of_the_rules(rollup: Rollup) -> None:
    start, origin = rollup.sequencing.head, rollup.l1.head
    assert (start.ref.timestamp, start.ref.l1_origin) == (origin.timestamp, origin.id)
    rollup.l1.advance(60)
    rollup.clock.jump(60)
    settle(rollup.sequencer)
    made = after(rollup, start)
    assert made[-1].ref.timestamp == rollup.l1.head.timestamp == rollup.clock.now()
    for parent, block in pairwise([start, *made]):
        assert block.ref.parent_hash == parent.ref.hash
        assert block.ref.timestamp == parent.ref.timestamp + 1
    assert [block.ref.l1_origin for block in made] == [*[origin.id] * 59, rollup.l1.head.id]
    assert [block.ref.sequence_number for block in made] == [*range(1, 60), 0]


def test_step__users_send_to_the_pool__their_transactions_are_in_the_next_blocks(rollup: Rollup) -> None:
    start = rollup.sequencing.head
    sent = send(rollup, 20, to=b"\x71" * 20)
    rollup.advance(4)
    assert transactions(after(rollup, start)) == sent
    assert rollup.sequencing.client.balance(b"\x71" * 20) == 20


def test_step__deposits_on_l1__first_in_their_epoch_and_nowhere_else(rollup: Rollup) -> None:
    start = rollup.sequencing.head
    rollup.deposit(mint=10**18, to=b"\x72" * 20)
    rollup.deposit(mint=7, to=b"\x72" * 20)
    rollup.advance(1)
    epoch = rollup.l1.head
    rollup.advance(1)
    mints = {
        block.ref.l1_origin.number: [
            DepositTransaction.decode(tx).mint for tx in block.transactions[1:] if tx[0] == DEPOSIT_TX_TYPE
        ]
        for block in after(rollup, start)
        if block.ref.sequence_number == 0 or len(block.transactions) > 1
    }
    assert mints == {epoch.number: [10**18, 7], epoch.number + 1: []}
    assert rollup.sequencing.client.balance(b"\x72" * 20) == 10**18 + 7


def test_step__engine_killed__nothing_is_lost_and_the_chain_goes_on(rollup: Rollup) -> None:
    start = rollup.sequencing.head
    sent = send(rollup, 3, to=b"\x73" * 20)
    rollup.advance(5)
    before = after(rollup, start)
    rollup.sequencing.geth.kill()
    rollup.sequencing.geth.start()
    rollup.sequencer = rollup.new_sequencer()
    rollup.advance(1)
    again = after(rollup, start)
    assert again[: len(before)] == before
    assert len(again) == len(before) + L1_BLOCK_TIME
    assert transactions(again) == sent


def test_step__l1_reorg__leaves_the_old_branch_and_loses_no_transaction(rollup: Rollup) -> None:
    start = rollup.sequencing.head
    sent = send(rollup, 3, to=b"\x74" * 20)
    rollup.advance(2)
    old = after(rollup, start)
    assert transactions(old) == sent

    rollup.l1.reorg(2)
    rollup.clock.jump(L1_BLOCK_TIME)
    with pytest.raises(ResetError, match="L1 reorganised"):
        rollup.sequencer.step()
    rollup.sequencer.reset()
    rollup.advance(3)
    new = after(rollup, start)
    assert new[0].ref.parent_hash == start.ref.hash
    assert new[-1].ref.timestamp == rollup.clock.now()
    assert old[-1] not in new
    assert sorted(transactions(new)) == sorted(sent)
    for block in new:
        assert rollup.reader.header(block.ref.l1_origin.number).id == block.ref.l1_origin
