"""S-1 to S-4: what following the solver promises, whatever the others do, on the model of a game."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.game_model import FOREVER, GameModel, Rules
from tests.fuzz.game_world import Computation, World
from tests.fuzz.seen import claims_of
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
from opcycle.protocol.dispute_game import (
    Claim,
    Dispute,
    DisputeGame,
    GameParameters,
    GameStatus,
    dispute_of,
)
from opcycle.protocol.positions import Position

HONEST, LIAR = b"\x01" * 20, b"\x02" * 20
START = 10
"""The L2 block that everyone agrees on."""


def rules(split: int, levels: int) -> Rules:
    return Rules(split + 1 + levels, split, 1000, 10, 5, lambda depth: 100 + 7 * depth)


@dataclass(frozen=True)
class Lie:
    """`count` answers to the claim that is `back` before the newest, true above depth `false_from`."""

    back: int = 0
    attack: bool = True
    false_from: int = 0
    status: int = 1
    salt: int = 0
    count: int = 1


@dataclass
class Play:
    """A game about block `claimed`: liars play whatever they can think of, the honest player the solver."""

    rules: Rules
    claimed: int
    safe: int
    root_is_true: bool

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
        claims = claims_of(self.game)
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

    def lie(self, lie: Lie) -> None:
        """At the bottom, where a false step cannot be shown, it is refused."""
        index = len(self.game.claims) - 1 - lie.back % len(self.game.claims)
        claim = self._seen().claims[index]
        position = claim.position.move(is_attack=lie.attack)
        for salt in range(lie.salt, lie.salt + lie.count):
            value = self._value(claim, position, lie, salt)
            bond = self.rules.bond(position.depth)
            try:
                self.game.move(LIAR, index, value, attack=lie.attack, bond=bond, now=0)
            except Refusal:
                continue

    def _value(self, claim: Claim, position: Position, lie: Lie, salt: int) -> bytes:
        split, depth = self.rules.split_depth, self.rules.max_depth
        if position.depth >= lie.false_from or position.depth > depth:
            return bytes([lie.status]) + bytes([salt]) * 31
        if position.depth <= split:
            block = min(START + 1 + position.trace_index(split), self.claimed, self.safe)
            return self.world.root(block)
        if claim.position.depth == split + 1 and not lie.attack:
            return bytes(32)  # no such place
        what = self._computation(dispute_of(self._seen(), claim, position))
        return self.world.state(what, position.trace_index(depth) % self.world.steps)


liars = st.one_of(
    # Insists: answers the newest claim, with lies from the root on.
    st.builds(Lie, attack=st.booleans(), status=st.sampled_from([0, 1, 2, 3])),
    # Copies what is true down to a depth, wherever it pleases, and lies from there on.
    st.builds(Lie, st.integers(0, 200), st.booleans(), st.integers(0, 9), st.sampled_from([0, 1])),
    # Rides along: says what is true, at any place that is free.
    st.builds(Lie, st.integers(0, 200), st.booleans(), st.just(99)),
    # Floods: many answers to one claim.
    st.builds(Lie, st.integers(0, 9), st.booleans(), status=st.sampled_from([0, 1]), count=st.integers(2, 9)),
)


@given(
    split=st.integers(2, 4),
    levels=st.integers(1, 3),
    ahead=st.integers(0, 15),
    unsafe=st.integers(0, 3),
    root_is_true=st.booleans(),
    lies=st.lists(liars, max_size=40),
    pause=st.integers(1, 6),
)
def test_honest_player_wins_every_game_and_loses_no_bond(
    split: int, levels: int, ahead: int, unsafe: int, root_is_true: bool, lies: list[Lie], pause: int
) -> None:
    """S-1: the right side wins. S-2: no claim of the honest player is countered. S-3: it gets the bond of
    each claim that it answers, and answers none twice. S-4: every bond is paid out once."""
    claimed = START + 1 + ahead % (1 << split)  # as far as the tree reaches
    play = Play(rules(split, levels), claimed, max(START + 1, claimed - unsafe), root_is_true)
    for turn, lie in enumerate(lies):
        play.lie(lie)
        if turn % pause == 0:
            play.answer()
    play.answer()
    assert play.answer() == 0

    game = play.game
    assert play.settle() == (2 if play.should_stand else 1)
    assert all(c.countered_by is None for c in game.claims if c.by == HONEST)
    for claim in game.claims:
        ours = [child for child in claim.children if game.claims[child].by == HONEST]
        assert len(ours) <= 1
        assert not ours or claim.countered_by == HONEST
    assert game.credit.get(HONEST, 0) >= game.paid.get(HONEST, 0)
    assert sum(game.credit.values()) == sum(game.paid.values())
