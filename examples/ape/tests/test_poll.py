"""A vote on L2 whose result L1 believes. `ape test`"""

import ape
import pytest

from opcycle.testing.ape import ape_account, connected


@pytest.fixture
def results(project, devnet, user):
    with connected(devnet.l1):
        return project.Results.deploy(devnet.addresses["OptimismPortalProxy"], sender=ape_account(user))


@pytest.fixture
def poll(project, devnet, user, results):
    with connected(devnet.l2):
        poll = project.Poll.deploy(results, sender=ape_account(user))
    with connected(devnet.l1):
        results.setPoll(poll, sender=ape_account(user))
    return poll


def test_result_arrives_on_l1(devnet, user, poll, results):
    with connected(devnet.l2):
        for is_yes in (True, True, False):
            poll.vote(is_yes, sender=ape_account(devnet.new_user()))
        sent = poll.send(sender=ape_account(user))

    withdrawal = devnet.withdrawal(bytes.fromhex(sent.txn_hash[2:]), user)
    devnet.advance_until(withdrawal.provable)
    withdrawal.prove()
    devnet.advance(days=7)
    withdrawal.finalize()

    with connected(devnet.l1):
        assert (results.yes(), results.no()) == (2, 1)


def test_everybody_has_one_vote(devnet, user, poll):
    voter = ape_account(user)
    with connected(devnet.l2):
        poll.vote(True, sender=voter)
        with ape.reverts(poll.AlreadyVoted, voter=voter):
            poll.vote(False, sender=voter)


def test_nobody_but_the_portal_records(devnet, user, results):
    caller = ape_account(user)
    with connected(devnet.l1), ape.reverts(results.NotThePoll, caller=caller):
        results.record(5, 0, sender=caller)
