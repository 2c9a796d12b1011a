"""The proposer of games against a factory that keeps the contract's rules."""

from dataclasses import replace
from itertools import pairwise

import pytest
from tests.unit.derivation.l1_builder import CONFIG
from tests.unit.proposer.arena import OTHER_TYPE, TYPE, Arena
from tests.unit.proposer.settlement import L1_BLOCK_TIME, PROPOSER, STRANGER, Account, Node

from opcycle.errors import UserError
from opcycle.l1.anchor_state_registry import Anchor
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.proposer.games import GamesProposer
from opcycle.proposer.next_game import GameOptions
from opcycle.protocol.sync_status import UNKNOWN_L1

INTERVAL = 5 * L1_BLOCK_TIME


class World:
    """A node that has finalized ten blocks, and no game yet."""

    def __init__(self):
        self.arena = Arena()
        for _ in range(3):
            self.arena.mine()
        self.node = Node(self.arena)
        self.node.safe = self.node.finalized = 10
        self.proposer = self.new_proposer()

    def new_proposer(self, *, address=PROPOSER, allow_non_finalized=False):
        return GamesProposer(
            CONFIG,
            factory=self.arena,
            registry_at=self.arena.registry_at,
            node=self.node,
            l1=self.arena,
            transactions=Account(self.arena, address),
            options=GameOptions(TYPE, INTERVAL, allow_non_finalized),
        )

    def mine(self, count: int = 1) -> None:
        """L1 and, with it, the node and L2 go on."""
        for _ in range(count):
            self.arena.mine()
            self.node.current_l1 = self.arena.head.ref
            self.node.safe += 1
            self.node.finalized += 1

    @property
    def games(self):
        return [(game.number, game.root) for game in self.arena.standing]


@pytest.fixture
def world():
    return World()


def test_no_game_yet__made_as_the_node_has_it(world) -> None:
    assert world.proposer.step().progress
    world.arena.mine()
    assert world.games == [(10, world.node.root(10))]
    assert world.proposer.proposed == 10


@pytest.mark.parametrize("restarts", [False, True])
def test_games__one_per_interval_restarted_or_not(world, restarts: bool) -> None:
    for _ in range(20):
        if restarts:
            world.proposer = world.new_proposer()
        world.proposer.step()
        world.mine()
    times = [game.created_at for game in world.arena.standing]
    assert [b - a for a, b in pairwise(times)] == [INTERVAL + 2 * L1_BLOCK_TIME] * 2
    assert all(root == world.node.root(number) for number, root in world.games)


