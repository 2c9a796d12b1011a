"""A batcher's metrics, and those of the throttler beside it."""

import pytest
from tests.unit.batcher.test_throttler import World as ThrottlerWorld
from tests.unit.batcher.world import FEE, new_world, post
from tests.unit.metrics.scrape import key, named, scrape

from opcycle.batcher.admin import BatcherSwitch
from opcycle.batcher.throttling import Curve
from opcycle.devnet.stepping import Stepping

NS = "op_batcher_default"


class Metered:
    """A batcher that is stepped as a runner steps it, and its metrics."""

    def __init__(self):
        self.world = new_world()
        self.switch = BatcherSwitch(self.world.batcher)
        self.stepping = Stepping(self.switch)

    def scrape(self):
        return scrape(lambda: [self.stepping])


@pytest.fixture
def metered():
    return Metered()


def test_metrics__nothing_posted__zeros_and_up(metered):
    samples = metered.scrape()
    assert samples[key(f"{NS}_up")] == 1
    assert named(samples, f"{NS}_channel_total") == {("closed",): 0, ("fully_submitted",): 0}
    assert named(samples, f"{NS}_batcher_tx_total") == {("submitted",): 0}
    assert named(samples, "opcycle_channels_closed_total") == {}


def test_metrics__pending_blocks__how_many_and_how_large(metered):
    metered.world.l2.extend([50, 60])
    metered.stepping.once()
    samples = metered.scrape()
    assert named(samples, f"{NS}_pending_blocks_count") == {("added",): 2}
    assert samples[key(f"{NS}_pending_blocks_bytes_current")] > 110


def test_metrics__posted_and_safe__channel_bytes_and_transaction(metered):
    post(metered.world, 50)
    metered.stepping.once()
    (channel,) = metered.world.batcher.channels
    samples = metered.scrape()
    assert named(samples, f"{NS}_channel_total") == {("closed",): 1, ("fully_submitted",): 0}
    assert named(samples, "opcycle_channels_closed_total") == {("has_waited",): 1}
    assert samples[key(f"{NS}_output_bytes_total")] == channel.size
    assert samples[key("opcycle_frames_total")] == 1
    assert named(samples, f"{NS}_batcher_tx_total") == {("submitted",): 1}
    assert samples[key(f"{NS}_txmgr_pending_txs")] == 1
    assert metered.world.settle()
    metered.stepping.once()
    samples = metered.scrape()
    assert named(samples, f"{NS}_channel_total") == {("closed",): 1, ("fully_submitted",): 1}
    assert samples[key(f"{NS}_txmgr_pending_txs")] == 0
    assert samples[key(f"{NS}_txmgr_tx_fee_gwei")] == FEE / 10**9
    assert samples[key(f"{NS}_txmgr_tx_fee_gwei_total")] == FEE / 10**9


def test_metrics__posted_again__is_counted(metered):
    post(metered.world, 50)
    metered.switch.reset()
    assert metered.scrape()[key("opcycle_channels_given_up_total")] == 1


def test_metrics__stopped__is_down(metered):
    metered.switch.stop()
    assert metered.scrape()[key(f"{NS}_up")] == 0


def test_metrics__throttler__bytes_limits_and_intensity():
    world = ThrottlerWorld()
    samples = scrape(lambda: [Stepping(world.throttler)])
    assert named(samples, f"{NS}_throttle_intensity") == {("quadratic",): 0}
    assert samples[key(f"{NS}_throttle_max_tx_size")] == 0
    world.l2.extend([1_000] * 30)
    world.throttler.follow(Curve.STEP)
    world.settle()
    samples = scrape(lambda: [Stepping(world.throttler)])
    assert samples[key(f"{NS}_unsafe_da_bytes")] == world.throttler.unsafe_bytes
    assert named(samples, f"{NS}_throttle_intensity") == {("step",): 1}
    assert samples[key(f"{NS}_throttle_max_tx_size")] == 150
    assert samples[key(f"{NS}_throttle_max_block_size")] == 2_000
    assert named(samples, f"{NS}_unsafe_bytes_ratio")["step",] == world.throttler.unsafe_bytes / 5_000
