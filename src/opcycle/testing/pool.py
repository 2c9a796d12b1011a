"""The devnets of one process: started when a test first asks for such settings, lent to one test at a time.

Every test begins with the same state of both chains, all agents and both pools. Measured side by side on two
cores, from the end of one test to the start of the next:

    a new devnet, contracts and all          6.4 s
    three op-geths on copied directories     0.9 s, and their agents
    three op-geths set back, agents anew     0.13 s, of which 0.04 s for the op-geths

(`python -m benchmarks.pytest_plugin`, on a busy machine.) So the last; `opcycle.devnet.snapshot` says how.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass
from itertools import count
from pathlib import Path

from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.devnet.snapshot import Snapshot, restore, take
from opcycle.engine.geth import port_is_free
from opcycle.errors import CriticalError, OpcycleError
from opcycle.testing.rollup import LocalRollup
from opcycle.testing.settings import Settings
from opcycle.testing.users import READY, back_ether, fund, user_account

MOST = 2
"""Devnets that run at once, three op-geths each; tests with ever new settings must not fill the memory."""

STARTS = 3
"""Tries, if somebody else takes a port between the choice and the start."""

WARM_UP = 10
"""Seconds of chain time before the first test, in which the first blocks become safe."""


class NotRestoredError(CriticalError):
    """A test has left its devnet where it does not come back from."""


@dataclass(frozen=True, slots=True)
class _Running:
    devnet: Devnet
    start: Snapshot
    stack: ExitStack


class DevnetPool:
    """`directory` is for data, and deleted in the end; `project` is where contracts are looked up by name."""

    def __init__(self, directory: Path, *, project: Path):
        self._directory = directory
        self._project = project
        self._running: dict[Settings, _Running] = {}  # the least recently used first
        self._numbers = count()

    @contextmanager
    def lend(self, settings: Settings) -> Iterator[LocalRollup]:
        """A rollup in its first state, for one test.

        Raises NotRestoredError in the end if the devnet cannot be set back; the next test gets a new one.
        """
        running = self._running.pop(settings, None) or self._start(settings)
        rollup = LocalRollup(running.devnet, settings, project=self._project)
        with ExitStack() as on_failure:
            on_failure.push(running.stack)
            yield rollup
            rollup.close()
            self._set_back(running)
            on_failure.pop_all()
        self._running[settings] = running

    def close(self) -> None:
        """Stop them all, and delete their data."""
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, self._directory, ignore_errors=True)
            for running in self._running.values():
                stack.push(running.stack)
            self._running.clear()

    def _start(self, settings: Settings) -> _Running:
        while len(self._running) >= MOST:
            self._running.pop(next(iter(self._running))).stack.close()
        with ExitStack() as on_failure:
            stack = on_failure.enter_context(ExitStack())
            devnet = self._start_devnet(settings, stack)
            back_ether(devnet)
            fund(devnet, [user_account(index) for index in range(READY)])
            devnet.advance(WARM_UP)
            running = _Running(devnet, take(devnet), stack)
            restore(devnet, running.start)  # the first test begins like any other
            on_failure.pop_all()
        return running

    def _start_devnet(self, settings: Settings, stack: ExitStack) -> Devnet:
        for _ in range(STARTS):
            directory, ports = self._directory / f"devnet-{next(self._numbers)}", free_ports()
            stack.callback(shutil.rmtree, directory, ignore_errors=True)
            try:
                return stack.enter_context(Devnet.stepped(settings.devnet(directory, ports)))
            except CriticalError:
                if all(map(port_is_free, astuple(ports))):
                    raise
        raise CriticalError(f"somebody took a port of the devnet {STARTS} times in a row; try again")

    def _set_back(self, running: _Running) -> None:
        try:
            restore(running.devnet, running.start)
        except OpcycleError as error:
            raise NotRestoredError(
                f"this test has left its devnet in a state from which it does not come back ({error}); "
                "the next test gets a new one"
            ) from error