def test_game_of_another_account__does_not_reset_the_interval(world) -> None:
    world.proposer.step()
    world.mine(INTERVAL // L1_BLOCK_TIME)
    world.arena.made_by(STRANGER, root=b"\x66" * 32, number=99)
    world.mine()
    assert world.proposer.step().progress


def test_own_game_of_another_type__does_not_count(world) -> None:
    world.arena.made_by(PROPOSER, root=b"\x66" * 32, number=99, game_type=OTHER_TYPE)
    world.node.current_l1 = world.arena.head.ref
    assert world.proposer.step().progress


@pytest.mark.parametrize("restarts", [False, True])
def test_proposal_not_mined_yet__nothing_more_is_sent(world, restarts: bool) -> None:
    world.proposer.step()
    proposer = world.new_proposer() if restarts else world.proposer
    assert not proposer.step().progress
    world.arena.mine()
    assert not proposer.step().progress
    assert len(world.arena.sent) == 1


def test_proposal_that_l1_has_forgotten__made_again(world) -> None:
    world.proposer.step()
    world.arena.pool.clear()
    assert world.proposer.step().progress


def test_proposal_taken_back_by_a_reorg__made_again_as_the_node_then_has_it(world) -> None:
    world.proposer.step()
    world.arena.mine()
    world.arena.reorg(2, branch="b")
    assert world.games == []
    assert world.proposer.step().waiting_for.startswith("the node to read this L1")
    world.node.fork, world.node.current_l1 = "b", world.arena.head.ref
    assert world.proposer.step().progress
    world.arena.mine()
    assert world.games == [(10, world.node.root(10))]


@pytest.mark.parametrize("twin", [True, False])
def test_what_somebody_else_has_claimed__is_not_claimed_twice(world, twin: bool) -> None:
    number = 10 if twin else 9
    world.arena.made_by(STRANGER, root=world.node.root(number), number=number)
    world.node.current_l1 = world.arena.head.ref
    assert world.proposer.step().progress != twin


def test_somebody_was_faster__said_once_then_the_next_block_is_proposed(world) -> None:
    world.proposer.step()
    world.arena.pool.insert(0, (b"faster", STRANGER, world.arena.sent[0]))
    world.mine()
    with pytest.raises(TransactionRevertedError):
        world.proposer.step()
    assert world.proposer.step().progress
    world.mine()
    assert [number for number, _ in world.games] == [10, 11]


def test_reset__forgets_the_refused_proposal(world) -> None:
    world.proposer.step()
    world.arena.pool.insert(0, (b"faster", STRANGER, world.arena.sent[0]))
    world.mine()
    world.proposer.reset()
    assert world.proposer.step().progress


def test_nothing_due__l1_is_read_once_a_block_and_the_node_asked_for_no_output(world) -> None:
    world.proposer.step()
    world.arena.mine()
    world.node.asked.clear()
    world.arena.asked.clear()
    for _ in range(5):
        assert world.proposer.step().waiting_for.endswith("when the next game is due")
    assert (world.arena.asked, world.node.asked) == ([world.arena.head.hash], [])
    world.mine()
    world.proposer.step()
    assert len(world.arena.asked) == 2


def test_node_that_has_not_looked_at_l1__is_not_asked_for_an_output(world) -> None:
    world.node.current_l1 = UNKNOWN_L1
    assert world.proposer.step().waiting_for.startswith("the node to read this L1")
    assert (world.node.asked, world.arena.sent) == ([], [])


def test_anchor_ahead_of_the_node__waits(world) -> None:
    world.arena.anchored = Anchor(b"\xaa" * 32, 10)
    assert "to pass block 10, the anchor" in world.proposer.step().waiting_for
    world.mine()
    assert world.proposer.step().progress


def test_type_that_withdrawals_do_not_rely_on__nothing_until_they_do(world) -> None:
    world.arena.respected = OTHER_TYPE
    assert not world.proposer.step().progress
    world.arena.respected = TYPE
    world.mine()
    assert world.proposer.step().progress


def test_factory_without_the_type__waits(world) -> None:
    world.arena.kinds.clear()
    assert world.proposer.step().waiting_for == "the factory to make games of type 255"


def test_games_about_another_chain__refused(world) -> None:
    world.arena.of_another_chain()
    with pytest.raises(UserError, match=r"are about chain 7, the deployment's L2 is chain \d+; name this"):
        world.proposer.step()


@pytest.mark.parametrize("permitted", [PROPOSER, STRANGER])
def test_games_that_one_account_alone_may_make__refused_for_others(world, permitted: bytes) -> None:
    world.arena.kinds[TYPE] = replace(world.arena.kinds[TYPE], proposer=permitted)
    if permitted == PROPOSER:
        assert world.proposer.step().progress
        return
    with pytest.raises(UserError, match=r"only 0x0303\w+ may make games of type 255; use that account"):
        world.proposer.step()
    assert world.arena.sent == []


def test_node_of_another_chain__refused_before_anything_is_sent(world) -> None:
    world.node.config = replace(CONFIG, l2_chain_id=7)
    with pytest.raises(UserError, match="the node follows L2 chain"):
        world.proposer.step()
    assert (world.arena.sent, world.node.asked) == ([], [])
