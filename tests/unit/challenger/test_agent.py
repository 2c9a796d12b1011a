"""The challenger against an oracle that keeps the contract's rules."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import CONFIG
from tests.unit.proposer.settlement import (
    CHALLENGER,
    INTERVAL,
    L2_BLOCK_TIME,
    PERIOD,
    STRANGER,
    WRONG,
    Account,
    DeleteCall,
    Node,
    Oracle,
)

from opcycle.challenger.agent import CHECKS_PER_STEP, OUTPUTS_PER_READ, Challenger
from opcycle.errors import ResetError, UserError


class World:
    """A node that is far ahead of whatever is proposed."""

    def __init__(self):
        self.oracle = Oracle()
        self.node = Node(self.oracle)
        self.node.safe = 100_000
        self.challenger = self.new_challenger()

    def new_challenger(self, *, address=CHALLENGER):
        return Challenger(
            CONFIG,
            oracle=self.oracle,
            node=self.node,
            l1=self.oracle,
            transactions=Account(self.oracle, address),
        )

    def propose(self, *are_right: bool) -> None:
        for is_right in are_right:
            number = self.oracle.next_block_number(block=self.oracle.head.hash)
            self.oracle.propose_now(self.node.root(number) if is_right else WRONG)

    def settle(self) -> None:
        """Steps until nothing is left to do, then a block."""
        while self.challenger.step().progress:
            pass
        self.oracle.mine()

    @property
    def standing(self):
        return len(self.oracle.standing)


@pytest.fixture
def world():
    return World()


def test_right_outputs__stand(world) -> None:
    world.propose(True, True, True)
    world.settle()
    assert (world.standing, world.oracle.sent) == (3, [])


def test_wrong_output__deleted_with_all_after_it(world) -> None:
    world.propose(True, False, True, False)
    world.settle()
    assert (world.standing, world.oracle.sent) == (1, [DeleteCall(1)])


def test_deletion__said_in_words(world) -> None:
    world.propose(False)
    assert f"output 0 says 0x{WRONG.hex()} of L2 block 10, it is" in world.challenger.step().did[-1]


def test_node_behind__waits_and_then_deletes(world) -> None:
    world.node.safe = INTERVAL - 1
    world.propose(False)
    world.settle()
    assert (world.standing, world.node.asked) == (1, [])
    world.node.safe = INTERVAL
    world.settle()
    assert world.standing == 0


def test_wrong_output_behind_one_that_is_not_derived__waits(world) -> None:
    world.propose(True, False)
    world.node.safe = INTERVAL
    world.settle()
    assert world.standing == 2
    world.node.safe = 2 * INTERVAL
    world.settle()
    assert world.standing == 1


def test_deletable_until_the_window_closes(world) -> None:
    world.propose(False)
    world.oracle.mine(PERIOD - 2)
    assert world.challenger.step().progress
    world.oracle.mine(1)
    assert world.standing == 0


def test_window_closed__nothing_is_sent(world) -> None:
    world.propose(False)
    world.oracle.mine(PERIOD - 1)
    assert not world.challenger.step().progress
    assert (world.oracle.sent, world.node.asked) == ([], [])


def test_wrong_output_outside_the_window__later_wrong_one_deleted_alone(world) -> None:
    world.propose(False)
    world.oracle.mine(PERIOD)
    world.propose(False)
    world.settle()
    assert world.oracle.sent == [DeleteCall(1)]


@pytest.mark.parametrize(("is_right", "standing"), [(True, 1), (False, 0)])
def test_index_proposed_again_after_its_deletion__checked_again(world, is_right, standing) -> None:
    world.propose(False)
    world.settle()
    assert world.standing == 0
    world.propose(is_right)
    world.settle()
    assert world.standing == standing


def test_right_output_replaced_by_a_wrong_one__noticed(world) -> None:
    world.propose(True)
    world.settle()
    world.oracle.pool.append((b"deletion by hand", CHALLENGER, DeleteCall(0)))
    world.oracle.mine()
    world.propose(False)
    world.settle()
    assert world.standing == 0


def test_checked_output__node_is_not_asked_again(world) -> None:
    world.propose(True, True)
    world.settle()
    world.settle()
    assert world.node.asked == [10, 20]


@pytest.mark.parametrize("restarts", [False, True])
def test_deletion_not_mined_yet__nothing_more_is_sent(world, restarts: bool) -> None:
    world.propose(False)
    world.challenger.step()
    challenger = world.new_challenger() if restarts else world.challenger
    assert not challenger.step().progress
    world.oracle.mine()
    assert not challenger.step().progress
    assert len(world.oracle.sent) == 1


def test_deletion_taken_back_by_a_reorg__made_again(world) -> None:
    world.propose(False)
    world.settle()
    assert world.standing == 0
    world.oracle.reorg(1, branch="b")
    assert world.standing == 1
    world.settle()
    assert world.standing == 0


@pytest.mark.parametrize(("knows", "standing"), [(False, 1), (True, 0)])
def test_node_on_another_l1__is_not_believed(world, knows: bool, standing: int) -> None:
    world.propose(False)
    world.node.current_l1 = world.oracle.head.ref
    world.oracle.reorg(1, branch="b")
    world.propose(False)
    if knows:
        world.node.current_l1 = world.oracle.head.ref
    world.settle()
    assert world.standing == standing


def test_node_that_reads_l1_ahead_of_us__waits_for_the_block(world) -> None:
    world.propose(False)
    ahead = world.oracle.mine()
    world.oracle.blocks.pop()
    world.node.current_l1 = ahead.ref
    assert not world.challenger.step().progress
    world.oracle.mine()
    assert world.challenger.step().progress


def reorg_to_another_l2(world) -> None:
    """The last L1 block goes, and the node derives another L2 chain; the outputs stay."""
    world.node.current_l1 = world.oracle.mine().ref
    world.settle()
    world.oracle.reorg(2, branch="b")
    world.node.fork, world.node.current_l1 = "b", world.oracle.head.ref


def test_l1_reorg_that_makes_a_checked_output_wrong__deleted(world) -> None:
    world.propose(True)
    reorg_to_another_l2(world)
    with pytest.raises(ResetError):
        world.challenger.step()
    world.challenger.reset()
    world.settle()
    assert world.standing == 0


def test_l1_reorg_above_what_a_root_follows_from__nothing_is_forgotten(world) -> None:
    world.propose(True)
    world.settle()
    world.oracle.reorg(1, branch="b")
    world.settle()
    assert (world.standing, world.node.asked) == (1, [10])


def test_node_restarts_further_back__the_reorg_above_is_still_noticed(world) -> None:
    world.propose(True)
    low = world.oracle.header(0)
    world.node.current_l1 = world.oracle.mine().ref
    world.settle()
    world.node.current_l1 = low.ref
    world.settle()
    world.oracle.reorg(3, branch="b")
    with pytest.raises(ResetError):
        world.challenger.step()


def test_many_outputs__all_read_and_checked_in_order(world) -> None:
    """All proposed in one L1 block, when L2 had been silent for long."""
    count = OUTPUTS_PER_READ + 20
    world.oracle.mine(count * INTERVAL * L2_BLOCK_TIME)
    for index in range(count):
        number = (index + 1) * INTERVAL
        root = WRONG if index == count - 1 else world.node.root(number)
        call = world.oracle.propose(root, number, l1_block=world.oracle.head.id)
        world.oracle.pool.append((b"by hand", b"\x01" * 20, call))
    world.oracle.mine()
    assert world.standing == count
    assert len(world.challenger.step().did) == CHECKS_PER_STEP
    assert world.oracle.sent == []
    world.settle()
    assert world.oracle.sent == [DeleteCall(count - 1)]
    assert world.node.asked == [INTERVAL * (index + 1) for index in range(count)]


def test_outputs_outside_the_window__read_no_further_back_than_one_request(world) -> None:
    world.oracle.mine(3 * OUTPUTS_PER_READ * INTERVAL * L2_BLOCK_TIME)
    for index in range(2 * OUTPUTS_PER_READ):
        call = world.oracle.propose(WRONG, (index + 1) * INTERVAL, l1_block=world.oracle.head.id)
        world.oracle.pool.append((b"by hand", b"\x01" * 20, call))
    world.oracle.mine()
    world.oracle.mine(PERIOD)
    world.challenger.step()
    assert world.oracle.reads == [range(OUTPUTS_PER_READ, 2 * OUTPUTS_PER_READ)]


@pytest.mark.parametrize("field", ["l2_chain_id", "genesis_l2"])
def test_node_of_another_chain__refused_before_anything_is_sent(world, field: str) -> None:
    world.propose(True)
    other = {"l2_chain_id": 7, "genesis_l2": CONFIG.genesis_l1}[field]
    world.node.config, world.node.fork = replace(CONFIG, **{field: other}), "another chain"
    with pytest.raises(UserError, match="the node follows L2 chain"):
        world.challenger.step()
    assert (world.oracle.sent, world.node.asked) == ([], [])


def test_node_of_this_chain_that_words_its_config_differently__accepted(world) -> None:
    world.propose(False)
    world.node.config = replace(CONFIG, fork_times={})
    assert world.challenger.step().progress


def test_key_of_another_account__refused_before_anything_is_sent(world) -> None:
    world.propose(False)
    with pytest.raises(UserError, match="lets 0x0202"):
        world.new_challenger(address=STRANGER).step()
    assert world.oracle.sent == []
