"""How much data L2 blocks may have while much of it waits for L1. Pure.

    unsafe bytes   0 ───── lower threshold ─────── upper threshold ──────
    intensity      0                 rises to 1                         1
    limits         as usual          fall                  the lowest

Without it a sequencer that makes data faster than L1 takes it would one day lose what it promised: blocks
whose sequence window has passed. Source: op-batcher 1.18 `batcher/throttler`, with its default numbers.
"""

from dataclasses import dataclass
from enum import StrEnum

from opcycle.errors import UserError


class Curve(StrEnum):
    """How intensity rises between the thresholds. STEP is 1 as soon as the lower one is passed."""

    STEP = "step"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


@dataclass(frozen=True, slots=True)
class ThrottleOptions:
    """All in bytes of estimated DA. `lower_threshold` 0: no throttling at all.

    A transaction may have `tx_size_upper` bytes when throttling begins and `tx_size_lower` at full intensity,
    and any number while there is none; a block `block_size_upper` at first, also without throttling, and
    `block_size_lower` at full intensity. A lower limit of 0: that size is never limited. Raises UserError for
    limits that do not go from large to small.
    """

    curve: Curve = Curve.QUADRATIC
    lower_threshold: int = 3_200_000
    upper_threshold: int = 12_800_000
    tx_size_lower: int = 150
    tx_size_upper: int = 20_000
    block_size_lower: int = 2_000
    block_size_upper: int = 130_000

    def __post_init__(self) -> None:
        for what, lower, upper in (
            ("unsafe bytes", self.lower_threshold, self.upper_threshold),
            ("a transaction's size", self.tx_size_lower, self.tx_size_upper),
            ("a block's size", self.block_size_lower, self.block_size_upper),
        ):
            if lower < 0 or (lower > 0 and upper <= lower):
                raise UserError(
                    f"throttling's limits for {what} are {lower} and {upper}; "
                    "the upper one must be greater than the lower one, which must not be negative"
                )


@dataclass(frozen=True, slots=True)
class Limits:
    """`intensity` from 0 (none) to 1; sizes in bytes as `miner_setMaxDASize` takes them: 0 is no limit."""

    intensity: float
    max_tx_size: int
    max_block_size: int


def limits_at(unsafe_bytes: int, options: ThrottleOptions) -> Limits:
    """The limits while that many bytes are not safe yet."""
    intensity = _intensity(unsafe_bytes, options)
    return Limits(
        intensity=intensity,
        max_tx_size=_between(options.tx_size_upper, options.tx_size_lower, intensity) if intensity else 0,
        max_block_size=_between(options.block_size_upper, options.block_size_lower, intensity),
    )


def _intensity(unsafe_bytes: int, options: ThrottleOptions) -> float:
    beyond = unsafe_bytes - options.lower_threshold
    if options.lower_threshold == 0 or beyond <= 0:
        return 0.0
    share = min(1.0, beyond / (options.upper_threshold - options.lower_threshold))
    match options.curve:
        case Curve.STEP:
            return 1.0
        case Curve.LINEAR:
            return share
        case Curve.QUADRATIC:
            return share * share


def _between(upper: int, lower: int, intensity: float) -> int:
    return 0 if lower == 0 else int(upper - intensity * (upper - lower))
