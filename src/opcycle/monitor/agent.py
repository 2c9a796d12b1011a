"""The monitor: at each new L1 block it looks at every game, and tells what has changed and what is wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from opcycle.agent import Outcome
from opcycle.l1.anchor_state_registry import AnchorStateRegistry
from opcycle.l1.dispute_games import DisputeGameFactory, FaultDisputeGame
from opcycle.monitor.counts import Counts, count
from opcycle.monitor.judge import Judgements, Limits, judge
from opcycle.monitor.news import news
from opcycle.monitor.reader import GameReader, ReadGame
from opcycle.monitor.snapshot import Opinion, Snapshot, UnreadGame, WatchedAnchor, WatchedGame
from opcycle.monitor.witness import RollupNode, Witness
from opcycle.protocol.dispute_game import DisputeGame
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import Address, BlockId, Hash, L1BlockRef, L1Header

GAME_WINDOW = 28 * 24 * 3600
"""Seconds of L1 time for which a game is looked at: its clocks, delays, and some days to collect bonds."""


class L1Source(Protocol):
    """`opcycle.l1.reader.L1Reader` is one."""

    def header(self, label: int | str | bytes) -> L1Header: ...


@dataclass(frozen=True, slots=True)
class MonitorOptions:
    """`honest`: accounts that should never lose a bond. `ignored`: games not to look at. `window` in seconds.

    `config` is of the rollup that the games must be about; None: the nodes' own.
    """

    honest: frozenset[Address] = frozenset()
    ignored: frozenset[Address] = frozenset()
    window: int = GAME_WINDOW
    limits: Limits = field(default_factory=Limits)
    config: RollupConfig | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """What a monitor thinks of the games at the end of `snapshot.l1`."""

    snapshot: Snapshot
    judgements: Judgements
    counts: Counts


class Monitor:
    """`published`: what it thought last, for any thread to read; None before its first step.

    `nodes`: whoever is asked what is right. Without one, only games among themselves are checked.
    """

    name = "monitor"

    def __init__(
        self,
        *,
        l1: L1Source,
        factory: DisputeGameFactory,
        game_at: Callable[[Address], FaultDisputeGame],
        nodes: Sequence[RollupNode],
        options: MonitorOptions | None = None,
    ):
        self._l1 = l1
        self._reader = GameReader(factory, game_at)
        self._witnesses = [Witness(node) for node in nodes]
        self._options = options or MonitorOptions()
        self._heads: dict[Hash, int] = {}
        self.published: Published | None = None

    def reset(self) -> None:
        """Forget everything; all games are told anew."""
        self.published = None
        self._forget()

    def step(self) -> Outcome:
        """Look at all games, if L1 has a new block.

        Raises UserError if a node follows another chain.
        """
        l1 = self._l1.header("latest").ref
        before = self.published
        if before is not None and before.snapshot.l1.hash == l1.hash:
            return Outcome.idle("the next L1 block")
        if before is not None and not self._has(before.snapshot.l1.id, l1):
            self._forget()  # L1 has replaced blocks: what was final on one branch may not be on the other
        snapshot = self._look(l1)
        judgements = judge(snapshot, self._options.limits)
        self.published = Published(snapshot, judgements, count(snapshot, judgements.verdicts))
        told = news(None if before is None else before.judgements, judgements)
        return Outcome.done(*told) if told else Outcome.idle("something to happen in a game")

    def _look(self, l1: L1BlockRef) -> Snapshot:
        config = self._checked_config()
        for witness in self._witnesses:
            witness.look(lambda block: self._has(block, l1))
        since, block = max(0, l1.timestamp - self._options.window), l1.hash
        listed = self._reader.listed(since=since, block=block)
        wanted = [game for game in listed if game.address not in self._options.ignored]
        found = [self._reader.read(game, block=block) for game in wanted]
        games = [game for game in found if isinstance(game, ReadGame)]
        self._heads = {game.game.l1_head: self._number_of(game.game.l1_head) for game in games}
        judgements = self._reader.judgements(games, block=block)
        return Snapshot(
            l1=l1,
            games=[
                WatchedGame(
                    game.listed,
                    game.game,
                    game.accounts,
                    judgements[game.game.address],
                    self._opinions(game.game),
                )
                for game in games
            ],
            collateral=self._reader.balances({game.accounts.weth for game in games}, block=block),
            unread=[game for game in found if isinstance(game, UnreadGame)],
            ignored=len(listed) - len(wanted),
            anchor=self._anchor(games, config, l1),
            honest=self._options.honest,
        )

    def _opinions(self, game: DisputeGame) -> list[Opinion]:
        head = self._heads[game.l1_head]
        return [witness.opinion(game.claimed_block, head) for witness in self._witnesses]

    def _number_of(self, l1_head: Hash) -> int:
        known = self._heads.get(l1_head)
        return self._l1.header(l1_head).number if known is None else known

    def _anchor(
        self, games: Sequence[ReadGame], config: RollupConfig | None, l1: L1BlockRef
    ) -> WatchedAnchor | None:
        """Of the newest game's registry."""
        if not games:
            return None
        registry = AnchorStateRegistry(self._reader.rpc, games[0].accounts.registry)
        anchor = registry.anchor(block=l1.hash)
        made_at = None if config is None else config.timestamp_of(anchor.l2_block)
        opinions = [witness.opinion(anchor.l2_block, None) for witness in self._witnesses]
        return WatchedAnchor(anchor, made_at, opinions)

    def _checked_config(self) -> RollupConfig | None:
        """On another chain every output looks wrong."""
        config = self._options.config
        for witness in self._witnesses:
            followed = witness.config()
            if config is None:
                config = followed
            elif followed is not None:
                config.require_followed_by(followed, subject="the games are about")
        return config

    def _has(self, block: BlockId, l1: L1BlockRef) -> bool:
        """Whether L1 has the block, as far as it was read."""
        return block.number <= l1.number and self._l1.header(block.number).hash == block.hash

    def _forget(self) -> None:
        self._reader.reset()
        for witness in self._witnesses:
            witness.reset()
