"""The games challenger, case by case; `tests/fuzz/test_challenger.py` plays against it at random."""

from types import SimpleNamespace

import pytest
from tests.fuzz.challenger_world import (
    CLOCK,
    FINALITY_DELAY,
    GAME_TYPE,
    RULES,
    SPLIT,
    START,
    TRUTH,
    WETH_DELAY,
    Account,
    Chain,
    GameContract,
    MachineTrace,
    RollupNode,
    claims_of,
    propose,
)
from tests.fuzz.game_model import MadeClaim
from tests.unit.derivation.l1_builder import CONFIG

from opcycle.challenger.games import GamesChallenger, GamesOptions
from opcycle.challenger.seat import ANSWERS_AT_ONCE
from opcycle.errors import UserError

HONEST, LIAR, FRIEND = b"\x01" * 20, b"\x02" * 20, b"\x03" * 20
LIE = b"\x66" * 32
FALSE_STATE = b"\x01" + b"\x66" * 31


class Place:
    """An L1 on which L2 blocks up to START + 8 are safe, and a challenger."""

    def __init__(self, **options):
        self.chain = Chain()
        self.node = RollupNode(self.chain)
        self.account = Account(self.chain, HONEST)
        self.trace = MachineTrace(self.chain)
        self.games = {}
        for _ in range(4 * 9):
            self.chain.mine(1)
        self.challenger = self.new_challenger(**options)

    def new_challenger(self, *, traces=None, **options):
        return GamesChallenger(
            CONFIG,
            factory=self.chain,
            game_at=lambda address: GameContract(self.chain, address),
            traces={GAME_TYPE: self.trace} if traces is None else traces,
            node=self.node,
            l1=self.chain,
            l2=self.node,
            transactions=self.account,
            options=GamesOptions(**options),
        )

    def propose(self, root: bytes = LIE, block: int = START + 5, *, by: bytes = LIAR) -> int:
        self.chain.pool.append((by, propose(self.chain, root, block)))
        self.chain.mine(1)
        self.chain.mine(1)
        return len(self.chain.head.games) - 1

    def game(self, index: int = 0):
        return self.chain.head.games[index]

    def contract(self, index: int = 0) -> GameContract:
        return GameContract(self.chain, self.game(index).address)

    def answer(self, index: int, value: bytes, *, attack: bool = True, game: int = 0) -> None:
        claim = claims_of(self.game(game).model)[index]
        bond = RULES.bond(claim.position.depth + 1)
        call = self.contract(game).move(claim, value, is_attack=attack, bond=bond)
        self.chain.pool.append((LIAR, call))
        assert self.chain.mine(1).failed == []

    def rest(self, steps: int = 40) -> list[str]:
        did = []
        for _ in range(steps):
            outcome = self.challenger.step()
            did += outcome.did
            if not outcome.progress and not self.account.in_flight():
                return did
            self.chain.mine(1)
        raise AssertionError(f"never comes to rest: {did}")

    def to_the_bottom(self, block: int = START + 5) -> None:
        """The liar insists until its claim is the deepest, and can only be countered by a step."""
        game = self.propose(LIE, block)
        self.rest()
        while (depth := self.game(game).model.claims[-1].place[0]) < RULES.max_depth:
            last = len(self.game(game).model.claims) - 1
            self.answer(last, LIE if depth < SPLIT else FALSE_STATE, game=game)
            if depth + 1 < RULES.max_depth:
                self.rest()
        assert self.game(game).model.claims[-1].by == LIAR

    def waits(self) -> str:
        outcome = self.challenger.step()
        assert not outcome.did
        return outcome.waiting_for


@pytest.fixture
def place() -> Place:
    return Place()


# --- arguing ---


def test_wrong_root__attacked_and_said_why(place) -> None:
    place.propose()
    (said,) = place.challenger.step().did
    assert said.startswith("game 0: attacked claim 0 with 0x")
    assert "because it is wrong about L2 block 15" in said


def test_right_root__left_alone(place) -> None:
    place.propose(TRUTH.root(START + 5))
    assert place.waits() == "the next game, or the next move in one"


def test_games_of_one_block__all_answered_in_one_step(place) -> None:
    for block in range(START + 1, START + 6):
        place.chain.pool.append((LIAR, propose(place.chain, LIE, block)))
    place.chain.mine(1)
    place.chain.mine(1)
    assert len(place.challenger.step().did) == 5
    assert place.account.in_flight() == 5
    assert place.chain.mine(1).failed == []


def test_what_was_sent_is_not_mined__nothing_more_is_sent(place) -> None:
    place.propose()
    place.challenger.step()
    assert place.waits() == "L1 to take what was sent"
    assert len(place.account.sent) == 1


