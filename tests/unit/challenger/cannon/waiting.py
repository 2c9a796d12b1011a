"""Waiting for children without looking at them all the time."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from opcycle.errors import TemporaryError

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds."""

LULL = threading.Event()
"""Nobody sets it: to wait for it leaves the machine to those who work."""


def eventually(ask: Callable[[], T]) -> T:
    """The answer, once there is one."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except TemporaryError:
            assert time.monotonic() < deadline
            LULL.wait(0.02)
