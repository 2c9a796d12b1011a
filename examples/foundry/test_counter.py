"""A counter on L2 that obeys a contract on L1. `forge build && pytest`"""

import pytest

from opcycle.testing.reverts import ContractRevertedError


@pytest.fixture
def new_owner(devnet):
    messenger = devnet.addresses["L1CrossDomainMessengerProxy"]
    portal = devnet.addresses["OptimismPortalProxy"]
    return lambda keeper: devnet.l1.deploy("CounterOwner", messenger, portal, sender=keeper)


@pytest.fixture
def owner(new_owner, user):
    return new_owner(user)


@pytest.fixture
def counter(devnet, user, owner):
    return devnet.l2.deploy("Counter", owner, sender=user)


def test_owner_sets_it_by_message(devnet, user, owner, counter):
    owner.setByMessage(counter, 7, sender=user)
    devnet.advance_until(lambda: counter.count() == 7)


def test_owner_sets_it_by_deposit(devnet, user, owner, counter):
    owner.setByDeposit(counter, 8, sender=user)
    devnet.advance_until(lambda: counter.count() == 8)


def test_no_other_contract_sets_it(devnet, user, owner, counter, new_owner):
    stranger = devnet.new_user()
    other = new_owner(stranger)
    other.setByMessage(counter, 666, sender=stranger)
    other.setByDeposit(counter, 667, sender=stranger)
    owner.setByDeposit(counter, 9, sender=user)  # L2 executes deposits in L1's order
    devnet.advance_until(lambda: counter.count() == 9)
    assert [event.args["count"] for event in counter.events("Set")] == [9]


def test_nobody_on_l2_sets_it(user, counter):
    with pytest.raises(ContractRevertedError, match="NotTheOwner"):
        counter.set(5, sender=user)
