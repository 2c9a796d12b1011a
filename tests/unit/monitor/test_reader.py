"""Which games of a factory are read."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from opcycle.errors import CriticalError, OpcycleError, TemporaryError
from opcycle.l1.dispute_games import ListedGame
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.monitor.reader import LIST_AT_ONCE, GameReader
from opcycle.monitor.snapshot import UnreadGame

BLOCK = bytes(32)


@dataclass
class Factory:
    """Game n was made at time n."""

    count: int
    asked: list[range] = field(default_factory=list)

    def game_count(self, *, block: bytes) -> int:
        return self.count

    def games(self, indices: Sequence[int], *, block: bytes) -> list[ListedGame]:
        assert isinstance(indices, range)
        assert len(indices) <= LIST_AT_ONCE
        self.asked.append(indices)
        return [ListedGame(n, 255, n, n.to_bytes(20, "big")) for n in indices]


@dataclass
class FailingGame:
    error: OpcycleError
    contract: None = None

    def read(self, *, block: bytes) -> None:
        raise self.error


def reader(factory: Factory, error: OpcycleError | None = None) -> GameReader:
    return GameReader(factory, lambda _: FailingGame(error or AssertionError()))


@pytest.mark.parametrize(
    ("before", "count", "expected"),
    [
        (None, 3, [249, 248, 247]),
        (249, 3, [248, 247, 246]),
        (2, 3, [1, 0]),
        (0, 3, []),
        (9999, 2, [249, 248]),
        (None, 250, list(range(249, -1, -1))),
    ],
)
def test_page__newest_first(before: int | None, count: int, expected: list[int]) -> None:
    found = reader(Factory(250)).page(before=before, count=count, block=BLOCK)
    assert [listed.index for listed in found] == expected


@pytest.mark.parametrize("since", [0, 1, 49, 50, 149, 150, 151, 249, 250])
def test_listed__all_since_a_time_and_no_page_more(since: int) -> None:
    factory = Factory(250)
    found = reader(factory).listed(since=since, block=BLOCK)
    assert [listed.index for listed in found] == list(range(249, since - 1, -1))
    assert sum(map(len, factory.asked)) <= 250 - since + LIST_AT_ONCE


def test_listed__of_an_empty_factory() -> None:
    assert reader(Factory(0)).listed(since=0, block=BLOCK) == []


@pytest.mark.parametrize(
    "error", [TransactionRevertedError("claimDataLen", "no reason"), CriticalError("gone")]
)
def test_read__what_is_no_such_game__says_why(error: OpcycleError) -> None:
    listed = ListedGame(0, 1337, 0, bytes(20))
    assert reader(Factory(1), error).read(listed, block=BLOCK) == UnreadGame(listed, str(error))


def test_read__an_l1_that_does_not_answer__is_no_fault_of_the_game() -> None:
    with pytest.raises(TemporaryError):
        reader(Factory(1), TemporaryError("down")).read(ListedGame(0, 255, 0, bytes(20)), block=BLOCK)


def test_read__games_about_several_chains__are_not_even_asked() -> None:
    listed = ListedGame(0, 9, 0, bytes(20))
    found = reader(Factory(1)).read(listed, block=BLOCK)
    assert isinstance(found, UnreadGame)
    assert "several chains" in found.why
