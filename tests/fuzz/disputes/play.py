"""A play: what everybody did, in order, and the comparison after each step. Needs no Hypothesis.

A run is a list of steps `[rule, arguments]`, plain JSON; `Play.do` takes one. Which rules there are:
`rules.py`.
"""

from collections.abc import Iterator
from typing import Any

from tests.fuzz.disputes.deploy import GENESIS
from tests.fuzz.disputes.escrow import PAUSE_EXPIRY
from tests.fuzz.disputes.game import Game
from tests.fuzz.disputes.properties import (
    ALWAYS,
    ALWAYS_OF_ALL,
    IN_THE_END,
    BrokenError,
    broken,
    valid_withdrawals_are_finalized,
)
from tests.fuzz.disputes.rig import PEOPLE
from tests.fuzz.disputes.withdrawing import Withdrawing

Step = tuple[str, dict[str, Any]]
"""A rule's name and its arguments: numbers, words, truth values."""

FULL_LOOK_EVERY = 16
"""Steps. A call changes only what it calls: what a step did not touch is looked at this often."""


class Play(Withdrawing):
    """From an empty factory. `run` is what has been done so far; `story`, step by step, when and what came
    of it."""

    def __init__(self, *, is_lazy: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.is_lazy = is_lazy
        self.quiet = {}
        self.run: list[Step] = []
        self.story: list[tuple[int, list[str]]] = []
        self.broke: BrokenError | None = None

    def do(self, rule: str, **arguments: Any) -> None:
        """One step, and the comparison after it. Raises BrokenError if a property does not hold."""
        self.run.append((rule, arguments))
        self.outcomes = []
        self.story.append((self.model.now - GENESIS, self.outcomes))
        try:
            getattr(self, rule)(**arguments)
            self.look()
        except BrokenError as error:
            self.broke = error
            raise

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

    def finish(self) -> None:
        """Let all games end and everybody be paid; check what must hold then."""
        try:
            self._finish()
        except BrokenError as error:
            self.broke = error
            raise

    def _finish(self) -> None:
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
