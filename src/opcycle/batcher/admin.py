"""Starting, stopping and flushing a batcher while it runs: op-batcher's `admin_` methods, name for name.

Source: op-batcher 1.18, `rpc/api.go` and `batcher/driver.go`.
"""

import threading
from typing import Any

from starlette.applications import Starlette

from opcycle.agent import Outcome
from opcycle.batcher.agent import Batcher
from opcycle.batcher.throttler import Throttler
from opcycle.batcher.throttling import Curve
from opcycle.rpc.server import Method, RpcFaultError, json_rpc_app


class BatcherSwitch:
    """A batcher that can be stopped and started; stepped in its place, told by any other thread.

    What it has sent when it is stopped stays with L1. A start begins with the safe head, as after a kill.
    """

    name = Batcher.name

    def __init__(self, batcher: Batcher, *, is_running: bool = True):
        self.batcher = batcher
        self._is_running = is_running
        self._stepping = threading.Lock()

    @property
    def is_running(self) -> bool:
        return self._is_running

    def step(self) -> Outcome:
        """See `Batcher.step`."""
        with self._stepping:
            if not self._is_running:
                return Outcome.idle("admin_startBatcher")
            return self.batcher.step()

    def reset(self) -> None:
        with self._stepping:
            self.batcher.reset()

    def start(self) -> None:
        """Raises RpcFaultError if it runs."""
        with self._stepping:
            if self._is_running:
                raise RpcFaultError("batcher is already running")
            self.batcher.reset()
            self._is_running = True

    def stop(self) -> None:
        """Returns once the step that is on its way is over. Raises RpcFaultError if it does not run."""
        with self._stepping:
            self._require_running()
            self._is_running = False

    def flush(self) -> None:
        """Post all L2 blocks that there are, however young. Raises RpcFaultError if it does not run."""
        self._require_running()
        self.batcher.flush()

    def _require_running(self) -> None:
        if not self._is_running:
            raise RpcFaultError("batcher is not running")


def batcher_app(batcher: BatcherSwitch, throttler: Throttler | None, *, with_admin: bool) -> Starlette:
    """The batcher's RPC: `/healthz`, and with `with_admin` the methods by which anybody can drive it."""
    return json_rpc_app(_admin_methods(batcher, throttler) if with_admin else {})


def _admin_methods(batcher: BatcherSwitch, throttler: Throttler | None) -> dict[str, Method]:
    def throttling() -> Throttler:
        if throttler is None:
            raise RpcFaultError("throttling is off")
        return throttler

    def get_throttle_controller() -> dict[str, Any]:
        return _throttle_info(throttling())

    def set_throttle_controller(kind: Any, _pid: Any = None) -> None:
        if kind not in list(Curve):
            raise RpcFaultError(f"invalid controller type '{kind}', must be one of: {[*map(str, Curve)]}")
        throttling().follow(Curve(kind))

    def reset_throttle_controller() -> None:
        """Nothing to forget: the limits follow from the unsafe bytes of the moment alone."""
        throttling()

    return {
        "admin_startBatcher": batcher.start,
        "admin_stopBatcher": batcher.stop,
        "admin_flushBatcher": batcher.flush,
        "admin_getThrottleController": get_throttle_controller,
        "admin_setThrottleController": set_throttle_controller,
        "admin_resetThrottleController": reset_throttle_controller,
    }


def _throttle_info(throttler: Throttler) -> dict[str, Any]:
    options, limits = throttler.options, throttler.limits
    return {
        "type": options.curve.value,
        "lower_threshold": options.lower_threshold,
        "upper_threshold": options.upper_threshold,
        "current_load": throttler.unsafe_bytes,
        "intensity": limits.intensity,
        "max_tx_size": limits.max_tx_size,
        "max_block_size": limits.max_block_size,
    }
