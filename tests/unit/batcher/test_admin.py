"""The batcher's admin RPC over real HTTP, with op-batcher's names and answers."""

import threading

import pytest
from tests.unit.batcher.test_throttler import World as ThrottlerWorld
from tests.unit.batcher.world import assert_derived_without_waste, new_world

from opcycle.agent import Outcome
from opcycle.batcher.admin import BatcherSwitch, batcher_app
from opcycle.devnet.ports import free_ports
from opcycle.rpc.client import METHOD_NOT_FOUND, RpcClient, RpcError
from opcycle.rpc.server import Server

PATIENCE = 60


class Served:
    """A batcher and a throttler, each in a world of its own, behind one RPC."""

    def __init__(self, *, with_admin=True, with_throttler=True):
        self.world = new_world()
        self.throttling = ThrottlerWorld()
        self.switch = BatcherSwitch(self.world.batcher)
        throttler = self.throttling.throttler if with_throttler else None
        self._server = Server(
            batcher_app(self.switch, throttler, with_admin=with_admin), free_ports().batcher_rpc
        )
        self._server.start()
        self.rpc = RpcClient(self._server.url)

    def close(self):
        self.rpc.close()
        self._server.stop()


@pytest.fixture
def served():
    served = Served()
    yield served
    served.close()


def test_stop__running_batcher__posts_nothing_any_more(served):
    assert served.rpc.call("admin_stopBatcher") is None
    served.world.l2.extend([50])
    served.world.l1.mine(3)
    assert served.switch.step() == Outcome.idle("admin_startBatcher")
    assert served.world.l1.pool == []


def test_start__stopped_batcher__goes_on_from_the_safe_head(served):
    world = served.world
    world.l2.extend([50])
    served.switch.step()
    served.rpc.call("admin_stopBatcher")
    world.l2.replace_after(0, count=2)
    assert served.rpc.call("admin_startBatcher") is None
    served.switch.step()
    world.l1.mine()
    assert "L2 blocks 1 to 2" in served.switch.step().did[0]
    assert_derived_without_waste(world)


@pytest.mark.parametrize(
    ("before", "method", "message"),
    [
        ([], "admin_startBatcher", "batcher is already running"),
        (["admin_stopBatcher"], "admin_stopBatcher", "batcher is not running"),
        (["admin_stopBatcher"], "admin_flushBatcher", "batcher is not running"),
    ],
)
def test_calls__at_the_wrong_time__are_refused_as_op_batcher_does(served, before, method, message):
    for earlier in before:
        served.rpc.call(earlier)
    with pytest.raises(RpcError) as refusal:
        served.rpc.call(method)
    assert refusal.value.reason == message


def test_flush__young_blocks__are_posted_with_the_next_step(served):
    served.world.l2.extend([50])
    assert not served.switch.step().progress
    assert served.rpc.call("admin_flushBatcher") is None
    assert "(flushed)" in served.switch.step().did[0]


def test_stop__step_on_its_way__answers_when_it_is_over(served, monkeypatch):
    begun, let_go, ended = threading.Event(), threading.Event(), threading.Event()

    def slow():
        begun.set()
        assert let_go.wait(PATIENCE)
        ended.set()
        return Outcome.idle("nothing")

    monkeypatch.setattr(served.world.batcher, "step", slow)
    stepping = threading.Thread(target=served.switch.step)
    stepping.start()
    assert begun.wait(PATIENCE)
    stopping = threading.Thread(target=served.rpc.call, args=("admin_stopBatcher",))
    stopping.start()
    assert served.switch.is_running
    let_go.set()
    stopping.join(PATIENCE)
    assert ended.is_set()
    assert not served.switch.is_running
    stepping.join(PATIENCE)


def test_reset__by_the_runner__reaches_the_batcher(served):
    served.world.l2.extend([50])
    served.switch.step()
    served.switch.reset()
    served.switch.step()
    assert served.world.l2.asked == [(1, 1), (1, 1)]


def test_throttle_controller__asked__has_op_batchers_fields(served):
    served.throttling.l2.extend([1_000] * 30)
    served.throttling.settle()
    reply = served.rpc.call("admin_getThrottleController")
    assert reply["current_load"] == served.throttling.throttler.unsafe_bytes > 20_000
    assert {name: value for name, value in reply.items() if name != "current_load"} == {
        "type": "quadratic",
        "lower_threshold": 5_000,
        "upper_threshold": 20_000,
        "intensity": 1,
        "max_tx_size": 150,
        "max_block_size": 2_000,
    }


def test_throttle_controller__set__is_another_from_then_on(served):
    assert served.rpc.call("admin_setThrottleController", "step", None) is None
    assert served.rpc.call("admin_getThrottleController")["type"] == "step"
    assert served.rpc.call("admin_resetThrottleController") is None


@pytest.mark.parametrize("kind", ["pid", "", 7, None])
def test_throttle_controller__unknown__is_refused_and_the_old_one_stays(served, kind):
    with pytest.raises(RpcError, match="must be one of"):
        served.rpc.call("admin_setThrottleController", kind)
    assert served.rpc.call("admin_getThrottleController")["type"] == "quadratic"


def test_throttle_controller__throttling_is_off__is_said():
    served = Served(with_throttler=False)
    try:
        for method, params in (
            ("admin_getThrottleController", []),
            ("admin_setThrottleController", ["step"]),
            ("admin_resetThrottleController", []),
        ):
            with pytest.raises(RpcError, match="throttling is off"):
                served.rpc.call(method, *params)
    finally:
        served.close()


def test_admin__not_enabled__is_not_there():
    served = Served(with_admin=False)
    try:
        with pytest.raises(RpcError) as refusal:
            served.rpc.call("admin_stopBatcher")
        assert refusal.value.code == METHOD_NOT_FOUND
        assert served.switch.is_running
    finally:
        served.close()


def test_switch__starts_stopped_if_told_so():
    switch = BatcherSwitch(new_world().batcher, is_running=False)
    assert switch.step() == Outcome.idle("admin_startBatcher")
    switch.start()
    assert switch.step().waiting_for == "L2 blocks"
