"""Settings of a test's rollup, as markers, options and fixtures say them."""

from pathlib import Path
from typing import Any

import pytest

from opcycle.batcher.options import DataAvailability
from opcycle.deploy.config import GamesConfig, Settlement
from opcycle.devnet.deploying import deploy_config
from opcycle.devnet.ports import Ports
from opcycle.errors import UserError
from opcycle.testing.settings import Settings, Windows

HALF_WEEK, WEEK = 302_400, 604_800


def test_mainnets_windows_are_mainnets() -> None:
    games = Settings(windows=Windows.MAINNET).devnet(Path("d"), Ports()).games
    upstream = GamesConfig()
    for name in (
        "max_clock_duration",
        "clock_extension",
        "finality_delay",
        "proof_maturity_delay",
        "weth_delay",
    ):
        assert getattr(games, name) == getattr(upstream, name)
    assert (games.max_clock_duration, games.finality_delay, games.proof_maturity_delay) == (
        HALF_WEEK,
        HALF_WEEK,
        WEEK,
    )


def test_short_windows_have_the_same_proportions() -> None:
    games = Settings().devnet(Path("d"), Ports()).games
    factors = {
        HALF_WEEK // games.max_clock_duration,
        HALF_WEEK // games.finality_delay,
        WEEK // games.proof_maturity_delay,
        HALF_WEEK // games.weth_delay,
    }
    assert factors == {WEEK // 60}


@pytest.mark.parametrize(("windows", "period"), [("short", 60), ("mainnet", WEEK)])
def test_an_oracles_period_follows_the_windows(windows: str, period: int) -> None:
    settings = Settings().with_options({"windows": windows, "settlement": "oracle"})
    config = settings.devnet(Path("d"), Ports())
    assert config.settlement is Settlement.ORACLE
    assert config.finalization_period == period


@pytest.mark.parametrize("windows", Windows)
@pytest.mark.parametrize("settlement", Settlement)
def test_all_of_them_can_be_deployed(windows: Windows, settlement: Settlement) -> None:
    config = Settings(windows=windows, settlement=settlement).devnet(Path("d"), Ports())
    assert config.is_restorable
    assert deploy_config(config).settlement is settlement  # raises for what contracts would refuse


def test_own_windows_replace_the_named_ones() -> None:
    mine = GamesConfig(max_clock_duration=99_999, clock_extension=1)
    config = Settings(games=mine, finalization_period=5).devnet(Path("d"), Ports())
    assert config.games is mine
    assert config.finalization_period == 5


def test_choices_are_said_as_text() -> None:
    settings = Settings().with_options({"data_availability": "blobs", "block_time": 2})
    assert settings.data_availability is DataAvailability.BLOBS
    assert settings.devnet(Path("d"), Ports()).batcher.data_availability is DataAvailability.BLOBS
    assert settings.block_time == 2


def test_equal_settings_are_one_key() -> None:
    assert {Settings().with_options({"windows": "mainnet"}): 1}[Settings(windows=Windows.MAINNET)] == 1


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"window": "short"}, "there is no setting 'window'; there are windows, settlement, block_time"),
        ({"windows": "long"}, "windows is 'long'; it must be short or mainnet"),
        ({"settlement": 3}, "settlement is 3; it must be games or oracle"),
    ],
)
def test_unknown_settings_are_refused(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        Settings().with_options(options)


def test_values_out_of_range_are_refused() -> None:
    with pytest.raises(UserError, match="the block time is 0; it must be at least 1"):
        Settings(block_time=0).devnet(Path("d"), Ports())
