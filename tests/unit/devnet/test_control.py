"""The control port: what a devnet is told, and what it answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from opcycle.devnet.control import ControlClient, control_app
from opcycle.devnet.ports import free_ports
from opcycle.errors import TemporaryError, UserError
from opcycle.protocol.types import L1BlockRef
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.server import Server


class FakeDevnet:
    """Writes down where it was told to go; its L1 replaces as many blocks as asked, and one more."""

    def __init__(self) -> None:
        self.travels: list[tuple[int, bool]] = []
        self.refusal: Exception | None = None
        self.l1 = SimpleNamespace(reorg=self._reorg)

    def travel(self, seconds: int, *, with_l2: bool) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.travels.append((seconds, with_l2))

    def _reorg(self, depth: int) -> list[L1BlockRef]:
        return [L1BlockRef(bytes(32), number, bytes(32), 1000 + number) for number in range(depth + 1)]


@contextmanager
def served(devnet: Any) -> Iterator[str]:
    server = Server(control_app(devnet), free_ports().control)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


@pytest.fixture
def devnet() -> FakeDevnet:
    return FakeDevnet()


@pytest.fixture
def url(devnet: FakeDevnet) -> Iterator[str]:
    with served(devnet) as url:
        yield url


def test_travel_reaches_the_devnet(devnet: FakeDevnet, url: str) -> None:
    ControlClient(url).travel(604_800, with_l2=False)
    ControlClient(url).travel(60, with_l2=True)
    assert devnet.travels == [(604_800, False), (60, True)]


def test_reorg_says_how_many_blocks_are_new(url: str) -> None:
    assert ControlClient(url).reorg(3) == 4


@pytest.mark.parametrize(
    "refusal", [UserError("the L1 is not ours"), ValueError("time does not run backwards")]
)
def test_what_the_devnet_refuses_is_told_in_its_words(
    devnet: FakeDevnet, url: str, refusal: Exception
) -> None:
    devnet.refusal = refusal
    with pytest.raises(UserError, match=str(refusal)):
        ControlClient(url).travel(60, with_l2=False)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("devnet_travel", ["60"]),
        ("devnet_travel", [60.5]),
        ("devnet_travel", [True]),
        ("devnet_travel", [60, "yes"]),
        ("devnet_reorg", ["1"]),
        ("devnet_reorg", []),
    ],
)
def test_malformed_parameters_are_refused(
    devnet: FakeDevnet, url: str, method: str, params: list[object]
) -> None:
    with pytest.raises(RpcError, match="invalid params"):
        RpcClient(url).call(method, *params)
    assert devnet.travels == []


def test_a_devnet_that_does_not_run_is_no_answer() -> None:
    with pytest.raises(TemporaryError, match="connection refused"):
        ControlClient(f"http://127.0.0.1:{free_ports().control}").travel(60, with_l2=False)
