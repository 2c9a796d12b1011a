"""One look at games: L1 at the end of one block, and what our nodes say of what is claimed there."""

from collections.abc import Callable, Sequence
from typing import Protocol

from opcycle.l1.anchor_state_registry import AnchorStateRegistry
from opcycle.l1.dispute_games import DisputeGameFactory, FaultDisputeGame, ListedGame
from opcycle.monitor.reader import GameReader, ReadGame
from opcycle.monitor.snapshot import Opinion, Snapshot, UnreadGame, WatchedAnchor, WatchedGame
from opcycle.monitor.witness import RollupNode, Witness
from opcycle.protocol.dispute_game import DisputeGame
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import Address, BlockId, Hash, L1BlockRef, L1Header


class L1Source(Protocol):
    """`opcycle.l1.reader.L1Reader` is one."""

    def header(self, label: int | str | bytes) -> L1Header: ...


class Lookout:
    """`nodes` are asked what is right; `config` is of the rollup that the games must be about, None: the
    nodes' own. Remembers what cannot change any more, until it is reset."""

    def __init__(
        self,
        *,
        l1: L1Source,
        factory: DisputeGameFactory,
        game_at: Callable[[Address], FaultDisputeGame],
        nodes: Sequence[RollupNode],
        config: RollupConfig | None = None,
    ):
        self._l1 = l1
        self._reader = GameReader(factory, game_at)
        self._witnesses = [Witness(node) for node in nodes]
        self._config = config
        self._heads: dict[Hash, int] = {}

    def reset(self) -> None:
        """Forget what may be otherwise on another branch of L1."""
        self._reader.reset()
        for witness in self._witnesses:
            witness.reset()

    def head(self) -> L1BlockRef:
        return self._l1.header("latest").ref

    def has(self, block: BlockId, l1: L1BlockRef) -> bool:
        """Whether L1 up to `l1` has a block."""
        return block.number <= l1.number and self._l1.header(block.number).hash == block.hash

    def listed(self, l1: L1BlockRef, *, since: int) -> list[ListedGame]:
        """All games made at or after an L1 time, newest first."""
        return self._reader.listed(since=since, block=l1.hash)

    def page(self, l1: L1BlockRef, *, before: int | None, count: int) -> list[ListedGame]:
        """Up to `count` games, newest first, of those below index `before`, or of all."""
        return self._reader.page(before=before, count=count, block=l1.hash)

    def look(self, l1: L1BlockRef, listed: Sequence[ListedGame]) -> Snapshot:
        """Raises UserError if a node follows another chain, on which every output would look wrong."""
        config = self._checked_config()
        for witness in self._witnesses:
            witness.look(lambda block: self.has(block, l1))
        found = self._reader.read_all(listed, block=l1.hash)
        games = [game for game in found if isinstance(game, ReadGame)]
        self._heads = {game.game.l1_head: self._number_of(game.game.l1_head) for game in games}
        judgements = self._reader.judgements(games, block=l1.hash)
        return Snapshot(
            l1=l1,
            games=[
                WatchedGame(
                    read.listed,
                    read.game,
                    read.accounts,
                    judgements[read.game.address],
                    self._opinions(read.game),
                )
                for read in games
            ],
            collateral=self._reader.balances({game.accounts.weth for game in games}, block=l1.hash),
            unread=[game for game in found if isinstance(game, UnreadGame)],
            anchor=self._anchor(games[0].accounts.registry, config, l1) if games else None,
        )

    def _opinions(self, game: DisputeGame) -> list[Opinion]:
        head = self._heads[game.l1_head]
        return [witness.opinion(game.claimed_block, head) for witness in self._witnesses]

    def _number_of(self, l1_head: Hash) -> int:
        known = self._heads.get(l1_head)
        return self._l1.header(l1_head).number if known is None else known

    def _anchor(self, registry: Address, config: RollupConfig | None, l1: L1BlockRef) -> WatchedAnchor:
        anchor = AnchorStateRegistry(self._reader.rpc, registry).anchor(block=l1.hash)
        made_at = None if config is None else config.timestamp_of(anchor.l2_block)
        return WatchedAnchor(anchor, made_at, [w.opinion(anchor.l2_block, None) for w in self._witnesses])

    def _checked_config(self) -> RollupConfig | None:
        config = self._config
        for witness in self._witnesses:
            followed = witness.config()
            if config is None:
                config = followed
            elif followed is not None:
                config.require_followed_by(followed, subject="the games are about")
        return config
