"""Time in the fixtures: block by block, in leaps, until something holds; what a deposit costs after one."""

import pytest
from eth_account.signers.local import LocalAccount

from opcycle.devnet.devnet import NotInTimeError
from opcycle.errors import UserError
from opcycle.testing.rollup import LONGEST_STEPPED, LocalRollup

ETHER, DAY = 10**18, 86_400


def test_up_to_two_minutes_both_chains_make_all_their_blocks(devnet: LocalRollup) -> None:
    before = devnet.l1.block_number, devnet.l2.block_number
    devnet.advance(seconds=LONGEST_STEPPED)
    assert devnet.l1.block_number == before[0] + LONGEST_STEPPED // 2
    assert devnet.l2.block_number == before[1] + LONGEST_STEPPED
    assert devnet.lag == 0


def test_units_add_up(devnet: LocalRollup) -> None:
    start = devnet.now
    devnet.advance(days=1.5, hours=2, minutes=3, seconds=4)
    assert devnet.now - start == 129_600 + 7_200 + 180 + 4
    assert devnet.lag > DAY


@pytest.mark.parametrize(
    ("time", "complaint"),
    [
        ({"seconds": -1}, r"time passes by 0 to 1000000000 s at once \(asked for -1 s\)"),
        ({"days": 10**6}, "time passes by 0 to 1000000000 s at once"),
        ({"minutes": 0.01}, r"chain time has whole seconds \(asked for 0.6 s\)"),
        ({"seconds": float("nan")}, "time passes by 0 to 1000000000 s at once"),
        ({"days": float("inf")}, "time passes by 0 to 1000000000 s at once"),
    ],
)
def test_time_that_cannot_pass_is_refused(
    devnet: LocalRollup, time: dict[str, float], complaint: str
) -> None:
    start = devnet.now
    with pytest.raises(UserError, match=complaint):
        devnet.advance(**time)
    assert devnet.now == start


def test_a_deposit_after_a_short_leap_lets_l2_catch_up(devnet: LocalRollup, user: LocalAccount) -> None:
    devnet.advance(minutes=5)
    lag, before = devnet.lag, devnet.l2.block_number
    assert 240 < lag <= 300
    devnet.deposit(user, ether=1)
    assert devnet.lag == 0
    assert devnet.l2.block_number >= before + lag
    assert devnet.l2.balance(user) == 101 * ETHER


def test_a_deposit_after_a_long_leap_says_what_it_costs(devnet: LocalRollup, user: LocalAccount) -> None:
    devnet.advance(days=7)
    start = devnet.now
    with pytest.raises(
        UserError, match=r"L2 is 604\d\d\d s behind L1: .* after 604\d\d\d more L2 blocks, about 68 m"
    ):
        devnet.deposit(user, ether=1)
    assert devnet.now == start
    assert devnet.l1.nonce(user) == 0


def test_l2_works_after_a_leap(devnet: LocalRollup, user: LocalAccount) -> None:
    devnet.advance(days=30)
    devnet.l2.send(user, user, wei=1)
    withdrawal = devnet.withdraw(user, ether=1)
    devnet.advance_until(withdrawal.provable)
    assert devnet.lag > 29 * DAY


@pytest.mark.opcycle(windows="mainnet")
def test_what_a_withdrawal_waits_for_is_leapt_over(devnet: LocalRollup, user: LocalAccount) -> None:
    withdrawal = devnet.withdraw(user, ether=1)
    devnet.advance_until(withdrawal.provable)
    withdrawal.prove()
    blocks, start = devnet.l1.block_number, devnet.now
    devnet.advance_until(withdrawal.finalizable, seconds=60)
    assert 7 * DAY <= devnet.now - start <= 7 * DAY + 200
    assert devnet.l1.block_number - blocks < 40
    withdrawal.finalize()
    assert withdrawal.finalized


def test_a_withdrawal_that_goes_nowhere_says_where_it_stands(devnet: LocalRollup, user: LocalAccount) -> None:
    devnet.underlying.pace.pause("proposer")
    withdrawal = devnet.withdraw(user, ether=1)
    with pytest.raises(
        NotInTimeError,
        match=r"waited 20 s of chain time in vain for withdrawal 0x\w+ can be proven; it is in L2 block \d+",
    ):
        devnet.advance_until(withdrawal.provable, seconds=20)
    assert not withdrawal.provable


def test_what_is_never_mined_is_told(devnet: LocalRollup, user: LocalAccount) -> None:
    devnet.underlying.pace.pause("sequencer")
    with pytest.raises(NotInTimeError, match=r"in vain for transaction 0x\w+ on L2 to be mined"):
        devnet.l2.send(user, user, wei=1)
