"""Games as values, claim by claim."""

from collections.abc import Sequence
from dataclasses import replace

from opcycle.protocol.dispute_game import Claim, DisputeGame, GameParameters, GameStatus
from opcycle.protocol.positions import ROOT
from opcycle.protocol.types import Address

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
