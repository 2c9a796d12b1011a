"""The proposer against an oracle that keeps the contract's rules."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import CONFIG
from tests.unit.proposer.settlement import (
    CHALLENGER,
    INTERVAL,
    PROPOSER,
    STRANGER,
    Account,
    DeleteCall,
    Node,
    Oracle,
)

from opcycle.errors import UserError
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.proposer.agent import Proposer
from opcycle.protocol.sync_status import UNKNOWN_L1


class World:
    """A node that has finalized the first interval, and L1 where that output is due."""

    def __init__(self):
        self.oracle = Oracle()
        for _ in range(3):
            self.oracle.mine()
        self.node = Node(self.oracle)
        self.node.safe = self.node.finalized = INTERVAL
        self.proposer = self.new_proposer()

    def new_proposer(self, *, address=PROPOSER, allow_non_finalized=False):
        return Proposer(
            CONFIG,
            oracle=self.oracle,
            node=self.node,
            l1=self.oracle,
            transactions=Account(self.oracle, address),
            allow_non_finalized=allow_non_finalized,
        )

    @property
    def roots(self):
        return [output.output_root for output in self.oracle.standing]


@pytest.fixture
def world():
    return World()


def test_output_due__proposed_as_the_node_has_it(world) -> None:
    outcome = world.proposer.step()
    world.oracle.mine()
    assert outcome.progress
    assert world.roots == [world.node.root(INTERVAL)]


def test_every_output__proposed_once_in_order(world) -> None:
    world.node.safe = world.node.finalized = 3 * INTERVAL
    for _ in range(20):
        world.proposer.step()
        world.oracle.mine()
        world.node.current_l1 = world.oracle.head.ref
    assert world.roots == [world.node.root(INTERVAL * count) for count in (1, 2, 3)]
    assert len(world.oracle.sent) == 3


def test_node_below_the_block__is_not_even_asked(world) -> None:
    world.node.finalized = INTERVAL - 1
    assert not world.proposer.step().progress
    assert (world.node.asked, world.oracle.sent) == ([], [])


def test_safe_block__proposed_only_if_allowed(world) -> None:
    world.node.finalized = INTERVAL - 1
    assert not world.new_proposer().step().progress
    assert world.new_proposer(allow_non_finalized=True).step().progress


@pytest.mark.parametrize("restarts", [False, True])
def test_proposal_not_mined_yet__nothing_more_is_sent(world, restarts: bool) -> None:
    world.proposer.step()
    proposer = world.new_proposer() if restarts else world.proposer
    assert not proposer.step().progress
    world.oracle.mine()
    assert not proposer.step().progress
    assert len(world.oracle.sent) == 1


def test_proposal_that_l1_has_forgotten__made_again(world) -> None:
    world.proposer.step()
    world.oracle.pool.clear()
    assert world.proposer.step().progress
    world.oracle.mine()
    assert world.roots == [world.node.root(INTERVAL)]


def test_proposal_taken_back_by_a_reorg__made_again(world) -> None:
    world.proposer.step()
    world.oracle.mine()
    world.oracle.reorg(1, branch="b")
    assert world.roots == []
    assert world.proposer.step().progress
    world.oracle.mine()
    assert world.roots == [world.node.root(INTERVAL)]


def test_node_ahead_of_our_l1__waits_until_l1_has_the_block(world) -> None:
    ahead = world.oracle.mine()
    world.oracle.blocks.pop()
    world.node.current_l1 = ahead.ref
    assert not world.proposer.step().progress
    world.oracle.mine()
    assert world.proposer.step().progress
    world.oracle.mine()
    assert world.roots == [world.node.root(INTERVAL)]


def test_node_on_another_l1__nothing_is_paid_for_in_vain(world) -> None:
    world.node.current_l1 = world.oracle.head.ref
    world.oracle.reorg(1, branch="b")
    assert not world.proposer.step().progress
    assert world.oracle.sent == []
    world.node.current_l1 = world.oracle.head.ref
    assert world.proposer.step().progress


def test_node_that_has_not_looked_at_l1__waits(world) -> None:
    world.node.current_l1 = UNKNOWN_L1
    assert world.proposer.step().waiting_for.startswith("the node to read this L1")


def test_l1_block_that_the_root_follows_from__replaced__oracle_refuses(world) -> None:
    world.proposer.step()
    pool = world.oracle.pool
    world.oracle.reorg(1, branch="b")
    world.oracle.pool = pool
    world.oracle.mine()
    assert world.roots == []


def test_refused_proposal__reported_once_then_decided_anew(world) -> None:
    world.proposer.step()
    pool = world.oracle.pool
    world.oracle.reorg(1, branch="b")
    world.oracle.pool = pool
    world.oracle.mine()
    with pytest.raises(TransactionRevertedError):
        world.proposer.step()
    world.node.fork, world.node.current_l1 = "b", world.oracle.head.ref
    assert world.proposer.step().progress
    world.oracle.mine()
    assert world.roots == [world.node.root(INTERVAL)]


def test_reset__forgets_the_refused_proposal(world) -> None:
    world.proposer.step()
    world.oracle.pool = [(name, STRANGER, call) for name, _, call in world.oracle.pool]
    world.oracle.mine()
    world.proposer.reset()
    assert world.proposer.step().progress


def test_output_deleted_by_the_challenger__proposed_again(world) -> None:
    world.proposer.step()
    world.oracle.mine()
    world.oracle.pool.append((b"deletion", CHALLENGER, DeleteCall(0)))
    world.oracle.mine()
    assert world.roots == []
    world.proposer.step()
    world.oracle.mine()
    assert world.roots == [world.node.root(INTERVAL)]


@pytest.mark.parametrize("field", ["l2_chain_id", "genesis_l2"])
def test_node_of_another_chain__refused_before_anything_is_sent(world, field: str) -> None:
    other = {"l2_chain_id": 7, "genesis_l2": CONFIG.genesis_l1}[field]
    world.node.config = replace(CONFIG, **{field: other})
    with pytest.raises(UserError, match="the node follows L2 chain"):
        world.proposer.step()
    assert (world.oracle.sent, world.node.asked) == ([], [])


def test_node_of_this_chain_that_words_its_config_differently__accepted(world) -> None:
    world.node.config = replace(CONFIG, fork_times={})
    assert world.proposer.step().progress


def test_key_of_another_account__refused_before_anything_is_sent(world) -> None:
    with pytest.raises(UserError, match="takes proposals from 0x0101"):
        world.new_proposer(address=STRANGER).step()
    assert world.oracle.sent == []
