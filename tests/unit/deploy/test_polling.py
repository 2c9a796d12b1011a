"""Waiting for L1: until its head moves, and not for ever."""

import pytest

from opcycle.deploy.polling import POLL_SECONDS, POLLS, BlockPoller


class Chain:
    """Its head moves after as many pauses as `moves_after` says."""

    def __init__(self, moves_after: int):
        self.moves_after = moves_after
        self.pauses: list[float] = []

    def call(self, method: str) -> str:
        assert method == "eth_blockNumber"
        return hex(5 + (len(self.pauses) >= self.moves_after > 0))

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


@pytest.mark.parametrize(("moves_after", "pauses"), [(1, 1), (3, 3), (POLLS + 1, POLLS)])
def test_call__returns_when_the_head_moves_or_after_a_slot(moves_after: int, pauses: int) -> None:
    chain = Chain(moves_after)
    BlockPoller(chain, chain.pause)()
    assert chain.pauses == [POLL_SECONDS] * pauses


def test_call__head_moved_before__returns_at_once_and_then_waits_for_the_next() -> None:
    chain = Chain(1)
    wait = BlockPoller(chain, chain.pause)
    chain.pauses.append(0)
    wait()
    assert chain.pauses == [0]
    wait()
    assert len(chain.pauses) == 1 + POLLS
