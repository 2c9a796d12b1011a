"""The bridge of the fixtures: ether with and without calls, and what it refuses."""

import pytest
from eth_account.signers.local import LocalAccount

from opcycle.artifacts import artifact
from opcycle.errors import TemporaryError, UserError
from opcycle.testing.contracts import Contract
from opcycle.testing.rollup import LocalRollup
from opcycle.testing.user_bridge import UserBridge

ETHER = 10**18


def wrapped_ether(devnet: LocalRollup, layer: str, owner: LocalAccount) -> Contract:
    """A token, and a contract that takes ether and calls."""
    found = artifact("WETH")
    chain = devnet.l1 if layer == "L1" else devnet.l2
    return chain.deploy((found.abi, found.bytecode), sender=owner)


def test_a_deposit_arrives_where_it_should(
    devnet: LocalRollup, bridge: UserBridge, user: LocalAccount
) -> None:
    other = devnet.new_user()
    deposit = bridge.deposit(ether="1.5", to=other)
    assert deposit.arrived
    assert deposit.succeeded
    assert devnet.l2.balance(other) == 101 * ETHER + ETHER // 2
    assert devnet.l1.balance(user) < 98 * ETHER + ETHER // 2


def test_a_deposit_calls_a_contract(devnet: LocalRollup, bridge: UserBridge, user: LocalAccount) -> None:
    weth = wrapped_ether(devnet, "L2", user)
    assert bridge.deposit(ether=1, to=weth, data=weth.deposit.encode()).succeeded
    assert weth.balanceOf(user) == ETHER
    failed = bridge.deposit(ether=1, to=weth, data=weth.withdraw.encode(2 * ETHER))
    assert failed.arrived
    assert not failed.succeeded


def test_a_withdrawal_calls_a_contract_and_anybody_may_finish_it(
    devnet: LocalRollup, bridge: UserBridge, user: LocalAccount
) -> None:
    weth, relayer = wrapped_ether(devnet, "L1", user), devnet.new_user()
    withdrawal = bridge.withdraw(ether="0.25", to=weth, data=weth.deposit.encode(), gas_limit=200_000)
    assert not withdrawal.provable
    with pytest.raises(TemporaryError, match="cannot be proven now"):
        withdrawal.prove()
    devnet.advance_until(withdrawal.provable)
    withdrawal.prove(relayer)
    assert devnet.l1.nonce(user) == 1, "it deployed the token, and nothing else"
    with pytest.raises(TemporaryError, match="cannot be finalized now"):
        withdrawal.finalize(relayer)
    devnet.advance_until(withdrawal.finalizable)
    assert devnet.lag == 0
    withdrawal.finalize(relayer)
    assert withdrawal.finalized
    assert devnet.l1.balance(weth) == ETHER // 4


def test_a_guardian_pauses_withdrawals(devnet: LocalRollup, bridge: UserBridge) -> None:
    guardian = devnet.account("guardian")
    config = devnet.l1.contract(
        devnet.addresses["SuperchainConfigProxy"], (artifact("SuperchainConfig").abi, b"")
    )
    config.pause("0x" + "00" * 20, sender=guardian)
    withdrawal = bridge.withdraw(wei=1)
    devnet.advance(seconds=40)
    assert "paused by the guardian" in str(withdrawal.status)
    with pytest.raises(UserError, match="nobody is the 'guard'; there are deployer, guardian"):
        devnet.account("guard")


@pytest.mark.parametrize("amount", [{"ether": 0.1}, {"ether": "-1"}, {"wei": 1, "ether": 1}])
def test_no_amount_is_guessed(devnet: LocalRollup, bridge: UserBridge, amount: dict[str, object]) -> None:
    before = devnet.now
    for transfer in (bridge.deposit, bridge.withdraw):
        with pytest.raises(UserError):
            transfer(**amount)  # type: ignore[arg-type]
    assert devnet.now == before


def test_more_than_one_has_is_refused(bridge: UserBridge) -> None:
    with pytest.raises(UserError, match="has 100 ETH on chain"):
        bridge.deposit(ether=101)
    with pytest.raises(UserError, match="has 100 ETH on chain"):
        bridge.withdraw(ether=101)
