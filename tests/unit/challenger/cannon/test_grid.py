"""Which window is run again for which step: every step is in one, and none takes more proofs than agreed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcycle.challenger.cannon.grid import Grid, Window

GRID = Grid(snapshots=1 << 8, proofs=1 << 6, at_once=1 << 3, most_snapshots=4, most_proofs=16)
SHORT = 1000

lengths = st.integers(2, 1 << 40)


@pytest.mark.parametrize(
    ("step", "window"),
    [
        (8, Window(0, 64, 8)),
        (72, Window(64, 128, 8)),
        (120, Window(64, 128, 8)),
        (121, Window(120, 128, 1)),
        (7, Window(0, 8, 1)),
        (968, Window(960, 1000, 8)),
        (999, Window(992, 1000, 1)),
    ],
)
def test_window_of__the_coarsest_that_shows_the_step(step: int, window: Window) -> None:
    assert GRID.window_of(step, SHORT) == window


def test_window_of__a_step_that_the_pass_should_have_kept__it_alone() -> None:
    assert GRID.window_of(128, SHORT) == Window(128, 129, 1)


@given(lengths, st.data())
def test_window_of__shows_the_step_in_few_proofs(steps: int, data: st.DataObject) -> None:
    step = data.draw(st.integers(0, steps - 1))
    window = GRID.window_of(step, steps)
    shown = range(-(-window.start // window.every) * window.every, window.end, window.every)
    assert step in shown
    assert len(shown) <= GRID.at_once
    assert window.last == shown[-1]
    assert window.end <= steps


@given(lengths, st.data())
def test_windows_of_a_bisection__three_more_levels_each(steps: int, data: st.DataObject) -> None:
    """A bisection to a step runs as many windows as the spacing of proofs has factors of `at_once`."""
    step = data.draw(st.integers(0, steps - 1))
    spacing = GRID.proof_spacing(steps)
    asked = {step - step % (1 << level) for level in range(spacing.bit_length() - 1)}
    windows = {GRID.window_of(each, steps) for each in asked if each % spacing}
    assert len(windows) <= -(-(spacing.bit_length() - 1) // 3)


@given(lengths)
def test_spacing__what_is_kept_is_bounded_whatever_the_length(steps: int) -> None:
    for spacing, least, most in (
        (GRID.snapshot_spacing(steps), GRID.snapshots, GRID.most_snapshots),
        (GRID.proof_spacing(steps), GRID.proofs, GRID.most_proofs),
    ):
        assert steps <= spacing * most
        assert spacing == least or steps > spacing // 2 * most
        assert spacing % least == 0


def test_spacing__never_narrower_than_the_least() -> None:
    assert GRID.snapshot_spacing(1) == 1 << 8
    assert GRID.snapshot_spacing(1024) == 1 << 8
    assert GRID.snapshot_spacing(1025) == 1 << 9
