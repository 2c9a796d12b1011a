"""The throttler counts what is not safe yet, and tells op-geth in time."""

import pytest
from tests.unit.batcher.world import FakeL1, FakeL2, FakeNode

from opcycle.batcher.throttler import READ_AT_ONCE, Throttler, da_size
from opcycle.batcher.throttling import Curve, ThrottleOptions
from opcycle.errors import TemporaryError, UserError

OPTIONS = ThrottleOptions(lower_threshold=5_000, upper_threshold=20_000)
BLOCK = 1_000
"""About the bytes that a block with a transaction of that size takes on L1."""


class Builder(FakeL2):
    """An L2 whose op-geth takes limits: `told` has them all, `limits` those that it knows."""

    def __init__(self, l1):
        super().__init__(l1)
        self.told = []
        self.limits = (0, 0)
        self.refuses = None

    def set_max_da_size(self, max_tx_size, max_block_size):
        if self.refuses is not None:
            raise self.refuses
        self.limits = max_tx_size, max_block_size
        self.told.append(self.limits)

    def restart(self):
        self.limits = (0, 0)


class World:
    def __init__(self, options=OPTIONS):
        self.l1 = FakeL1()
        self.l1.mine(200)
        self.l2 = Builder(self.l1)
        self.node = FakeNode(self.l1)
        self.throttler = Throttler(l2=self.l2, node=self.node, options=options)
        self.make_safe(0)

    def make_safe(self, number):
        self.node.safe_head = self.l2.chain[number].ref

    def settle(self):
        did = []
        while (outcome := self.throttler.step()).progress:
            did += outcome.did
        return did

    @property
    def intensity(self):
        return self.throttler.limits.intensity


@pytest.fixture
def world():
    return World()


def test_step__little_is_unsafe__transactions_are_free_and_nothing_is_said(world):
    world.l2.extend([BLOCK] * 2)
    assert world.settle() == []
    assert world.l2.limits == (0, 130_000)
    assert world.throttler.unsafe_bytes == sum(da_size(block) for block in world.l2.chain[1:])


def test_step__more_and_more_is_unsafe__blocks_may_have_less_and_less(world):
    sizes = []
    for _ in range(25):
        world.l2.extend([BLOCK])
        world.settle()
        sizes.append(world.l2.limits[1])
    assert sizes[:4] == [130_000] * 4
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 2_000


def test_step__everything_becomes_safe__limits_are_lifted_and_it_says_so(world):
    world.l2.extend([BLOCK] * 30)
    (said,) = world.settle()
    assert "an L2 block may have 2000 bytes now, a transaction 150" in said
    world.make_safe(30)
    (said,) = world.settle()
    assert "0 bytes of L2 are not safe yet: L2 blocks are no longer throttled" in said
    assert world.l2.limits == (0, 130_000)


def test_step__throttled_a_little_more__is_not_worth_a_word(world):
    world.l2.extend([BLOCK] * 10)
    assert len(world.settle()) == 1
    before = world.l2.limits
    world.l2.extend([100])
    assert world.settle() == []
    assert world.l2.limits < before


def test_step__each_new_block__op_geth_is_told_again_once(world):
    world.l2.extend([0])
    world.settle()
    assert len(world.l2.told) == 1
    world.throttler.step()
    assert len(world.l2.told) == 1
    world.l2.extend([0])
    world.settle()
    assert len(world.l2.told) == 2


def test_step__op_geth_starts_anew__is_told_before_its_next_block(world):
    world.l2.extend([BLOCK] * 30)
    world.settle()
    world.l2.refuses = TemporaryError("no JSON-RPC server answers")
    world.l2.extend([BLOCK])
    with pytest.raises(TemporaryError):
        world.throttler.step()
    world.l2.restart()
    world.l2.refuses = None
    world.throttler.step()
    assert world.l2.limits == (150, 2_000)


def test_step__node_is_away__op_geth_is_told_again_afterwards(world, monkeypatch):
    world.l2.extend([BLOCK] * 30)
    world.settle()
    told = len(world.l2.told)
    with monkeypatch.context() as patch:
        patch.setattr(world.node, "sync_status", lambda: (_ for _ in ()).throw(TemporaryError("away")))
        with pytest.raises(TemporaryError):
            world.throttler.step()
    world.throttler.step()
    assert len(world.l2.told) == told + 1


def test_step__more_blocks_than_it_reads_at_once__goes_on_until_all_are_counted():
    world = World(ThrottleOptions())
    world.l2.extend([0] * (READ_AT_ONCE + 20))
    assert world.throttler.step().progress
    part = world.throttler.unsafe_bytes
    assert not world.throttler.step().progress
    assert world.throttler.unsafe_bytes > part
    assert world.l2.asked == [(1, READ_AT_ONCE), (READ_AT_ONCE + 1, READ_AT_ONCE + 20)]


def test_step__l2_replaces_blocks__counts_the_new_ones(world):
    world.l2.extend([BLOCK] * 10)
    world.settle()
    world.l2.replace_after(3, count=2)
    world.settle()
    assert world.throttler.unsafe_bytes == sum(da_size(block) for block in world.l2.chain[1:])


def test_step__safe_head_goes_back__counts_what_is_unsafe_again(world):
    world.l2.extend([BLOCK] * 10)
    world.make_safe(8)
    world.settle()
    world.make_safe(2)
    world.settle()
    assert world.throttler.unsafe_bytes == sum(da_size(block) for block in world.l2.chain[3:])


def test_step__sequencer_is_behind_the_safe_head__nothing_is_unsafe(world):
    world.l2.extend([BLOCK] * 10)
    world.make_safe(10)
    del world.l2.chain[6:]
    world.settle()
    assert (world.throttler.unsafe_bytes, world.intensity) == (0, 0)


def test_step__builder_takes_no_limits__is_an_error_of_the_operator(world):
    world.l2.refuses = UserError("takes no limits")
    with pytest.raises(UserError, match="takes no limits"):
        world.throttler.step()


def test_follow__another_curve__counts_from_the_next_step_on(world):
    world.l2.extend([BLOCK] * 8)
    world.settle()
    assert 0 < world.intensity < 1
    world.throttler.follow(Curve.STEP)
    world.settle()
    assert world.intensity == 1


def test_reset__forgets_everything__and_counts_again(world):
    world.l2.extend([BLOCK] * 3)
    world.settle()
    before = world.throttler.unsafe_bytes
    world.throttler.reset()
    world.settle()
    assert world.throttler.unsafe_bytes == before
    assert world.l2.asked == [(1, 3), (1, 3)]
