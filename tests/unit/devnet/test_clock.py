"""Chain time: set by hand, running with the machine's, or read off an L1."""

from collections.abc import Callable

import pytest

from opcycle.devnet.clock import L1Clock, LiveClock, MovableClock, SteppedClock


class Machine:
    """The machine's monotonic clock."""

    def __init__(self) -> None:
        self.now = 7.0

    def __call__(self) -> float:
        return self.now


def test_a_stepped_clock_moves_only_when_told_to() -> None:
    clock = SteppedClock(1000)
    assert clock.now() == 1000
    clock.jump(5)
    assert clock.now() == 1005


def test_a_live_clock_runs_from_its_start_at_the_machines_speed() -> None:
    machine = Machine()
    clock = LiveClock(1000, machine)
    assert clock.now() == 1000
    machine.now += 2.9
    assert clock.now() == 1002
    clock.jump(600)
    machine.now += 0.1
    assert clock.now() == 1603


@pytest.mark.parametrize("make", [SteppedClock, lambda now: LiveClock(now, Machine())])
def test_no_clock_runs_backwards(make: Callable[[int], MovableClock]) -> None:
    clock = make(1000)
    with pytest.raises(ValueError, match="does not run backwards"):
        clock.jump(-1)
    clock.jump(0)
    assert clock.now() == 1000


def test_an_l1_clock_goes_on_from_the_newest_block_until_the_next_one_corrects_it() -> None:
    machine, head = Machine(), [1000]
    clock = L1Clock(lambda: head[0], machine)
    assert clock.now() == 1000
    machine.now += 11.5
    assert clock.now() == 1011
    head[0] = 1024
    assert clock.now() == 1024
    machine.now += 1
    assert clock.now() == 1025


def test_an_l1_clock_follows_an_l1_that_travels_or_goes_back() -> None:
    machine, head = Machine(), [1000]
    clock = L1Clock(lambda: head[0], machine)
    clock.now()
    for there in (1_000_000, 990):
        head[0] = there
        assert clock.now() == there
