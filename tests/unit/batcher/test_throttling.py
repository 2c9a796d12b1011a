"""The limits are op-batcher's at the same number of unsafe bytes."""

import pytest

from opcycle.batcher.throttling import Curve, Limits, ThrottleOptions, limits_at
from opcycle.errors import UserError

LOWER, UPPER = 3_200_000, 12_800_000
HALF = (LOWER + UPPER) // 2


def at(unsafe_bytes, **options):
    return limits_at(unsafe_bytes, ThrottleOptions(**options))


@pytest.mark.parametrize("unsafe_bytes", [0, LOWER])
def test_limits_at__up_to_the_lower_threshold__none_but_the_usual_one_of_a_block(unsafe_bytes):
    assert at(unsafe_bytes) == Limits(0.0, max_tx_size=0, max_block_size=130_000)


def test_limits_at__just_beyond_the_lower_threshold__transactions_are_limited_too():
    limits = at(LOWER + 1)
    assert 0 < limits.intensity < 1e-9
    assert (limits.max_tx_size, limits.max_block_size) == (19_999, 129_999)


@pytest.mark.parametrize("unsafe_bytes", [UPPER, UPPER + 1, 10**12])
@pytest.mark.parametrize("curve", Curve)
def test_limits_at__from_the_upper_threshold_on__the_lowest_ones(unsafe_bytes, curve):
    assert at(unsafe_bytes, curve=curve) == Limits(1.0, max_tx_size=150, max_block_size=2_000)


@pytest.mark.parametrize(
    ("curve", "limits"),
    [
        (Curve.QUADRATIC, Limits(0.25, 15_037, 98_000)),
        (Curve.LINEAR, Limits(0.5, 10_075, 66_000)),
        (Curve.STEP, Limits(1.0, 150, 2_000)),
    ],
)
def test_limits_at__half_way__as_the_curve_has_it(curve, limits):
    assert at(HALF, curve=curve) == limits


@pytest.mark.parametrize("curve", Curve)
def test_limits_at__more_unsafe_bytes__never_higher_limits(curve):
    found = [at(unsafe_bytes, curve=curve) for unsafe_bytes in range(LOWER + 1, UPPER + 10**6, 10**5)]
    sizes = [(limits.max_tx_size, limits.max_block_size) for limits in found]
    assert sizes == sorted(sizes, reverse=True)


def test_limits_at__no_lower_threshold__never_throttles():
    assert at(10**12, lower_threshold=0).intensity == 0


def test_limits_at__no_lower_limit__never_limits_that_size():
    assert at(UPPER, tx_size_lower=0) == Limits(1.0, max_tx_size=0, max_block_size=2_000)
    assert at(UPPER, block_size_lower=0) == Limits(1.0, max_tx_size=150, max_block_size=0)


@pytest.mark.parametrize(
    "options",
    [
        {"lower_threshold": 5, "upper_threshold": 5},
        {"tx_size_lower": 20_000},
        {"block_size_lower": 130_001},
        {"lower_threshold": -1},
    ],
)
def test_options__limits_that_do_not_fall__are_refused(options):
    with pytest.raises(UserError, match="the upper one must be greater"):
        ThrottleOptions(**options)


def test_options__a_lower_limit_of_zero__needs_no_upper_one():
    ThrottleOptions(lower_threshold=0, upper_threshold=0)
