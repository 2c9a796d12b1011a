"""What a games challenger has done since it started, counted; for metrics."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from opcycle.challenger.due import Due, Kind
from opcycle.protocol.dispute_game import GameStatus


@dataclass(slots=True)
class Counts:
    """Written by the challenger's thread, for any thread to read. A reset does not undo what was counted.

    `sent` and `failed`: by kind; `failed` would have reverted, or was not taken. `collected`: wei.
    As of the last step: `games` that are looked at, by status; `at_stake`: wei in bonds that are not settled;
    `proposals` of large preimages that were ever made, and of how many that are not over we have `examined`
    all leaves.
    `acted_on`: the newest L1 block that something was sent after.
    """

    sent: Counter[Kind] = field(default_factory=Counter)
    failed: Counter[Kind] = field(default_factory=Counter)
    collected: int = 0
    games: Counter[GameStatus] = field(default_factory=Counter)
    at_stake: int = 0
    acted_on: int = 0
    proposals: int = 0
    examined: int = 0

    def add(self, sent: Iterable[Due], *, failed: Iterable[Due]) -> None:
        for due in sent:
            self.sent[due.kind] += 1
            self.collected += due.paid
        for due in failed:
            self.failed[due.kind] += 1