def test_claim_of_another_block__shown_to_be(place) -> None:
    place.chain = Chain()
    place.__dict__.update(node=RollupNode(place.chain), account=Account(place.chain, HONEST))
    place.trace = MachineTrace(place.chain)
    for _ in range(8):
        place.chain.mine(1)
    place.challenger = place.new_challenger()
    place.propose(TRUTH.root(START + 2), START + 5)
    place.rest()
    assert place.game().model.wrong_block_shown_by == HONEST


def test_lie_at_the_bottom__countered_by_a_step_after_its_word_is_loaded(place) -> None:
    place.to_the_bottom()
    did = place.rest()
    assert [line.split(" for ")[0].split(" by ")[0] for line in did] == [
        "game 0: loaded local word 4",
        f"game 0: countered claim {len(place.game().model.claims) - 1}",
    ]


@pytest.mark.parametrize("late", [CLOCK - 2, CLOCK - 1])
def test_clock_about_to_run_out__still_answered_while_the_next_block_can_take_it(place, late: int) -> None:
    place.propose()
    place.chain.mine(late - place.game().model.used(0, place.chain.now))
    outcome = place.challenger.step()
    if late == CLOCK - 2:
        assert len(outcome.did) == 1
        assert place.chain.mine(1).failed == []
    else:
        assert "too late to answer claim 0" in outcome.waiting_for


def test_clock_runs_out_at_the_bottom__the_step_comes_before_the_settling(place) -> None:
    """A step needs no time on the clock, and whoever settles before it gives the game away."""
    place.to_the_bottom()
    last = len(place.game().model.claims) - 1
    place.chain.mine(3 * CLOCK)
    did = place.rest()
    claim = place.game().model.claims[last]
    assert claim.countered_by == HONEST
    assert any(f"settled claim {last}" in line for line in did)
    assert place.game().model.status == 1


# --- what it cannot know ---


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ({"down": True}, "the node is down"),
        ({"has_safe_heads": False}, "game 0: safe head database is not enabled"),
        ({"missing": {START + 5}}, "game 0: no output of L2 block 15 yet"),
        ({"missing": {START}}, "game 0: no output of L2 block 10 yet"),
        ({"behind": 3}, "game 0: the node to read L1 beyond block"),
    ],
)
def test_node_without_an_answer__waits_says_why_and_asks_again(place, trouble, reason: str) -> None:
    place.propose()
    fine = {name: getattr(place.node, name) for name in trouble}
    for name, value in trouble.items():
        setattr(place.node, name, value)
    assert reason in place.waits()
    for name, value in fine.items():
        setattr(place.node, name, value)
    assert len(place.challenger.step().did) == 1


def test_node_on_another_l1__is_not_believed(place) -> None:
    place.node.lost = place.chain.head.header
    place.chain.reorg(1, keeps=lambda _: True)
    place.propose()
    assert "the node to read this L1" in place.waits()


def test_node_whose_safe_head_is_of_another_l1__is_not_believed(place) -> None:
    stale = place.chain.head.header
    place.chain.reorg(1, keeps=lambda _: True)
    place.propose()
    place.node.safe_head_at_l1_block = lambda number: SimpleNamespace(l1_block=stale.id)
    assert "it says what was safe as of" in place.waits()


def test_node_down__what_depends_on_no_truth_is_settled_and_a_lie_at_the_bottom_is_not(place) -> None:
    other = place.propose(LIE, START + 3)
    place.rest()
    place.to_the_bottom(block=START + 5)
    place.node.down = True
    place.chain.mine(3 * CLOCK)
    place.rest()
    assert [claim.settled for claim in place.game(other).model.claims] == [False, True]
    assert not any(claim.settled for claim in place.game(1).model.claims), "the deepest may be a lie"
    place.node.down = False
    place.rest()
    assert [game.model.status for game in place.chain.head.games] == [1, 1]


def test_other_program__not_played_and_said_why(place) -> None:
    place.trace.absolute_prestate = b"\x03" + b"\x55" * 31
    place.propose()
    assert "it is about the program 0x0303" in place.waits()


def test_game_that_begins_from_a_wrong_root__not_played_and_said_why(place, monkeypatch) -> None:
    monkeypatch.setattr(GameContract, "starting_root", lambda self, *, block: LIE)
    place.propose()
    assert "it begins from 0x6666" in place.waits()


def test_node_of_another_chain__refused(place) -> None:
    place.node.rollup_config = lambda: SimpleNamespace(l2_chain_id=5, genesis_l2=CONFIG.genesis_l2)
    with pytest.raises(UserError, match="the node follows L2 chain 5"):
        place.challenger.step()


# --- what it leaves alone ---


