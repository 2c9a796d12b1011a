"""The monitor: at each new L1 block it looks at every game, and tells what has changed and what is wrong."""

from dataclasses import dataclass, field, replace

from opcycle.agent import Outcome
from opcycle.monitor.counts import Counts, count
from opcycle.monitor.judge import Judgements, Limits, judge
from opcycle.monitor.lookout import Lookout
from opcycle.monitor.news import news
from opcycle.monitor.snapshot import Answer, Snapshot
from opcycle.protocol.types import Address, L1BlockRef

GAME_WINDOW = 28 * 24 * 3600
"""Seconds of L1 time for which a game is looked at: its clocks, delays, and some days to collect bonds."""


@dataclass(frozen=True, slots=True)
class MonitorOptions:
    """`honest`: accounts that should never lose a bond. `ignored`: games not to look at. `window`: how many
    seconds a game is looked at."""

    honest: frozenset[Address] = frozenset()
    ignored: frozenset[Address] = frozenset()
    window: int = GAME_WINDOW
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Published:
    """What a monitor thinks of the games at the end of `snapshot.l1`.

    `outputs_at`: L1 time of the last look at which a node knew an output root; 0: never yet.
    """

    snapshot: Snapshot
    judgements: Judgements
    counts: Counts
    outputs_at: int


class Monitor:
    """`published`: what it thought last, for any thread to read; None before its first step."""

    name = "monitor"

    def __init__(self, lookout: Lookout, options: MonitorOptions | None = None):
        self._lookout = lookout
        self._options = options or MonitorOptions()
        self.published: Published | None = None

    def reset(self) -> None:
        """Forget everything; all games are told anew."""
        self.published = None
        self._lookout.reset()

    def step(self) -> Outcome:
        """Look at all games, if L1 has a new block.

        Raises UserError if a node follows another chain.
        """
        l1, before = self._lookout.head(), self.published
        if before is not None and before.snapshot.l1.hash == l1.hash:
            return Outcome.idle("the next L1 block")
        if before is not None and not self._lookout.has(before.snapshot.l1.id, l1):
            self._lookout.reset()
        self.published = after = self.look(l1)
        told = news(None if before is None else before.judgements, after.judgements)
        return Outcome.done(*told) if told else Outcome.idle("something to happen in a game")

    def look(self, l1: L1BlockRef) -> Published:
        """What it thinks of all games at the end of an L1 block."""
        options = self._options
        listed = self._lookout.listed(l1, since=max(0, l1.timestamp - options.window))
        wanted = [game for game in listed if game.address not in options.ignored]
        seen = self._lookout.look(l1, wanted)
        snapshot = replace(seen, ignored=len(listed) - len(wanted), honest=options.honest)
        judgements = judge(snapshot, options.limits)
        is_known = any(o.answer is Answer.FOUND for game in snapshot.games for o in game.opinions)
        before = 0 if self.published is None else self.published.outputs_at
        return Published(
            snapshot,
            judgements,
            count(snapshot, judgements.verdicts),
            outputs_at=l1.timestamp if is_known else before,
        )
