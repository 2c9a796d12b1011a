"""A play of dispute games: the comparison after each step, time, and the end. Which steps there are:
`rules.py`."""

from collections.abc import Iterator
from typing import Any

from tests.fuzz.disputes.deploy import GENESIS
from tests.fuzz.disputes.escrow import PAUSE_EXPIRY
from tests.fuzz.disputes.game import Game
from tests.fuzz.disputes.properties import (
    ALWAYS,
    ALWAYS_OF_ALL,
    IN_THE_END,
    broken,
    valid_withdrawals_are_finalized,
)
from tests.fuzz.disputes.rig import MIPS64, PEOPLE
from tests.fuzz.disputes.withdrawing import Withdrawing

FULL_LOOK_EVERY = 16
"""Steps. A call changes only what it calls: what a step did not touch is looked at this often."""


class Play(Withdrawing):
    """From an empty factory."""

    genesis = GENESIS

    def __init__(self, *, is_lazy: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.is_lazy = is_lazy
        self.quiet = {}

    @property
    def terms(self) -> dict[str, Any]:
        return {"is_lazy": self.is_lazy, "size": self.size}

    @property
    def about(self) -> str:
        what = f"is about {self.size}" if self.size in MIPS64 else f"has {self.size}"
        return f"The honest party is {'lazy' if self.is_lazy else 'prompt'}; a tree of claims {what}."

    @property
    def now(self) -> int:
        return self.model.now

    @staticmethod
    def actor(rule: str) -> str:
        return "time" if rule.startswith("wait") else "honest"

    def look(self) -> None:
        """Compare; and check what must always hold of what was touched."""
        games = self.model.games
        is_thorough = len(self.run) % FULL_LOOK_EVERY == 0
        touched = [games[index] for index in sorted(self.touched)]
        others = [game for index, game in enumerate(games) if index not in self.touched]
        self.touched.clear()
        self.observer.compare(touched, elsewhere=others if is_thorough else ())
        for game in touched:
            for check in ALWAYS:
                check(self, game)
        for check_all in ALWAYS_OF_ALL:
            check_all(self)
        if is_thorough:
            self.observer.compare_lists()
        self.compare_logs()

    def honest_acts(self, game: int) -> None:
        """The honest party does all that it can in a game."""
        if self.model.games:
            self.honest_turn(self.pick_open(game))

    # --- time ---

    def wait(self, seconds: int) -> None:
        self.advance(self.model.now + seconds)
        self.done["wait"] += 1

    def wait_for_an_edge(self, which: int, offset: int) -> None:
        """To just before, at, or just after a moment at which some answer changes."""
        ahead = sorted({edge + offset for edge in self._edges() if edge + offset > self.model.now})
        if ahead:
            self.advance(ahead[which % len(ahead)])
            self.done["wait for an edge"] += 1

    def _edges(self) -> Iterator[int]:
        model, p = self.model, self.parameters
        for game in model.games:
            if game.status:
                yield game.resolved_at + p.finality_delay
                continue
            for claim in game.claims:
                if not claim.settled:
                    ends = claim.at + p.clock - (game.claims[claim.parent].used if claim.parent >= 0 else 0)
                    yield ends
                    yield ends - game.least_left(min(claim.place[0] + 1, p.max_depth))
        for request in model.requests.values():
            if request.amount:
                yield request.at + p.weth_delay
        for proof in model.proofs.values():
            yield proof.at + p.maturity_delay
        for since in model.pauses.values():
            yield since + PAUSE_EXPIRY

    # --- the end ---

    def come_to_an_end(self) -> None:
        """All games end and everybody is paid."""
        self._end_pauses()
        for game in self.model.games:
            self.advance(max(self.model.now, self.last_moment(game)))
            self._settle("griefer", game, 0)
            if not game.status:
                broken("G-4", f"game 0x{game.address.hex()} of {len(game.claims)} claims cannot be resolved")
        self.look_at_all()
        self.advance(self.model.now + self.parameters.finality_delay + 1)
        for game in self.model.games:
            self._close("griefer", game)
        self.advance(self.model.now + self.parameters.maturity_delay + 1)
        for hash_, submitter in list(self.model.proofs):
            self._finalize(PEOPLE["griefer"], self._of_hash(hash_), submitter)
        for _ in range(2):  # unlock, then pay
            for game in self.model.games:
                for person in PEOPLE.values():
                    if game.claimable(person, game.mode):
                        self._claim_credit("griefer", game, person)
            self.advance(self.model.now + self.parameters.weth_delay)
        self.look_at_all()
        for game in self.model.games:
            for check in IN_THE_END:
                check(self, game)
        valid_withdrawals_are_finalized(self)

    def last_moment(self, game: Game) -> int:
        """By then every clock of a game has run out: each side has one, and what extensions gave back."""
        p = self.parameters
        given = sum(game.least_left(depth) for depth in range(1, p.max_depth + 1))
        return game.created_at + 2 * p.clock + given

    def look_at_all(self) -> None:
        self.touch_all()
        self.look()
        self.observer.compare_lists()

    def _end_pauses(self) -> None:
        for what in ("all", "this chain"):
            self.unpause("guardian", what)

    # --- helpers ---

    def name(self, address: bytes | None) -> str:
        """Who this is."""
        return next(
            (name for name, found in PEOPLE.items() if found == address), f"0x{(address or b'').hex()}"
        )
