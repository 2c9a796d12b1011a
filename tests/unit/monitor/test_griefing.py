"""The simulator against games that are really played, on the model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.game_model import GameModel, Rules
from tests.fuzz.tally import Refusal

from opcycle.monitor.griefing import Terms, delays, duel, longest_game
from opcycle.protocol.bonds import BondCurve

ATTACKER, HONEST = b"\x01" * 20, b"\x02" * 20
DAY = 86_400

terms = st.builds(
    lambda split, levels, clock, extension, period: Terms(
        max_depth=split + 1 + levels,
        split_depth=split,
        max_clock=clock + 2 * extension + period,
        clock_extension=extension,
        preimage_period=period,
        init_bond=BondCurve(split + 1 + levels).required(0),
    ),
    st.integers(2, 6),
    st.integers(1, 6),
    st.integers(1, 500),
    st.integers(0, 50),
    st.integers(0, 200),
)


def game_of(terms: Terms, *, root_is_right: bool = False) -> GameModel:
    rules = Rules(
        terms.max_depth,
        terms.split_depth,
        terms.max_clock,
        terms.clock_extension,
        terms.preimage_period,
        terms.bond,
    )
    creator = HONEST if root_is_right else ATTACKER
    return GameModel(rules, creator=creator, root=b"\x66" * 32, now=0)


def attack(game: GameModel, index: int, by: bytes, *, now: int, salt: int = 0) -> int:
    """The answer's index."""
    depth = game.claims[index].place[0] + 1
    value = bytes([1, salt, depth]) + bytes(29)
    game.move(by, index, value, attack=True, bond=game.rules.bond(depth), now=now)
    return len(game.claims) - 1


@given(terms)
def test_longest_game__is_reached_by_moves_in_the_last_second_and_a_second_later_all_is_settled(
    terms: Terms,
) -> None:
    game, now = game_of(terms), 0
    for index in range(terms.max_depth):
        now += terms.max_clock - game.used(index, now) - 1
        with pytest.raises(Refusal):
            attack(game, index, ATTACKER, now=now + 1)
        attack(game, index, ATTACKER, now=now)
    end = longest_game(terms)
    with pytest.raises(Refusal):
        game.resolve_claim(terms.max_depth, end - 1)
    for index in reversed(range(terms.max_depth + 1)):
        game.resolve_claim(index, end)
    game.resolve(end)


@given(terms, st.data())
def test_longest_game__no_game_lasts_longer(terms: Terms, data: st.DataObject) -> None:
    game, now, end = game_of(terms), 0, longest_game(terms)
    for _ in range(terms.max_depth + 3):
        index = data.draw(st.integers(0, len(game.claims) - 1))
        left = terms.max_clock - game.used(index, now) - 1
        if left < 0 or game.claims[index].place[0] == terms.max_depth:
            continue
        now += data.draw(st.one_of(st.just(left), st.integers(0, left)))
        attack(game, index, ATTACKER, now=now, salt=len(game.claims))
    assert all(game.used(index, end) == terms.max_clock for index in range(len(game.claims)))


@given(terms, st.booleans(), st.integers(1, 3))
def test_duel__is_what_both_sides_have_paid(terms: Terms, root_is_right: bool, copies: int) -> None:
    game = game_of(terms, root_is_right=root_is_right)
    line = [0]
    for depth in range(1, terms.max_depth + 1):
        by = HONEST if (depth % 2 == 0) is root_is_right else ATTACKER
        if by is HONEST:  # an answer to each
            line = [attack(game, index, by, now=0) for index in line]
        else:  # so many lies, over what there is to answer
            line = [attack(game, line[n % len(line)], by, now=0, salt=n) for n in range(copies)]
    found = duel(terms, root_is_right=root_is_right, copies=copies)
    assert (found.attacker, found.honest) == (game.paid[ATTACKER], game.paid[HONEST])


def test_duel__of_op_mainnet() -> None:
    production = Terms()
    wrong, right = duel(production, root_is_right=False), duel(production, root_is_right=True)
    assert round(wrong.attacker / 10**18) == 330
    assert round(wrong.honest / 10**18) == 361
    assert (right.attacker, right.honest) == (wrong.honest, wrong.attacker)
    assert wrong.profit(0) == wrong.attacker
    assert wrong.profit(10**9) == wrong.attacker - wrong.honest_gas * 10**9 < wrong.attacker


def test_duel__copies_multiply_all_but_the_root_and_its_first_answer() -> None:
    production = Terms()
    once, thrice = (duel(production, root_is_right=False, copies=n) for n in (1, 3))
    assert thrice.attacker - 3 * once.attacker == -2 * production.bond(0)
    assert thrice.honest - 3 * once.honest == -2 * production.bond(1)


def test_delays__of_op_mainnet() -> None:
    found = delays(Terms())
    assert found.undisputed_withdrawal == 7 * DAY + 1
    assert found.longest_game // DAY == 17
    assert found.longest_withdrawal == found.longest_game + 3.5 * DAY + 1
    assert found.proven_late == found.longest_game + 7 * DAY + 1
    assert found.capital == found.longest_game + 7 * DAY + 1


def test_delays__maturity_can_be_what_takes_longest() -> None:
    quick = Terms(max_clock=100, clock_extension=1, preimage_period=1, finality_delay=5, maturity=10**6)
    assert delays(quick).longest_withdrawal == 10**6 + 1
