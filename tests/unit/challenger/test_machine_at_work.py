"""What the games challenger does while a machine is at work for minutes, and once its work is not needed."""

import pytest
from tests.fuzz.challenger_l1 import CLOCK, SPLIT, START, TRUTH
from tests.unit.challenger.place import FALSE_STATE, LIE, Place

from opcycle.errors import TemporaryError

AT_WORK = "running the program on L2 block 15: 7 M steps"


@pytest.fixture
def place() -> Place:
    return Place()


def to_the_split(place: Place) -> None:
    """The liar insists until what is in dispute is the machine's work."""
    place.propose()
    place.rest()
    while (depth := place.game().model.claims[-1].place[0]) <= SPLIT:
        place.answer(len(place.game().model.claims) - 1, LIE if depth < SPLIT else FALSE_STATE)
        if depth < SPLIT:
            place.rest()


def test_machine_is_at_work__said_and_the_other_games_go_on(place, monkeypatch) -> None:
    to_the_split(place)

    def at_work(dispute, instant):
        raise TemporaryError(AT_WORK)

    monkeypatch.setattr(place.trace, "state", at_work)
    assert place.waits() == f"game 0: {AT_WORK}"
    place.propose(LIE, START + 3)
    (said,) = place.challenger.step().did
    assert said.startswith("game 1: attacked claim 0")
    place.chain.mine(1)
    monkeypatch.undo()
    assert place.challenger.step().did[0].startswith("game 0: ")


def kept(place: Place, monkeypatch: pytest.MonkeyPatch) -> list[set[bytes]]:
    """What the machine is told to keep, each time."""
    told: list[set[bytes]] = []
    monkeypatch.setattr(place.trace, "keep", lambda l1_heads: told.append(set(l1_heads)))
    return told


def test_machine__told_which_games_are_in_progress_when_that_changes(place, monkeypatch) -> None:
    told = kept(place, monkeypatch)
    place.rest()
    place.propose(TRUTH.root(START + 5))
    place.rest()
    place.rest()
    head = place.contract().read(block=place.chain.head.header.hash).l1_head
    assert told == [set(), {head}]
    place.chain.mine(CLOCK)
    place.rest()
    assert told[2:] == [set()]


def test_not_every_game_could_be_read__machine_is_told_nothing(place, monkeypatch) -> None:
    """A dispute of one that was not read may be going on."""
    place.propose(TRUTH.root(START + 5))
    told = kept(place, monkeypatch)

    def unreadable(self, *, block):
        raise TemporaryError("half an answer")

    monkeypatch.setattr("tests.fuzz.challenger_world.GameContract.read", unreadable)
    assert place.waits() == "game 0: half an answer"
    assert told == []
