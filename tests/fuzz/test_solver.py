"""S-1 to S-4: what following the solver promises, whatever the others do, on the model of a game."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.game_model import FOREVER, GameModel, Rules
from tests.fuzz.game_world import Computation, World
from tests.fuzz.tally import Refusal

from opcycle.challenger.settle import Resolve, settle
from opcycle.challenger.solver import (
    Ask,
    ChallengeBlockNumber,
    Knowledge,
    Move,
    RootOf,
    StateOf,
    Step,
    decide,
)
from opcycle.protocol.dispute_game import Claim, Dispute, DisputeGame, GameParameters, GameStatus
from opcycle.protocol.positions import Position

HONEST, LIAR = b"\x01" * 20, b"\x02" * 20
START = 10
"""The L2 block that everyone agrees on."""


def rules(split: int, levels: int) -> Rules:
    return Rules(split + 1 + levels, split, 1000, 10, 5, lambda depth: 100 + 7 * depth)


@dataclass
class Play:
    """A game about block `claimed`: the liar plays whatever it can think of, the honest player the solver."""

    rules: Rules
    claimed: int
    safe: int
    root_is_true: bool
    tally: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        levels = self.rules.max_depth - self.rules.split_depth - 1
        self.world = World(1 << levels)
        root = self.world.root(min(self.claimed, self.safe)) if self.root_is_true else b"\x66" * 32
        creator = HONEST if self.should_stand else LIAR
        self.game = GameModel(self.rules, creator=creator, root=root, now=0)

    @property
    def should_stand(self) -> bool:
        return self.root_is_true and self.safe >= self.claimed

    # --- the honest player ---

    def answer(self) -> int:
        """Do all that the solver says, as often as it says something new."""
        done = 0
        while actions := self._actions():
            for action in actions:
                self._perform(action)
            done += len(actions)
        return done

    def settle(self) -> int:
        """Once all time has passed: in the order that the honest player settles in; who wins."""
        for due in settle(self._seen(), now=FOREVER):
            if isinstance(due, Resolve):
                return self.game.resolve(FOREVER)
            self.game.resolve_claim(due.index, FOREVER)
        raise AssertionError("the game is never decided")

    def _actions(self) -> list[Move | Step | ChallengeBlockNumber]:
        answers: dict[RootOf | StateOf, bytes] = {}
        while True:
            actions = decide(self._seen(), Knowledge(self.safe, answers))
            if not actions or not isinstance(asked := actions[-1], Ask):
                return actions  # type: ignore[return-value]
            question = asked.question
            assert question not in answers
            if isinstance(question, RootOf):
                assert question.block <= self.safe
                answers[question] = self.world.root(question.block)
            else:
                answers[question] = self.world.state(self._computation(question.dispute), question.instant)

    def _perform(self, action: Move | Step | ChallengeBlockNumber) -> None:
        match action:
            case Move(claim, is_attack, value):
                bond = self.rules.bond(claim.position.depth + 1)
                self.game.move(HONEST, claim.index, value, attack=is_attack, bond=bond, now=0)
            case Step(claim, is_attack, dispute, instant):
                what = self._computation(dispute)
                self.game.step(
                    HONEST,
                    claim.index,
                    attack=is_attack,
                    holds=lambda pre, post: self.world.holds(what, instant, pre, post),
                )
            case ChallengeBlockNumber(block):
                assert block == self.safe
                self.game.show_wrong_block(HONEST)

    def _computation(self, dispute: Dispute) -> Computation:
        """The machine reads L1 up to the game's head, and finds no block after the safe one there."""
        agreed = self.world.root(START) if dispute.agreed is None else dispute.agreed[1]
        last, first = min(dispute.disputed_block, self.safe), min(dispute.agreed_block, self.safe)
        return agreed, dispute.disputed[1], last - first

    def _seen(self) -> DisputeGame:
        parameters = GameParameters(
            self.rules.max_depth, self.rules.split_depth, self.rules.clock, self.rules.extension, bytes(32)
        )
        claims = [
            Claim(
                index,
                None if made.parent < 0 else made.parent,
                made.by,
                made.countered_by,
                made.bond,
                made.value,
                Position.at(*made.place),
                made.used,
                made.at,
            )
            for index, made in enumerate(self.game.claims)
        ]
        return DisputeGame(
            bytes(20),
            parameters,
            GameStatus.IN_PROGRESS,
            0,
            START,
            self.claimed,
            bytes(32),
            self.game.wrong_block_shown_by,
            claims,
        )

    # --- the liar ---

    def lie(self, pick: int, *, attack: bool, truth: bool, status: int, salt: int) -> None:
        """Answer some claim, truly or not; or, at the bottom, do nothing: false steps cannot be shown."""
        index = pick % len(self.game.claims)
        claim = self._seen().claims[index]
        position = claim.position.move(is_attack=attack)
        value = self._value(claim, position, truth=truth, status=status, salt=salt)
        try:
            bond = self.rules.bond(position.depth)
            self.game.move(LIAR, index, value, attack=attack, bond=bond, now=0)
        except Refusal as refusal:
            self.tally[refusal.args[0]] = self.tally.get(refusal.args[0], 0) + 1
        else:
            self.tally["lie"] = self.tally.get("lie", 0) + 1

    def _value(self, claim: Claim, position: Position, *, truth: bool, status: int, salt: int) -> bytes:
        false = bytes([status]) + bytes([salt]) * 31
        if not truth or position.depth > self.rules.split_depth:
            return false
        block = min(START + 1 + position.trace_index(self.rules.split_depth), self.claimed, self.safe)
        return self.world.root(block)


lies = st.lists(
    st.tuples(
        st.integers(0, 200), st.booleans(), st.booleans(), st.sampled_from([0, 1, 2, 3]), st.integers(0, 2)
    ),
    max_size=40,
)


@given(
    split=st.integers(2, 4),
    levels=st.integers(1, 3),
    ahead=st.integers(0, 15),
    unsafe=st.integers(0, 3),
    root_is_true=st.booleans(),
    moves=lies,
    pause=st.integers(1, 6),
)
def test_honest_player_wins_every_game_and_loses_no_bond(
    split: int,
    levels: int,
    ahead: int,
    unsafe: int,
    root_is_true: bool,
    moves: list[tuple[int, bool, bool, int, int]],
    pause: int,
) -> None:
    """S-1: the right side wins. S-2: no claim of the honest player is countered. S-3: it gets at least what
    it paid. S-4: every bond is paid out once."""
    claimed = START + 1 + ahead % (1 << split)  # as far as the tree reaches
    play = Play(rules(split, levels), claimed, max(START + 1, claimed - unsafe), root_is_true)
    for turn, (pick, attack, truth, status, salt) in enumerate(moves):
        play.lie(pick, attack=attack, truth=truth, status=status, salt=salt)
        if turn % pause == 0:
            play.answer()
    play.answer()
    assert play.answer() == 0

    honest = [c for c in play.game.claims if c.by == HONEST]
    assert play.settle() == (2 if play.should_stand else 1)
    assert all(c.countered_by is None for c in honest)
    assert play.game.credit.get(HONEST, 0) >= play.game.paid.get(HONEST, 0)
    assert sum(play.game.credit.values()) == sum(play.game.paid.values())
