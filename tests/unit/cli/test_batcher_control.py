"""What drives a batcher from outside: which of its options belong together."""

import pytest
from tests.unit.batcher.world import new_world

from opcycle.batcher.admin import BatcherSwitch
from opcycle.batcher.throttling import ThrottleOptions
from opcycle.cli import batcher_control
from opcycle.cli.batcher_control import run_controlled
from opcycle.devnet.ports import free_ports
from opcycle.errors import UserError
from opcycle.rpc.client import RpcClient, RpcUnreachableError

OFF = ThrottleOptions(lower_threshold=0)


class FakeAssembly:
    def throttler(self, options):
        return options


@pytest.fixture
def run(monkeypatch):
    """Runs a batcher whose agents do nothing but `look` once; the agents that would have run."""

    def run(*, is_running=True, throttle=OFF, look=lambda: None, **fields):
        seen = []

        def agents(found, metrics_port):
            seen.extend(found)
            look()

        monkeypatch.setattr(batcher_control, "run_until_stopped", agents)
        switch = BatcherSwitch(new_world().batcher, is_running=is_running)
        options = {"rpc_port": None, "with_admin": False, "metrics_port": None} | fields
        run_controlled(FakeAssembly(), switch, throttle, **options)
        return seen

    return run


def test_run__no_threshold__the_batcher_alone(run):
    assert [agent.name for agent in run()] == ["batcher"]


def test_run__threshold__a_throttler_beside_it(run):
    options = ThrottleOptions()
    assert run(throttle=options)[1:] == [options]


def test_run__rpc_with_admin__is_served_while_the_agents_run(run):
    port = free_ports().batcher_rpc
    rpc = RpcClient(f"http://127.0.0.1:{port}")
    run(rpc_port=port, with_admin=True, look=lambda: rpc.call("admin_stopBatcher"))
    with pytest.raises(RpcUnreachableError):
        rpc.call("admin_stopBatcher")


def test_run__admin_without_a_port__is_refused(run):
    with pytest.raises(UserError, match="--rpc-enable-admin needs --rpc-port"):
        run(with_admin=True)


def test_run__stopped_and_nobody_to_start_it__is_refused(run):
    with pytest.raises(UserError, match="nobody could start a --stopped batcher"):
        run(is_running=False, rpc_port=free_ports().batcher_rpc)


def test_run__stopped_with_admin__waits_for_the_order(run):
    (switch,) = run(is_running=False, rpc_port=free_ports().batcher_rpc, with_admin=True)
    assert switch.step().waiting_for == "admin_startBatcher"
