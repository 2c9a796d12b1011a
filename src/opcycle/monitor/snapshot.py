"""What a monitor has seen at the end of one L1 block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from opcycle.l1.anchor_state_registry import Anchor, Judgement
from opcycle.l1.dispute_games import ListedGame
from opcycle.l1.game_accounts import GameAccounts
from opcycle.protocol.dispute_game import DisputeGame
from opcycle.protocol.types import Address, Hash, L1BlockRef


class Answer(Enum):
    """What came of asking a node for an output root."""

    FOUND = auto()
    NO_SUCH_BLOCK = auto()
    BEHIND = auto()
    """It has not read L1 up to the game's head yet."""
    ERROR = auto()


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a node says about a claimed block: its output root, and whether L1 has made the block safe by the
    game's L1 head."""

    answer: Answer
    root: Hash | None = None
    is_safe: bool = False


@dataclass(frozen=True, slots=True)
class WatchedGame:
    """`judgement` is its registry's, `opinions` are one of each node; none if nobody was asked."""

    listed: ListedGame
    game: DisputeGame
    accounts: GameAccounts
    judgement: Judgement
    opinions: Sequence[Opinion]


@dataclass(frozen=True, slots=True)
class UnreadGame:
    """A game that cannot be read, and why."""

    listed: ListedGame
    why: str


@dataclass(frozen=True, slots=True)
class WatchedAnchor:
    """`made_at`: the time of the anchor's L2 block, seconds; None if nobody can tell."""

    anchor: Anchor
    made_at: int | None
    opinions: Sequence[Opinion]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`collateral`: wei that each DelayedWETH has, by address. `ignored`: games that nobody wants to hear of.
    `anchor` is None if there is no game that says whose to look at. `honest`: accounts that should never lose
    a bond.
    """

    l1: L1BlockRef
    games: Sequence[WatchedGame]
    collateral: Mapping[Address, int] = field(default_factory=dict)
    unread: Sequence[UnreadGame] = ()
    ignored: int = 0
    anchor: WatchedAnchor | None = None
    honest: frozenset[Address] = frozenset()
