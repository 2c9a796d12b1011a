"""What a monitor forecasts, against the model of a game: it is right about every claim, wei and second."""

from contextlib import suppress
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.game_model import FOREVER, GameModel, Rules
from tests.fuzz.seen import claims_of
from tests.fuzz.tally import Refusal

from opcycle.monitor.forecast import Forecast, forecast
from opcycle.protocol.dispute_game import Claim, DisputeGame, GameParameters, GameStatus

RULES = Rules(6, 3, 1000, 10, 5, lambda depth: 100 + 7 * depth)
PEOPLE = [bytes([number]) * 20 for number in range(1, 5)]
BLOCK_CHALLENGER = b"\x09" * 20


def game_of(model: GameModel) -> DisputeGame:
    """The model's game as agents read games from L1."""
    parameters = GameParameters(RULES.max_depth, RULES.split_depth, RULES.clock, RULES.extension, bytes(32))
    return DisputeGame(
        bytes(20),
        parameters,
        GameStatus(model.status),
        0,
        0,
        8,
        bytes(32),
        model.wrong_block_shown_by,
        claims_of(model),
        frozenset(index for index, made in enumerate(model.claims) if made.settled),
    )


@st.composite
def played(draw: st.DrawFn, *, may_be_shown: bool = False) -> tuple[GameModel, int]:
    """A game at random, and the time at its end: a line of attacks, and then anything."""
    model, now = GameModel(RULES, creator=PEOPLE[0], root=b"\x66" * 32, now=0), 0
    for depth in range(draw(st.integers(0, RULES.max_depth))):
        with suppress(Refusal):
            _try_move(model, PEOPLE[depth % 2], len(model.claims) - 1, True, 0, now)
        now += draw(st.sampled_from([0, 0, 100, 400]))
    if may_be_shown and draw(st.booleans()):
        model.show_wrong_block(BLOCK_CHALLENGER)
    for _ in range(draw(st.integers(0, 30))):
        now += draw(st.sampled_from([0, 0, 0, 1, 9, 250, 990]))
        index = draw(st.integers(0, len(model.claims) - 1))
        with suppress(Refusal):
            match draw(st.sampled_from(["move", "move", "move", "move", "step", "settle"])):
                case "move":
                    _try_move(
                        model,
                        draw(st.sampled_from(PEOPLE)),
                        index,
                        draw(st.booleans()),
                        len(model.claims),
                        now,
                    )
                case "step":
                    bottom = [i for i, c in enumerate(model.claims) if c.place[0] == RULES.max_depth]
                    chosen = bottom[index % len(bottom)] if bottom else index
                    model.step(PEOPLE[1], chosen, attack=True, holds=lambda _pre, _post: False)
                case "settle":
                    model.resolve_claim(index, now)
    return model, now


def _try_move(model: GameModel, by: bytes, index: int, attack: bool, salt: int, now: int) -> None:
    """With whatever status the root of a lower tree must have there. Raises Refusal."""
    depth = model.claims[index].place[0] + 1
    try:
        model.move(by, index, bytes([1, salt]) + bytes(30), attack=attack, bond=RULES.bond(depth), now=now)
    except Refusal:
        model.move(by, index, bytes([0, salt]) + bytes(30), attack=attack, bond=RULES.bond(depth), now=now)


def settle(model: GameModel, now: int) -> None:
    """From the leaves up, whatever is not settled yet."""
    for index in reversed(range(len(model.claims))):
        if not model.claims[index].settled:
            model.resolve_claim(index, now)
    model.resolve(now)


@given(played(may_be_shown=True))
def test_forecast__is_how_the_game_is_settled_if_nobody_moves(play: tuple[GameModel, int]) -> None:
    model, _ = play
    seen = forecast(game_of(model))
    settle(model, FOREVER)
    assert seen.status == model.status
    assert [fate.countered_by for fate in seen.fates] == [made.countered_by for made in model.claims]
    assert seen.payouts == {who: wei for who, wei in model.credit.items() if wei}
    after = forecast(game_of(model))
    assert (after.status, after.fates, after.payouts) == (seen.status, seen.fates, seen.payouts)


@given(played())
def test_forecast__can_be_settled_from_the_second_that_it_says(play: tuple[GameModel, int]) -> None:
    model, now = play
    at = forecast(game_of(model)).decidable_at
    if at > now:
        assert any(model.used(index, at - 1) < RULES.clock for index in range(len(model.claims)))
    settle(model, max(at, now))


@given(played())
def test_forecast__last_chance_is_when_answering_everything_no_longer_helps(
    play: tuple[GameModel, int],
) -> None:
    model, now = play
    game = game_of(model)
    before = forecast(game)
    assert before.last_chance is not None
    ends = {fate.answerable_until for fate in before.fates}
    for time in {max(now, end + around) for end in ends for around in (-1, 0)}:
        after = forecast(replace(game, claims=_all_answered(game, before, time)))
        assert (after.status is not before.status) is (time < before.last_chance)


def _all_answered(game: DisputeGame, seen: Forecast, now: int) -> list[Claim]:
    """The loser answers all that stands of the winner's and can be answered; at the bottom, it steps."""
    claims = list(game.claims)
    winners_depth = 0 if seen.status is GameStatus.DEFENDER_WINS else 1
    for claim, fate in zip(game.claims, seen.fates, strict=True):
        is_winners = claim.position.depth % 2 == winners_depth
        if not is_winners or not fate.stands or now >= fate.answerable_until:
            continue
        if claim.position.depth == game.parameters.max_depth:
            claims[claim.index] = replace(claim, countered_by=PEOPLE[0])
            continue
        position = claim.position.move(is_attack=True)
        claims.append(Claim(len(claims), claim.index, PEOPLE[0], None, 1, bytes(32), position, 0, now))
    return claims
