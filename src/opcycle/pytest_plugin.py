"""A whole rollup as pytest fixtures, each test on chains of its own that start from the same state.

    def test_withdrawal(devnet, user):
        devnet.deposit(user, ether=1)
        withdrawal = devnet.withdraw(user, ether="0.4")
        devnet.advance_until(withdrawal.provable)
        withdrawal.prove()
        devnet.advance(days=7)
        withdrawal.finalize()

`pytest --fixtures` lists what there is. `@pytest.mark.opcycle(windows="mainnet", settlement="oracle")` gives
a test another rollup, `--opcycle-windows` and `--opcycle-settlement` (or ini options of these names) all.
"""

import warnings
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from opcycle.errors import UserError

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

    from opcycle.testing.chain import Chain
    from opcycle.testing.pool import DevnetPool
    from opcycle.testing.rollup import LocalRollup
    from opcycle.testing.settings import Settings
    from opcycle.testing.user_bridge import UserBridge

# What is heavy is imported by the fixtures: the plugin is loaded in every run of pytest, also where nobody
# asks for a devnet.

_OPTIONS = {
    "windows": ("short", "mainnet", "how long L1 waits before it believes; short: a week is a minute"),
    "settlement": ("games", "oracle", "how output roots are settled"),
}
"""Name, choices (the first is the default), meaning."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("opcycle", "rollups in tests")
    for name, (*choices, meaning) in _OPTIONS.items():
        text = f"{meaning}; {' (default) or '.join(choices)}"
        group.addoption(f"--opcycle-{name}", choices=choices, help=text)
        parser.addini(f"opcycle_{name}", text, default=choices[0])


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "opcycle(windows=…, settlement=…, …): the rollup of this test; see opcycle.testing.settings.Settings",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Beside a failure, what the agents have said: their logs go when pytest ends."""
    report = yield
    last_words = getattr(getattr(item, "funcargs", {}).get("devnet"), "last_words", None)
    if report.when == "call" and report.failed and last_words is not None:
        report.sections.append(("opcycle's agents", last_words()))
    return report


@contextmanager
def _said_in_a_sentence() -> Iterator[None]:
    """What is wrong with a setting, or that there is no op-geth: a traceback would add nothing."""
    try:
        yield
    except UserError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def _opcycle_devnets(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["DevnetPool"]:
    with warnings.catch_warnings():
        # web3 imports a part of websockets that warns of its age: with "error" that would be every test's
        warnings.simplefilter("ignore", DeprecationWarning)
        from opcycle.testing.pool import DevnetPool

    pool = DevnetPool(tmp_path_factory.mktemp("opcycle"), project=request.config.rootpath)
    try:
        yield pool
    finally:
        pool.close()


@pytest.fixture
def opcycle_config(request: pytest.FixtureRequest) -> "Settings":
    """The rollup's settings: an `opcycle.testing.settings.Settings`. Override it to choose others."""
    from opcycle.testing.settings import Settings

    config = request.config
    said = {
        name: config.getoption(f"opcycle_{name}") or config.getini(f"opcycle_{name}") for name in _OPTIONS
    }
    with _said_in_a_sentence():
        return Settings().with_options(said)


@pytest.fixture
def devnet(
    request: pytest.FixtureRequest, opcycle_config: "Settings", _opcycle_devnets: "DevnetPool"
) -> Iterator["LocalRollup"]:
    """A local rollup: L1, L2 and all agents. Time passes only as the test says.

    `deposit`, `withdraw`, `advance(days=7)`, `advance_until(condition)`, `l1`, `l2`, `new_user()`;
    see `opcycle.testing.rollup.LocalRollup`.
    """
    options: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("opcycle"))):
        if marker.args:
            pytest.fail(f"mark.opcycle takes settings by name, not {marker.args!r}", pytrace=False)
        options |= marker.kwargs
    with ExitStack() as stack:
        with _said_in_a_sentence():
            settings = opcycle_config.with_options(options)
            rollup = stack.enter_context(_opcycle_devnets.lend(settings))
        yield rollup


@pytest.fixture
def l1(devnet: "LocalRollup") -> "Chain":
    """The devnet's L1: `balance`, `send`, `deploy`, `contract`, `web3`; see `opcycle.testing.chain.Chain`."""
    return devnet.l1


@pytest.fixture
def l2(devnet: "LocalRollup") -> "Chain":
    """The devnet's L2: `balance`, `send`, `deploy`, `contract`, `web3`; see `opcycle.testing.chain.Chain`."""
    return devnet.l2


@pytest.fixture
def bridge(devnet: "LocalRollup", user: "LocalAccount") -> "UserBridge":
    """The bridge between the devnet's chains as `user` has it: `deposit(ether=1)`, `withdraw(ether="0.4")`,
    `messages`, `tokens`, `collectibles`.

    `devnet.bridge(account)` is that of another account; see `opcycle.testing.user_bridge.UserBridge`.
    """
    return devnet.bridge(user)


@pytest.fixture
def user(devnet: "LocalRollup") -> "LocalAccount":
    """An account of eth_account with 100 ether on each chain. `devnet.new_user()` gives more of them."""
    return devnet.new_user()
