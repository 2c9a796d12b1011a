"""The honest party: our challenger's solver, shown what is on L1, told what is true. It acts in time."""

from collections.abc import Iterator, Mapping

from tests.fuzz.disputes.deploy import PERMISSIONED
from tests.fuzz.disputes.game import Game
from tests.fuzz.disputes.machines import LOCAL
from tests.fuzz.disputes.properties import broken
from tests.fuzz.disputes.rig import HONEST
from tests.fuzz.disputes.showing import Showing
from tests.fuzz.disputes.truth import Words
from tests.fuzz.evm import Event
from tests.fuzz.game_model import number

from opcycle.challenger.solver import (
    Action,
    ChallengeBlockNumber,
    Knowledge,
    Move,
    Question,
    RootOf,
    Step,
    decide,
)
from opcycle.protocol.dispute_game import Claim, DisputeGame, GameParameters, GameStatus
from opcycle.protocol.positions import Position


class Answers(Mapping[Question, bytes]):
    """Knows every answer about one game."""

    def __init__(self, play: "Honest", game: Game):
        self._play, self._game = play, game

    def __getitem__(self, question: Question) -> bytes:
        play, game = self._play, self._game
        if isinstance(question, RootOf):
            return play.l2.root(question.block)
        dispute = question.dispute
        agreed = game.start[0] if dispute.agreed is None else dispute.agreed[1]
        words = Words(game.l1_head, agreed, dispute.disputed[1], dispute.disputed_block)
        return play.machine.true(words, question.instant)

    def __contains__(self, question: object) -> bool:
        return True

    def __iter__(self) -> Iterator[Question]:
        raise TypeError("there are too many questions")

    def __len__(self) -> int:
        raise TypeError("there are too many questions")


class Honest(Showing):
    """`is_lazy`: it acts in the last second in which it can. Otherwise before any time passes."""

    is_lazy: bool
    quiet: dict[bytes, tuple[int, int]]
    """Games in which there was nothing to do, by what they were then."""

    honest = HONEST

    def is_played(self, game: Game) -> bool:
        return game.registered and game.kind != PERMISSIONED

    def should_stand(self, game: Game) -> bool:
        """Whether the root claim is true, and safe, and as near to the anchor as a tree of claims can
        reach."""
        reach = game.start[1] + (1 << game.rules.split_depth)
        is_decidable = game.block <= min(reach, self.safe_of[game.l1_head])
        return is_decidable and game.root == self.l2.root(game.block)

    def due(self, game: Game) -> int:
        """Wei that the honest party is due: the bonds of its claims, and of those that it was right
        against."""
        own = [claim for claim in game.claims if claim.by == HONEST]
        won = {c.parent for c in own if c.parent >= 0}
        if game.wrong_block_shown_by is not None:
            won -= {0}
        won |= {i for i, c in enumerate(game.claims) if not c.children and c.countered_by == HONEST}
        if game.wrong_block_shown_by == HONEST:
            won.add(0)
        return sum(c.bond for c in own) + sum(game.claims[i].bond for i in won)

    # --- acting ---

    def honest_turn(self, game: Game) -> None:
        """Do all that the solver says, as often as it says something new."""
        while actions := self.pending(game):
            for action in actions:
                self._perform(game, action)
        self.done["honest turn"] += 1

    def pending(self, game: Game) -> list[Action]:
        if game.status or not self.is_played(game):
            return []
        state = len(game.claims), sum(claim.countered_by is not None for claim in game.claims)
        if self.quiet.get(game.address) == state:
            return []
        known = Knowledge(self.safe_of[game.l1_head], Answers(self, game))
        actions = decide(self.seen(game), known)
        if not actions:
            self.quiet[game.address] = state
        for action in actions:
            if self.model.now > self.deadline(game, action):
                broken("G-13", f"the honest party had no time for {action}")
        return actions

    def deadline(self, game: Game, action: Action) -> int:
        """The last second in which an action counts."""
        index = 0 if isinstance(action, ChallengeBlockNumber) else action.claim.index  # type: ignore[union-attr]
        claim = game.claims[index]
        before = game.claims[claim.parent].used if claim.parent >= 0 else 0
        return claim.at + game.rules.clock - before - 1

    def _perform(self, game: Game, action: Action) -> None:
        match action:
            case Move(claim, is_attack, value):
                wei = game.rules.bond(claim.position.depth + 1)
                self.touch(game)
                self.act(
                    "honest move",
                    lambda: self.model.move(
                        game, HONEST, claim.index, value, attack=is_attack, bond=wei, disputed=claim.value
                    ),
                    self.game_contract(game),
                    *(HONEST, "move", claim.value, claim.index, value, is_attack),
                    value=wei,
                    logs=lambda: [Event("Move", (claim.index, value, HONEST))],
                )
            case Step(claim, is_attack):
                self._load(game, claim.index, is_attack)
                self._step("honest", game, claim.index, is_attack, "known")
            case ChallengeBlockNumber():
                self._show_block("honest", game, "its own")

    def _load(self, game: Game, index: int, is_attack: bool) -> None:
        """What a step reads."""
        before, _ = game.neighbours(index, attack=is_attack)
        for part in self._known(self.deployment.prestate if before < 0 else game.claims[before].value).parts:
            if part.key[0] == LOCAL:
                self._add_local_data("honest", game, index, int.from_bytes(part.key[1:], "big"), part.offset)
            else:
                self._load_preimage("honest", part)

    def seen(self, game: Game) -> DisputeGame:
        """The game as the challenger reads it from L1."""
        p = self.parameters
        return DisputeGame(
            game.address,
            GameParameters(p.max_depth, p.split_depth, p.clock, p.extension, self.deployment.prestate),
            GameStatus(game.status),
            game.created_at,
            game.start[1],
            game.block,
            game.l1_head,
            game.wrong_block_shown_by,
            [
                Claim(
                    index,
                    None if made.parent < 0 else made.parent,
                    made.by,
                    made.countered_by,
                    made.bond,
                    made.value,
                    Position(number(made.place)),
                    made.used,
                    made.at,
                )
                for index, made in enumerate(game.claims)
            ],
            frozenset(index for index, made in enumerate(game.claims) if made.settled),
        )

    # --- time ---

    def advance(self, to: int) -> None:
        """Time passes, and the honest party does in time what it has to."""
        while True:
            due = [(self._due_at(game), n) for n, game in enumerate(self.model.games) if self.pending(game)]
            if not due:
                break
            at, which = min(due)
            if at > to:
                break
            if at > self.model.now:
                self.set_time(at)
            self.honest_turn(self.model.games[which])
        self.set_time(max(to, self.model.now))

    def _due_at(self, game: Game) -> int:
        if not self.is_lazy:
            return self.model.now
        return min(self.deadline(game, action) for action in self.pending(game))
