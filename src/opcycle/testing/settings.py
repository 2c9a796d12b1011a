"""What a test may choose about its rollup: how it settles, how long its windows are, where batches go."""

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from opcycle.batcher.options import BatcherOptions, DataAvailability
from opcycle.deploy.config import GamesConfig, Settlement
from opcycle.deploy.local import LOCAL_GAMES
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.ports import Ports
from opcycle.errors import UserError

SHORT_GAMES = replace(
    LOCAL_GAMES,
    clock_extension=6,
    max_clock_duration=30,
    proof_maturity_delay=60,
    finality_delay=30,
    weth_delay=30,
    preimage_challenge_period=10,
)
"""A minute for a week, in the proportions of OP Mainnet; a clock extension is three L1 blocks, so that an
honest answer is in time."""

SHORT_FINALIZATION_PERIOD, WEEK = 60, 604_800


class Windows(StrEnum):
    """How long L1 waits before it believes.

    SHORT: a week is a minute, and both chains make every block of it. MAINNET: clocks of 3.5 days, 3.5
    days until a game is final, 7 until a proof is mature; L1 leaps over them and L2 lags behind.
    """

    SHORT = "short"
    MAINNET = "mainnet"


@dataclass(frozen=True, slots=True)
class Settings:
    """Tests with equal settings share a devnet, one after another.

    `block_time` and `l1_block_time` in seconds; an output is proposed every `submission_interval` L2 blocks;
    `data_availability`: where batches go. `games` and `finalization_period` (seconds, of an oracle) replace
    what `windows` says.
    """

    windows: Windows = Windows.SHORT
    settlement: Settlement = Settlement.GAMES
    block_time: int = 1
    l1_block_time: int = 2
    submission_interval: int = 10
    data_availability: DataAvailability = DataAvailability.CALLDATA
    games: GamesConfig | None = None
    finalization_period: int | None = None

    def with_options(self, options: dict[str, Any]) -> "Settings":
        """Some of them as a marker says them, choices as text. Raises UserError for an unknown one."""
        known = [field.name for field in fields(self)]
        for name in options:
            if name not in known:
                raise UserError(f"there is no setting {name!r}; there are {', '.join(known)}")
        chosen = dict(options)
        for name, kind in _CHOICES.items():
            if name in chosen:
                chosen[name] = _choice(name, chosen[name], kind)
        return replace(self, **chosen)

    def devnet(self, directory: Path, ports: Ports) -> DevnetConfig:
        """A devnet like that. Raises UserError for a value out of range."""
        is_short = self.windows is Windows.SHORT
        period = SHORT_FINALIZATION_PERIOD if is_short else WEEK
        return DevnetConfig(
            directory,
            block_time=self.block_time,
            l1_block_time=self.l1_block_time,
            settlement=self.settlement,
            games=self.games or (SHORT_GAMES if is_short else LOCAL_GAMES),
            submission_interval=self.submission_interval,
            finalization_period=self.finalization_period or period,
            ports=ports,
            is_restorable=True,
            batcher=BatcherOptions(data_availability=self.data_availability),
        )


_CHOICES: dict[str, type[StrEnum]] = {
    "windows": Windows,
    "settlement": Settlement,
    "data_availability": DataAvailability,
}


def _choice(name: str, value: Any, kind: type[StrEnum]) -> StrEnum:
    try:
        return kind(value)
    except ValueError as error:
        raise UserError(f"{name} is {value!r}; it must be {' or '.join(kind)}") from error