@pytest.mark.parametrize(
    ("options", "is_played"),
    [
        ({}, True),
        ({"traces": {7: None}}, False),
        ({"allowlist": frozenset({b"\x09" * 20})}, False),
        ({"window": 1}, False),
        ({"window": 2}, True),
    ],
    ids=["default", "another type", "not on the list", "too old", "just young enough"],
)
def test_games_that_are_played(place, options, is_played: bool) -> None:
    place.challenger = place.new_challenger(**options)
    place.propose()
    place.chain.mine(1)
    assert place.challenger.step().progress == is_played


# --- settling and collecting ---


def collected(place: Place, game: int = 0, account: bytes = HONEST) -> int:
    return place.game(game).got.get(account, 0)


def win(place: Place) -> None:
    place.propose()
    place.rest()
    place.chain.mine(CLOCK)
    place.rest()


def test_won_game__collected_in_two_calls_each_after_its_delay(place) -> None:
    win(place)
    staked = RULES.bond(0) + RULES.bond(1)
    assert f"to claim {staked} wei" in place.waits()
    place.chain.mine(FINALITY_DELAY + 1)
    assert any(f"claimed {staked} wei, which unlocks it" in line for line in place.rest())
    assert f"to claim {staked} wei" in place.waits()
    assert collected(place) == 0
    place.chain.mine(WETH_DELAY)
    assert any(f"claimed {staked} wei, which pays it" in line for line in place.rest())
    assert collected(place) == staked
    assert place.challenger.counts.collected == staked


def test_several_won_games__collected_together(place) -> None:
    for block in range(START + 2, START + 6):
        place.propose(LIE, block)
    place.rest()
    place.chain.mine(CLOCK)
    place.rest()
    place.chain.mine(FINALITY_DELAY + 1)
    assert len(place.challenger.step().did) == 4
    place.chain.mine(1)
    place.chain.mine(WETH_DELAY)
    assert len(place.challenger.step().did) == 4


def test_game_that_does_not_count__our_own_bond_comes_back(place) -> None:
    win(place)
    place.game().refund = True
    for delay in (FINALITY_DELAY + 1, WETH_DELAY):
        place.chain.mine(delay)
        place.rest()
    assert collected(place) == RULES.bond(1)


def test_game_without_anything_for_us__closed_so_that_the_anchor_moves(place) -> None:
    place.propose(TRUTH.root(START + 5))
    place.chain.mine(CLOCK)
    place.rest()
    assert not place.game().is_closed
    place.chain.mine(FINALITY_DELAY + 1)
    assert any("closed, nothing is due to us" in line for line in place.rest())
    assert place.game().is_closed


def test_other_claimants__get_what_is_theirs(place) -> None:
    place.challenger = place.new_challenger(claimants=(FRIEND,))
    place.propose(TRUTH.root(START + 5), by=FRIEND)
    place.chain.mine(CLOCK)
    place.rest()
    for delay in (FINALITY_DELAY + 1, WETH_DELAY):
        place.chain.mine(delay)
        place.rest()
    assert collected(place, account=FRIEND) == RULES.bond(0)


def test_selective__only_what_pays_us_is_settled_and_nothing_is_decided(place) -> None:
    place.challenger = place.new_challenger(is_selective=True)
    place.propose()
    other = place.propose(TRUTH.root(START + 3), START + 3)
    place.rest()
    place.chain.mine(CLOCK)
    place.rest()
    assert all(claim.settled for claim in place.game().model.claims), "both bonds are ours"
    assert not place.game(other).model.claims[0].settled
    assert [game.model.status for game in place.chain.head.games] == [0, 0]


def flooded(place: Place, answers: int) -> None:
    """The root claim has so many answers, all settled; only it is left."""
    place.propose(TRUTH.root(START + 5))
    model = place.game().model
    for salt in range(answers):
        value = b"\x66" * 28 + salt.to_bytes(4, "big")
        model.claims.append(MadeClaim(0, LIAR, value, (1, 0), 0, 0, place.chain.now, HONEST, True))
        model.claims[0].children.append(salt + 1)
    place.chain.mine(CLOCK)


@pytest.mark.parametrize(
    ("answers", "looked", "pages"),
    [
        (ANSWERS_AT_ONCE, None, 1),
        (ANSWERS_AT_ONCE + 1, None, 2),
        (2 * ANSWERS_AT_ONCE + 9, None, 3),
        (2 * ANSWERS_AT_ONCE + 9, 10, 2),
    ],
)
def test_claim_with_very_many_answers__settled_in_pages(
    place, monkeypatch, answers: int, looked: int | None, pages: int
) -> None:
    flooded(place, answers)
    place.game().model.claims[0].looked = looked
    monkeypatch.setattr("opcycle.challenger.seat.actions_of", lambda *_, **__: ([], ""))
    did = place.challenger.step().did
    assert sum("settled claim 0" in line for line in did) == pages
    assert place.chain.mine(1).failed == []
    assert place.game().model.status == 2


