"""The monitor step by step: what it tells, and when it looks again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.unit.monitor.games import CREATED, WRONG, GameBuilder, snapshot, watched

from opcycle.l1.dispute_games import ListedGame
from opcycle.monitor.agent import Monitor, MonitorOptions
from opcycle.monitor.judge import AlertKind
from opcycle.monitor.snapshot import Answer, Opinion, Snapshot, WatchedGame
from opcycle.protocol.types import BlockId, L1BlockRef

CHALLENGER = b"\xbb" * 20


@dataclass
class FakeLookout:
    """L1 of one game; `branch` names the branch that its blocks are on."""

    made: GameBuilder
    number: int = 1
    branch: int = 1
    resets: int = 0
    opinion: Opinion = WRONG

    def head(self) -> L1BlockRef:
        return L1BlockRef(
            bytes([self.branch]) * 31 + bytes([self.number]), self.number, bytes(32), CREATED + self.number
        )

    def has(self, block: BlockId, l1: L1BlockRef) -> bool:
        return block.number <= l1.number and block.hash[0] == self.branch

    def listed(self, l1: L1BlockRef, *, since: int) -> list[ListedGame]:
        games = [self._seen().listed]
        return [listed for listed in games if listed.created_at >= since]

    def look(self, l1: L1BlockRef, listed: Sequence[ListedGame]) -> Snapshot:
        games = [self._seen()] if listed else []
        return replace(snapshot(*games), l1=l1)

    def reset(self) -> None:
        self.resets += 1

    def _seen(self) -> WatchedGame:
        return watched(self.made, self.opinion, index=7)


def test_step__tells_of_a_game_once_and_then_of_what_changes() -> None:
    lookout = FakeLookout(GameBuilder())
    monitor = Monitor(lookout)
    assert monitor.published is None
    first = monitor.step()
    assert first.did == (
        "game 7: 0x1111111111111111111111111111111111111111 about L2 block 16, root claim wrong, "
        "1 claim, the defenders are ahead",
        "ALERT wrong_root_ahead: 0x1111111111111111111111111111111111111111: the root claim of L2 block 16 "
        f"is wrong, 0x{'77' * 32} is right, yet the defenders win if nobody moves",
    )
    again = monitor.step()
    assert (again.progress, again.waiting_for) == (False, "the next L1 block")
    lookout.number += 1
    assert monitor.step().waiting_for == "something to happen in a game"
    lookout.number += 1
    lookout.made.answer(0, CHALLENGER)
    assert [line.split(" 0x")[0] for line in monitor.step().did] == [
        "game 7: the challengers are ahead, with 2 claims",
        "no longer: wrong_root_ahead:",
    ]


def test_reset__tells_everything_anew() -> None:
    monitor = Monitor(FakeLookout(GameBuilder()))
    told = monitor.step().did
    monitor.reset()
    assert monitor.published is None
    assert monitor.step().did == told


def test_reorg__forgets_what_was_final_and_repeats_nothing() -> None:
    lookout = FakeLookout(GameBuilder())
    monitor = Monitor(lookout)
    monitor.step()
    lookout.number += 1
    monitor.step()
    assert lookout.resets == 0
    lookout.branch = 2
    assert not monitor.step().progress
    assert lookout.resets == 1


def test_ignored_games__are_counted_only() -> None:
    made = GameBuilder()
    monitor = Monitor(FakeLookout(made), MonitorOptions(ignored=frozenset({made.game.address})))
    assert not monitor.step().progress
    assert monitor.published is not None
    assert monitor.published.counts.ignored == 1


def test_window__leaves_out_old_games() -> None:
    inside, outside = (
        Monitor(FakeLookout(GameBuilder(), number=10), MonitorOptions(window=window)) for window in (10, 9)
    )
    assert inside.step().did
    assert not outside.step().did


def test_published__has_alerts_and_counts() -> None:
    monitor = Monitor(FakeLookout(GameBuilder()))
    monitor.step()
    assert monitor.published is not None
    assert [alert.kind for alert in monitor.published.judgements.alerts] == [AlertKind.WRONG_ROOT_AHEAD]
    assert monitor.published.counts.types == {("alphabet",): 1}


def test_published__since_when_no_node_knows_anything() -> None:
    lookout = FakeLookout(GameBuilder())
    monitor = Monitor(lookout)
    seen = []
    for answer in (Answer.ERROR, Answer.FOUND, Answer.ERROR, Answer.BEHIND, Answer.FOUND):
        lookout.opinion = Opinion(answer, b"\x77" * 32)
        monitor.step()
        assert monitor.published is not None
        seen.append(monitor.published.outputs_at)
        lookout.number += 1
    assert seen == [0, *[CREATED + number for number in (2, 2, 2, 5)]]
