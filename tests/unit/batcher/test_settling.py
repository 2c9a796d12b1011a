"""A start waits until all that the account has sent is mined and derived, whatever L1 does meanwhile."""

import pytest
from tests.unit.batcher.world import FakeL1

from opcycle.batcher.settling import Settling


@pytest.fixture
def l1():
    chain = FakeL1()
    chain.mine(5)
    return chain


@pytest.fixture
def ask(l1):
    """Asks with L1's head as it is; `reading` is the block that the node reads, by number."""
    settling = Settling(l1)

    def has_settled(*, reading, in_flight=0):
        current = l1.blocks[reading].header.id
        return settling.has_settled(in_flight=in_flight, l1_head=l1.blocks[-1].header.id, current_l1=current)

    return has_settled


def test_node_reads_the_head_of_the_first_look__it_may_not_be_through_with_it(ask):
    assert not ask(reading=5)


def test_node_reads_the_block_after_the_head_of_the_first_look__settled(ask, l1):
    assert not ask(reading=5)
    l1.mine()
    assert not ask(reading=5)
    assert ask(reading=6)


def test_something_in_flight__the_wait_starts_when_it_is_mined(ask, l1):
    assert not ask(reading=5)
    l1.mine()
    assert not ask(reading=6, in_flight=1)
    assert not ask(reading=6)
    l1.mine()
    assert ask(reading=7)


def test_l1_replaces_the_head_of_the_first_look__the_wait_starts_again(ask, l1):
    assert not ask(reading=5)
    l1.reorg(1)
    l1.mine()
    assert not ask(reading=6)
    l1.mine()
    assert ask(reading=7)


def test_node_reads_a_block_that_l1_has_replaced__is_not_trusted(l1):
    settling = Settling(l1)
    first = l1.blocks[-1].header.id
    assert not settling.has_settled(in_flight=0, l1_head=first, current_l1=first)
    l1.mine()
    orphan = l1.blocks[-1].header.id
    l1.reorg(1)
    head = l1.blocks[-1].header.id
    assert not settling.has_settled(in_flight=0, l1_head=head, current_l1=orphan)
    assert settling.has_settled(in_flight=0, l1_head=head, current_l1=head)