def test_somebody_has_looked_at_one_answer__settled_all_the_same(place) -> None:
    place.propose()
    place.rest()
    place.chain.mine(CLOCK)
    place.chain.pool = [(LIAR, place.contract().resolve_claim(1, 1))]
    place.chain.mine(1)
    place.chain.pool = [(LIAR, place.contract().resolve_claim(0, 1))]
    place.rest()
    assert place.game().model.status == 1


# --- L1 reorgs, restarts, other troubles ---


@pytest.mark.parametrize("keeps_game", [True, False])
def test_reorg_takes_our_move_away__made_again_where_there_is_still_a_game(place, keeps_game: bool) -> None:
    place.propose()
    place.rest()
    assert len(place.game().model.claims) == 2
    place.chain.reorg(4, keeps=lambda who: keeps_game and who == LIAR)
    place.rest()
    claims = [len(game.model.claims) for game in place.chain.head.games]
    assert claims == ([2] if keeps_game else [])


def test_reorg_puts_another_claim_in_place_of_the_one_we_answered__our_answer_is_refused(place) -> None:
    place.propose(TRUTH.root(START + 5))
    place.answer(0, LIE)
    place.challenger.step()
    place.chain.reorg(1, keeps=lambda who: who != LIAR)
    claim = claims_of(place.game().model)[0]
    other = place.contract().move(claim, b"\x77" * 32, is_attack=True, bond=RULES.bond(1))
    place.chain.pool = [(LIAR, other), *[item for item in place.chain.pool if item[0] == HONEST]]
    place.chain.mine(1)
    assert all(claim.by == LIAR for claim in place.game().model.claims)
    place.rest()
    assert [claim.by for claim in place.game().model.claims] == [LIAR, LIAR, HONEST]


@pytest.mark.parametrize(("trouble", "asks_again"), [(False, False), (True, True)])
def test_same_l1_block__games_are_read_again_only_if_the_node_may_know_more(
    place, monkeypatch, trouble: bool, asks_again: bool
) -> None:
    win(place)
    place.propose()
    place.rest()
    reads = []
    monkeypatch.setattr(place.chain, "game_count", lambda *, block: reads.append(block) or 0)
    place.chain.mine(1)
    place.node.down = trouble
    outcomes = [place.challenger.step() for _ in range(2)]
    assert len(reads) == 1 + asks_again
    assert outcomes[0] == outcomes[1]
    place.chain.mine(1)
    place.challenger.step()
    assert len(reads) == 2 + asks_again


def test_reorg_while_it_is_read__nothing_is_sent(place) -> None:
    place.propose()
    seen = place.node.safe_head_at_l1_block

    def reorganising(number: int):
        place.chain.reorg(1, keeps=lambda _: True)
        return SimpleNamespace(l1_block=place.chain.header(number).id, safe_head=seen(number).safe_head)

    place.node.safe_head_at_l1_block = reorganising
    assert "L1 to settle down" in place.waits()


def test_payment_taken_back_by_a_reorg__claimed_again(place) -> None:
    win(place)
    for delay in (FINALITY_DELAY + 1, WETH_DELAY):
        place.chain.mine(delay)
        place.rest()
    assert collected(place) > 0
    place.chain.reorg(2, keeps=lambda who: who != HONEST)
    assert collected(place) == 0
    place.rest()
    assert collected(place) > 0


def test_restart_at_any_point__goes_on_where_it_was(place) -> None:
    place.propose()
    for _ in range(8):
        place.challenger = place.new_challenger()
        place.challenger.step()
        place.chain.mine(CLOCK // 4)
    place.rest()
    assert place.game().model.status == 1
    assert [claim.by for claim in place.game().model.claims] == [LIAR, HONEST]


def test_budget__counts_what_is_at_stake_in_all_games(place) -> None:
    place.challenger = place.new_challenger(bond_budget=2 * RULES.bond(1))
    for block in range(START + 2, START + 6):
        place.propose(LIE, block)
    place.rest()
    answered = [len(game.model.claims) for game in place.chain.head.games]
    assert sorted(answered) == [1, 1, 2, 2]
    assert "bonds to come back" in place.waits()
    assert place.challenger.counts.at_stake == 2 * RULES.bond(1)


def test_account_that_cannot_pay_a_bond__settles_what_brings_money_back(place) -> None:
    win(place)
    place.propose(LIE, START + 6)
    place.account.purse = 0
    place.chain.mine(FINALITY_DELAY + 1)
    outcome = place.challenger.step()
    assert any("claimed" in line for line in outcome.did)
    assert "too little ether" in outcome.waiting_for
