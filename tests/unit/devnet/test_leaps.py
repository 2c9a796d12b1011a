"""Where a leap through time stops."""

from hypothesis import given
from hypothesis import strategies as st

from opcycle.devnet.leaps import TOGETHER, stops

ENDS = st.lists(st.integers(1, 500), max_size=12)


def test_no_clock_no_stop() -> None:
    assert stops([], before=100) == []


def test_clocks_that_run_out_together_share_the_last_ones_stop() -> None:
    assert stops([130, 100, 115], before=1000) == [130]
    assert stops([131, 100, 115], before=1000) == [115, 131]


def test_clocks_that_run_on_are_no_stops() -> None:
    assert stops([99, 100, 101], before=100) == [99]


@given(ENDS, st.integers(1, 500))
def test_each_clock_has_a_stop_soon_after_its_end(ends: list[int], before: int) -> None:
    found = stops(ends, before=before)
    assert found == sorted(set(found))
    assert set(found) <= set(ends)
    for end in ends:
        if end < before:
            assert any(end <= stop <= end + TOGETHER for stop in found)
