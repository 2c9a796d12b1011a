"""The pytest plugin: how long it takes to start, from test to test, and for the ten-line test.

From test to test, side by side with what else would give each test the same start: op-geths on copied data
directories, and a whole new devnet.

    python -m benchmarks.pytest_plugin
"""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.devnet.rewind import rewind
from opcycle.devnet.snapshot import Snapshot, restore, take
from opcycle.engine.geth import GethProcess
from opcycle.testing.pool import DevnetPool
from opcycle.testing.rollup import LocalRollup
from opcycle.testing.settings import Settings, Windows

RUNS = 10
DIRECTORIES = ("l1", "sequencer", "verifier")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        _show("a new devnet, contracts and all", _seconds(lambda: _new_devnet(directory / "new")))
        _from_test_to_test(directory / "devnet")
        for windows in Windows:
            _ten_lines(directory / windows, Settings(windows=windows))


def _from_test_to_test(directory: Path) -> None:
    with Devnet.stepped(Settings().devnet(directory, free_ports())) as devnet:
        devnet.advance(20)
        start = take(devnet)
        restored, set_back = [], []
        for _ in range(RUNS):
            devnet.advance(10)
            set_back.append(_seconds(lambda: _set_back(devnet, start)))
            restored.append(_seconds(lambda: restore(devnet, start)))
        copied = _seconds(lambda: _copy_and_start(devnet, directory.with_name("copies")))
        _show("three op-geths on copied directories", copied)
        _show("three op-geths set back", statistics.median(set_back))
        _show("the whole devnet restored, agents anew", statistics.median(restored))


def _new_devnet(directory: Path) -> None:
    with Devnet.stepped(Settings().devnet(directory, free_ports())):
        pass


def _set_back(devnet: Devnet, start: Snapshot) -> None:
    """Without the agents, and one after another."""
    devnet.l1.restore(start.l1)
    for engine, state in (
        (devnet.sequencer_engine, start.sequencer),
        (devnet.verifier.engine, start.verifier),
    ):
        rewind(engine.l2.rpc, engine.engine, state)


def _copy_and_start(devnet: Devnet, copies: Path) -> None:
    """What a restore by copies would have to do, without the agents. The processes in use are ended first."""
    sources = (devnet.l1.geth, devnet.sequencer_engine.source, devnet.verifier.engine.source)
    geths = [source for source in sources if isinstance(source, GethProcess)]
    for name, geth in zip(DIRECTORIES, geths, strict=True):
        geth.kill()
        shutil.copytree(devnet.config.directory / name, copies / name)
    with ThreadPoolExecutor() as pool:
        list(pool.map(GethProcess.start, geths))


def _ten_lines(directory: Path, settings: Settings) -> None:
    pool = DevnetPool(directory, project=directory)
    runs = []
    try:
        for _ in range(3):
            began = time.perf_counter()
            with pool.lend(settings) as devnet:
                started = time.perf_counter() - began
                runs.append((started, _seconds(lambda: _test_withdrawal(devnet))))
    finally:
        pool.close()
    _show(f"{settings.windows} windows: until the first test begins", runs[0][0])
    _show(f"{settings.windows} windows: the ten-line test", statistics.median(run for _, run in runs))


def _test_withdrawal(devnet: LocalRollup) -> None:
    user = devnet.new_user()
    devnet.deposit(user, ether=1)
    withdrawal = devnet.withdraw(user, ether="0.4")
    devnet.advance_until(withdrawal.provable)
    withdrawal.prove()
    devnet.advance(days=7)
    withdrawal.finalize()


def _seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _show(what: str, seconds: float) -> None:
    print(f"{what:60} {seconds:6.2f} s")


if __name__ == "__main__":
    main()
