"""The devnets of one process: started when a test first asks for such settings, lent to one at a time."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.testing.rollup import LocalRollup
from opcycle.testing.settings import Settings
from opcycle.testing.users import READY, fund, user_account


class DevnetPool:
    """`directory` is for data, and emptied in the end; `project` is where contracts are looked up by name."""

    def __init__(self, directory: Path, *, project: Path):
        self._directory = directory
        self._project = project

    @contextmanager
    def lend(self, settings: Settings) -> Iterator[LocalRollup]:
        with ExitStack() as stack:
            directory = self._directory / "devnet"
            stack.callback(shutil.rmtree, directory, ignore_errors=True)
            devnet = stack.enter_context(Devnet.stepped(settings.devnet(directory, free_ports())))
            fund(devnet, [user_account(index) for index in range(READY)])
            rollup = LocalRollup(devnet, settings, project=self._project)
            stack.callback(rollup.close)
            yield rollup

    def close(self) -> None:
        shutil.rmtree(self._directory, ignore_errors=True)
