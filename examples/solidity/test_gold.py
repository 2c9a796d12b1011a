"""A token of L1 goes to L2 and comes back. `forge build && pytest`"""

import pytest

from opcycle.testing.reverts import ContractRevertedError

L2_BRIDGE = "0x4200000000000000000000000000000000000010"
GAS = 200_000


@pytest.fixture
def gold(devnet, user):
    return devnet.l1.deploy("Gold", 1000, sender=user)


@pytest.fixture
def gold_on_l2(devnet, user, gold):
    return devnet.l2.deploy("GoldOnL2", gold, sender=user)


@pytest.fixture
def deposited(devnet, user, gold, gold_on_l2):
    """The user has 300 of their 1,000 on L2."""
    bridge = devnet.l1.contract(devnet.addresses["L1StandardBridgeProxy"], "IL1StandardBridge")
    gold.approve(bridge, 300, sender=user)
    bridge.depositERC20(gold, gold_on_l2, 300, GAS, b"", sender=user)
    devnet.advance_until(lambda: gold_on_l2.balanceOf(user) == 300)


def test_there_and_back(devnet, user, gold, gold_on_l2, deposited):
    bridge = devnet.l2.contract(L2_BRIDGE, "IStandardBridge")
    sent = bridge.bridgeERC20(gold_on_l2, gold, 100, GAS, b"", sender=user)
    assert (gold.balanceOf(user), gold_on_l2.balanceOf(user)) == (700, 200)

    withdrawal = devnet.withdrawal(sent.transaction, user)
    devnet.advance_until(withdrawal.provable)
    withdrawal.prove()
    devnet.advance(days=7)
    withdrawal.finalize()
    assert gold.balanceOf(user) == 800


def test_nobody_mints_without_the_bridge(user, gold_on_l2):
    with pytest.raises(ContractRevertedError, match="NotTheBridge"):
        gold_on_l2.mint(user, 1, sender=user)


def test_what_is_not_there_is_not_withdrawn(devnet, user, gold, gold_on_l2, deposited):
    bridge = devnet.l2.contract(L2_BRIDGE, "IStandardBridge")
    with pytest.raises(ContractRevertedError, match="ERC20InsufficientBalance"):
        bridge.bridgeERC20(gold_on_l2, gold, 301, GAS, b"", sender=user)
