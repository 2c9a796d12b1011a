"""Tests of a project compiled with Ape, which tests/examples/test_ape.py runs there."""

import ape
import pytest

from opcycle.testing.ape import ape_account, connected
from opcycle.testing.reverts import ContractRevertedError


def test_each_chain_is_the_one_that_is_named__also_nested__and_apes_own_is_back_in_the_end(devnet, chain):
    own = chain.provider.chain_id
    with connected(devnet.l1):
        assert chain.provider.chain_id == devnet.l1.chain_id
        with connected(devnet.l2):
            assert chain.provider.chain_id == devnet.l2.chain_id
        assert chain.provider.chain_id == devnet.l1.chain_id
    assert chain.provider.chain_id == own


def test_an_error_inside_passes__and_apes_own_chain_is_back(devnet, chain):
    own = chain.provider.chain_id
    with pytest.raises(ZeroDivisionError), connected(devnet.l1), connected(devnet.l2):
        raise ZeroDivisionError
    assert chain.provider.chain_id == own


def test_a_transaction_is_mined_when_ape_goes_on__and_paid_by_the_user(devnet, user, chain):
    friend, sender = devnet.new_user(), ape_account(user)
    before = devnet.l2.balance(friend)
    with connected(devnet.l2):
        receipt = sender.transfer(friend.address, 10**18)
        assert receipt.block_number == devnet.l2.block_number
        assert sender.nonce == 1
    assert devnet.l2.balance(friend) == before + 10**18
    assert devnet.l1.nonce(user) == 0


def test_contracts_at_the_same_address_are_not_mixed_up(project, devnet, user):
    sender = ape_account(user)
    with connected(devnet.l1):
        results = project.Results.deploy(user.address, sender=sender)
    with connected(devnet.l2):
        poll = project.Poll.deploy(results, sender=sender)
        assert poll.address == results.address
        poll.vote(True, sender=sender)
        assert poll.yes() == 1
        with pytest.raises(ape.exceptions.ContractNotFoundError):
            ape.Contract("0x" + "11" * 20)
    with connected(devnet.l1):
        assert results.portal() == user.address


def test_what_ape_deployed_is_a_contract_of_the_devnet_too(project, devnet, user):
    with connected(devnet.l2):
        poll = project.Poll.deploy(user.address, sender=ape_account(user))
    same = devnet.l2.contract(poll.address, project.Poll)
    same.vote(False, sender=user)
    assert same.no() == 1
    with pytest.raises(ContractRevertedError, match="AlreadyVoted"):
        same.vote(False, sender=user)


@pytest.mark.parametrize("time", [1, 2])
def test_each_test_begins_with_the_same_chains(project, devnet, user, time):
    with connected(devnet.l2):
        assert ape_account(user).nonce == 0
        poll = project.Poll.deploy(user.address, sender=ape_account(user))
        poll.vote(True, sender=ape_account(user))
        assert poll.yes() == 1


def test_a_revert_is_the_contracts_own_error(project, devnet, user):
    sender = ape_account(user)
    with connected(devnet.l2):
        poll = project.Poll.deploy(user.address, sender=sender)
        poll.vote(True, sender=sender)
        with ape.reverts(poll.AlreadyVoted, voter=sender):
            poll.vote(True, sender=sender)


def test_the_contracts_of_apes_own_chain_are_known_again(project, devnet, accounts):
    mine = project.Poll.deploy(accounts[1], sender=accounts[0])
    with connected(devnet.l2):
        pass
    assert ape.Contract(mine.address).results() == accounts[1]


@pytest.mark.parametrize("fails", ["assertion", "revert"])
def test_fails(project, devnet, user, fails):
    sender = ape_account(user)
    with connected(devnet.l2):
        poll = project.Poll.deploy(user.address, sender=sender)
        poll.vote(True, sender=sender)
        if fails == "revert":
            poll.vote(True, sender=sender)
        assert poll.no() == 1
