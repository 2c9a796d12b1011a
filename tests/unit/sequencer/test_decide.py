"""The sequencer's decision, from one snapshot: wait, or build what L1 dictates and the pool adds."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import (
    CONFIG,
    GENESIS,
    GENESIS_CONFIG,
    L1_CHAIN,
    L2_BLOCK_TIME,
    block,
    deposit_log,
    header,
    new_gas_limit,
)
from tests.unit.node.fakes import l2_block

from opcycle.derivation.attributes import prepare_attributes
from opcycle.errors import ResetError
from opcycle.protocol.deposits import DEPOSIT_TX_TYPE, DepositTransaction
from opcycle.protocol.l1_info import L1Info
from opcycle.protocol.rollup import Fork
from opcycle.protocol.types import L1Block
from opcycle.protocol.upgrades import UPGRADES
from opcycle.sequencer.attributes import sequencer_attributes
from opcycle.sequencer.decide import BuildBlock, Snapshot, Wait, decide, fill_time, is_due, waits_until
from opcycle.sequencer.origin import WINDOW_MARGIN

ORIGIN, FOLLOWING = block(5), block(6)


def head_at(timestamp: int):
    return l2_block(
        replace(GENESIS, number=30, timestamp=timestamp, l1_origin=ORIGIN.header.id, sequence_number=4)
    )


def snapshot(
    head_time: int,
    *,
    following: L1Block | None = FOLLOWING,
    pending: int = 0,
    late: int = 0,
    l1_head: int = FOLLOWING.header.number,
) -> Snapshot:
    """The block after the head is due, and has been for `late` seconds."""
    now = head_time + L2_BLOCK_TIME + late
    return Snapshot(
        head=head_at(head_time),
        origin=ORIGIN,
        following=following,
        l1_head=l1_head,
        pending=pending,
        now=now,
    )


def decided(given: Snapshot):
    (action,) = decide(CONFIG, L1_CHAIN, given)
    return action


# --- when ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [0, 1, 604_800])
def test_decide__due_or_overdue__builds_with_the_timestamp_of_the_cadence(late: int) -> None:
    action = decided(snapshot(ORIGIN.header.timestamp, late=late))
    assert isinstance(action, BuildBlock)
    assert action.attributes.timestamp == ORIGIN.header.timestamp + L2_BLOCK_TIME


def test_decide__not_due__waits_for_chain_time() -> None:
    due = ORIGIN.header.timestamp + L2_BLOCK_TIME
    action = decided(snapshot(ORIGIN.header.timestamp, late=-1))
    assert action == Wait(f"chain time {due} for L2 block 31 (it is {due - 1})")


def test_is_due__exactly_at_its_timestamp() -> None:
    head = head_at(100).ref
    assert not is_due(CONFIG, head, 101)
    assert is_due(CONFIG, head, 102)
    assert waits_until(CONFIG, head, 101) == "chain time 102 for L2 block 31 (it is 101)"


def test_decide__l1_too_far_behind__waits_for_the_next_l1_block() -> None:
    head_time = ORIGIN.header.timestamp + 1800
    action = decided(snapshot(head_time, following=None))
    assert action == Wait("L1 block 6: L2 is as far ahead of L1 as the sequencer drift allows")
    assert isinstance(decided(snapshot(head_time - L2_BLOCK_TIME, following=None)), BuildBlock)
    assert isinstance(decided(snapshot(head_time)), BuildBlock)


def test_decide__l1_replaced_the_origin__resets() -> None:
    given = replace(snapshot(ORIGIN.header.timestamp), origin=block(5, branch="b"))
    with pytest.raises(ResetError):
        decide(CONFIG, L1_CHAIN, given)


# --- what ---------------------------------------------------------------------------------------------


def test_decide__same_epoch__what_a_verifier_derives_with_the_pool_open() -> None:
    given = snapshot(ORIGIN.header.timestamp)
    action = decided(given)
    dictated = prepare_attributes(CONFIG, L1_CHAIN, given.head.ref, GENESIS_CONFIG, epoch=ORIGIN)
    assert isinstance(action, BuildBlock)
    assert action.attributes == replace(dictated, no_tx_pool=False)


def test_decide__next_epoch__its_deposits_and_config_updates() -> None:
    following = block(6, logs=[new_gas_limit(99), deposit_log(mint=5, index=1), deposit_log(mint=6, index=2)])
    given = snapshot(FOLLOWING.header.timestamp - L2_BLOCK_TIME, following=following)
    action = decided(given)
    assert isinstance(action, BuildBlock)
    info, *deposits = [DepositTransaction.decode(tx) for tx in action.attributes.transactions or ()]
    assert (L1Info.decode(info.data).number, L1Info.decode(info.data).sequence_number) == (6, 0)
    assert [deposit.mint for deposit in deposits] == [5, 6]
    assert action.attributes.gas_limit == 99


def test_decide__second_block_of_an_epoch__no_deposits_again() -> None:
    origin = block(5, logs=[deposit_log(mint=5)])
    action = decided(replace(snapshot(ORIGIN.header.timestamp), origin=origin))
    assert isinstance(action, BuildBlock)
    (only,) = action.attributes.transactions or ()
    assert only[0] == DEPOSIT_TX_TYPE
    assert L1Info.decode(DepositTransaction.decode(only).data).sequence_number == 5


@pytest.mark.parametrize(("ahead", "is_shut"), [(1800, False), (1802, True)])
def test_sequencer_attributes__beyond_the_drift__the_pool_stays_shut(ahead: int, is_shut: bool) -> None:
    """Allowed only because the next L1 block is later still."""
    head_time = ORIGIN.header.timestamp + ahead - L2_BLOCK_TIME
    far = L1Block(replace(header(6), timestamp=ORIGIN.header.timestamp + 9000))
    action = decided(snapshot(head_time, following=far, pending=100))
    assert isinstance(action, BuildBlock)
    assert action.attributes.no_tx_pool is is_shut
    assert (action.fill == 0) is is_shut
    assert action.attributes == sequencer_attributes(
        CONFIG, L1_CHAIN, head_at(head_time), epoch=ORIGIN, l1_head=6
    )


@pytest.mark.parametrize("fork", UPGRADES)
@pytest.mark.parametrize(("later", "is_shut"), [(0, True), (-L2_BLOCK_TIME, False), (1, False)])
def test_sequencer_attributes__first_block_of_a_fork__the_pool_stays_shut(
    fork: Fork, later: int, is_shut: bool
) -> None:
    head_time = ORIGIN.header.timestamp
    since = {fork: head_time + L2_BLOCK_TIME + later}
    config = replace(CONFIG, fork_times={**CONFIG.fork_times, **since})
    attributes = sequencer_attributes(config, L1_CHAIN, head_at(head_time), epoch=ORIGIN, l1_head=6)
    assert attributes.no_tx_pool is is_shut


@pytest.mark.parametrize(
    ("window", "l1_head", "is_shut"),
    [
        (3600, 5 + 3600 - WINDOW_MARGIN - 1, False),
        (3600, 5 + 3600 - WINDOW_MARGIN, True),
        (3600, 5 + 3600 + 100, True),
        (10, 5 + 4, False),  # half of a short window
        (10, 5 + 5, True),
    ],
)
def test_sequencer_attributes__window_of_the_epoch_closes__the_pool_stays_shut(
    window: int, l1_head: int, is_shut: bool
) -> None:
    """The block is then the one that derivation would force."""
    config = replace(CONFIG, seq_window_size=window)
    given = snapshot(ORIGIN.header.timestamp, pending=100, l1_head=l1_head)
    (action,) = decide(config, L1_CHAIN, given)
    assert isinstance(action, BuildBlock)
    assert action.attributes.no_tx_pool is is_shut
    assert (action.fill == 0) is is_shut
    head = head_at(ORIGIN.header.timestamp)
    forced = prepare_attributes(config, L1_CHAIN, head.ref, GENESIS_CONFIG, epoch=ORIGIN)
    assert (action.attributes == forced) is is_shut


# --- how long the engine may fill it ------------------------------------------------------------------


@pytest.mark.parametrize("pending", [0, 7])
def test_decide__transactions_pending__the_engine_gets_time_for_them(pending: int) -> None:
    action = decided(snapshot(ORIGIN.header.timestamp, pending=pending))
    assert isinstance(action, BuildBlock)
    assert action.fill == fill_time(pending, L2_BLOCK_TIME)


def test_fill_time__nothing_pending__none() -> None:
    assert fill_time(0, 1) == 0.0
    assert fill_time(1, 1) > 0.0


def test_fill_time__more_pending__more_time_up_to_half_the_block_time() -> None:
    assert fill_time(1000, 2) == pytest.approx(0.25)
    assert fill_time(1000, 2) > fill_time(999, 2)
    assert fill_time(100_000, 2) == 1.0
    assert fill_time(100_000, 1) == 0.5
