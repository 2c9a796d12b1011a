"""Which devnets run, which are stopped, and what happens when one does not come back."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.ports import free_ports
from opcycle.errors import CriticalError, UserError
from opcycle.testing import pool as module
from opcycle.testing.pool import MOST, STARTS, DevnetPool, NotRestoredError
from opcycle.testing.settings import Settings

SETTINGS = [Settings(block_time=seconds) for seconds in (1, 2, 3)]


class FakeDevnet:
    """Starts and stops, and remembers whether it runs. `refusals`: what the next starts raise."""

    started: ClassVar[list["FakeDevnet"]] = []
    refusals: ClassVar[list[Exception]] = []

    def __init__(self, config: DevnetConfig):
        self.config = config
        self.runs = False

    @classmethod
    def stepped(cls, config: DevnetConfig) -> "FakeDevnet":
        return cls(config)

    def __enter__(self) -> "FakeDevnet":
        if self.refusals:
            raise self.refusals.pop(0)
        self.config.directory.mkdir(parents=True)
        self.runs = True
        self.started.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        self.runs = False

    def advance(self, seconds: int) -> None:
        pass


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The devnets that were set back; an exception in the list is raised instead, once."""
    found: list[Any] = []

    def restore(devnet: FakeDevnet, _: object) -> None:
        if found and isinstance(found[-1], Exception):
            raise found.pop()
        found.append(devnet)

    monkeypatch.setattr(module, "restore", restore)
    return found


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, restored: list[Any]) -> Iterator[DevnetPool]:
    FakeDevnet.started, FakeDevnet.refusals = [], []
    monkeypatch.setattr(module, "Devnet", FakeDevnet)
    for name in ("fund", "back_ether", "take"):
        monkeypatch.setattr(module, name, lambda *_: None)
    monkeypatch.setattr(
        module,
        "LocalRollup",
        lambda devnet, settings, project: SimpleNamespace(underlying=devnet, close=lambda: None),
    )
    pool = DevnetPool(tmp_path / "devnets", project=tmp_path)
    yield pool
    pool.close()
    assert not any(devnet.runs for devnet in FakeDevnet.started)
    assert not (tmp_path / "devnets").exists()


def use(pool: DevnetPool, settings: Settings) -> Any:
    with pool.lend(settings) as rollup:
        assert rollup.underlying.runs
        return rollup.underlying


def test_equal_settings_share_a_devnet_that_is_set_back(pool: DevnetPool, restored: list[Any]) -> None:
    first = use(pool, SETTINGS[0])
    assert use(pool, Settings(block_time=1)) is first
    assert restored == [first] * 3, "before the first test, too"


def test_no_more_run_than_memory_may_hold(pool: DevnetPool) -> None:
    first, second = use(pool, SETTINGS[0]), use(pool, SETTINGS[1])
    assert use(pool, SETTINGS[0]) is first
    third = use(pool, SETTINGS[2])
    assert [devnet.runs for devnet in (first, second, third)] == [True, False, True]
    assert not second.config.directory.exists()
    assert sum(devnet.runs for devnet in FakeDevnet.started) == MOST
    assert use(pool, SETTINGS[1]) is not second


def test_a_devnet_that_does_not_come_back_is_replaced(pool: DevnetPool, restored: list[Any]) -> None:
    broken = use(pool, SETTINGS[0])
    restored.append(CriticalError("the reason"))
    with pytest.raises(
        NotRestoredError, match=r"does not come back \(the reason\); the next test gets a new"
    ):
        use(pool, SETTINGS[0])
    assert not broken.runs
    assert use(pool, SETTINGS[0]) is not broken


def test_a_bug_while_it_comes_back_is_told_as_it_is(pool: DevnetPool, restored: list[Any]) -> None:
    broken = use(pool, SETTINGS[0])
    restored.append(KeyError("a bug"))
    with pytest.raises(KeyError, match="a bug"):
        use(pool, SETTINGS[0])
    assert not broken.runs
    assert use(pool, SETTINGS[0]) is not broken


def test_a_start_that_fails_leaves_nothing(pool: DevnetPool) -> None:
    FakeDevnet.refusals = [UserError("no op-geth")]
    with pytest.raises(UserError, match="no op-geth"):
        use(pool, SETTINGS[0])
    assert FakeDevnet.started == []
    assert use(pool, SETTINGS[0]).runs


@pytest.mark.parametrize("thefts", [1, STARTS])
def test_a_port_that_somebody_takes_is_replaced_by_another(
    pool: DevnetPool, monkeypatch: pytest.MonkeyPatch, thefts: int
) -> None:
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", 0))
        thief.listen()
        taken = replace(free_ports(), l1_rpc=thief.getsockname()[1])
        monkeypatch.setattr(module, "free_ports", lambda: taken if FakeDevnet.refusals else free_ports())
        FakeDevnet.refusals = [UserError("busy")] * thefts
        if thefts < STARTS:
            assert use(pool, SETTINGS[0]).runs
        else:
            with pytest.raises(CriticalError, match="took a port of the devnet 3 times in a row"):
                use(pool, SETTINGS[0])
