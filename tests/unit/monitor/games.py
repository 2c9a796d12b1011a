"""Games as values, claim by claim, and as a monitor sees them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from opcycle.l1.anchor_state_registry import Judgement
from opcycle.l1.dispute_games import ListedGame
from opcycle.l1.game_accounts import BondMode, GameAccounts, Withdrawal, people_of
from opcycle.monitor.snapshot import Answer, Opinion, Snapshot, WatchedGame
from opcycle.protocol.dispute_game import Claim, DisputeGame, GameParameters, GameStatus
from opcycle.protocol.positions import ROOT
from opcycle.protocol.types import Address, L1BlockRef

LIAR, CHALLENGER, GRIEFER = b"\xaa" * 20, b"\xbb" * 20, b"\xcc" * 20
NAMES = {LIAR: "liar", CHALLENGER: "challenger"}
ETH = 10**18
CLOCK = 1000
CREATED = 10_000


class GameBuilder:
    """A game about as many L2 blocks as fit, from block 0 on; its root claim is the liar's."""

    def __init__(self, *, split: int = 4, levels: int = 3):
        self.parameters = GameParameters(split + 1 + levels, split, CLOCK, 10, bytes(32))
        self.game = DisputeGame(
            b"\x11" * 20,
            self.parameters,
            GameStatus.IN_PROGRESS,
            CREATED,
            0,
            1 << split,
            bytes(32),
            None,
            [Claim(0, None, LIAR, None, ETH, b"\x66" * 32, ROOT, 0, CREATED)],
        )

    def answer(self, index: int, by: Address, *, attack: bool = True, after: int = 0, bond: int = ETH) -> int:
        """Answer a claim `after` seconds of its being made; returns the new claim's index."""
        claims = self.game.claims
        parent = claims[index]
        made_at = parent.made_at + after
        used = self.game.clock(parent, made_at)
        new = len(claims)
        value = b"\x01" + new.to_bytes(31, "big")
        position = parent.position.move(is_attack=attack)
        claim = Claim(new, index, by, None, bond, value, position, used, made_at)
        self.game = replace(self.game, claims=[*claims, claim])
        return new

    def line(self, index: int, length: int, by: Sequence[Address] = (CHALLENGER, LIAR)) -> int:
        """A line of attacks below a claim, made in turns; returns the last one's index."""
        for turn in range(length):
            index = self.answer(index, by[turn % len(by)])
        return index

    def counter(self, index: int, by: Address) -> None:
        """As a step, or settling, does."""
        claims = list(self.game.claims)
        claims[index] = replace(claims[index], countered_by=by)
        self.game = replace(self.game, claims=claims)

    def settle(self, *indices: int) -> None:
        self.game = replace(self.game, resolved=self.game.resolved | set(indices))

    def decide(self, status: GameStatus) -> None:
        self.game = replace(self.game, status=status)

    @property
    def staked(self) -> int:
        return sum(claim.bond for claim in self.game.claims)


REGISTRY, WETH = b"\x22" * 20, b"\x33" * 20
PAYOUT_DELAY, FINALITY_DELAY = 300, 500
COUNTS = Judgement(is_registered=True, is_respected=True, is_blacklisted=False, is_retired=False)
RIGHT_ROOT, WRONG_ROOT = b"\x66" * 32, b"\x77" * 32


def says(root: bytes = RIGHT_ROOT, *, is_safe: bool = True) -> Opinion:
    """A node that has the block."""
    return Opinion(Answer.FOUND, root, is_safe)


RIGHT, WRONG = says(), says(WRONG_ROOT)


def accounts_of(made: GameBuilder) -> GameAccounts:
    """Nobody has got anything yet."""
    people = people_of(made.game)
    return GameAccounts(
        mode=BondMode.UNDECIDED,
        resolved_at=0,
        credits=dict.fromkeys(people, 0),
        withdrawals=dict.fromkeys(people, Withdrawal(0, 0)),
        weth=WETH,
        escrow=made.staked,
        payout_delay=PAYOUT_DELAY,
        registry=REGISTRY,
        finality_delay=FINALITY_DELAY,
    )


def watched(
    made: GameBuilder,
    *opinions: Opinion,
    accounts: GameAccounts | None = None,
    judgement: Judgement = COUNTS,
    index: int = 0,
    game_type: int = 255,
) -> WatchedGame:
    """As a monitor sees it; the root claim is right if no opinion says otherwise."""
    game = made.game
    return WatchedGame(
        ListedGame(index, game_type, game.created_at, game.address),
        game,
        accounts or accounts_of(made),
        judgement,
        opinions or (RIGHT,),
    )


def snapshot(*games: WatchedGame, now: int = CREATED, collateral: int | None = None, **rest: Any) -> Snapshot:
    """DelayedWETH has all that it needs, if nothing else is said."""
    there = sum(seen.accounts.escrow for seen in games) if collateral is None else collateral
    l1 = L1BlockRef(b"\x44" * 32, 100, b"\x43" * 32, now)
    return Snapshot(l1, games, collateral={WETH: there}, **rest)
