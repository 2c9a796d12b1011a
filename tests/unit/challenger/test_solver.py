"""What an honest player says, rule by rule; `tests/fuzz/test_solver.py` plays whole games."""

from dataclasses import replace

import pytest
from tests.unit.challenger.claims import DEPTH, SPLIT, claim, game

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
from opcycle.protocol.dispute_game import DisputeGame
from opcycle.protocol.positions import ROOT, Position

US, LIAR = b"\x01" * 20, b"\x02" * 20
LIE, OTHER_LIE = b"\x66" * 32, b"\x77" * 32
CLAIMED = 8
SAFE = 100


class Truth(dict):
    """The answer to any question but those in `unknown`."""

    def __init__(self, *unknown):
        self.unknown = unknown

    def __contains__(self, question) -> bool:
        return question not in self.unknown

    def __getitem__(self, question) -> bytes:
        if isinstance(question, RootOf):
            return root(question.block)
        return b"\x01" + bytes([question.instant]) * 31


def root(block: int) -> bytes:
    return bytes([block]) * 32


def truth(position: Position) -> bytes:
    """Of the upper tree."""
    return root(1 + position.trace_index(SPLIT))


def actions(seen: DisputeGame, *unknown, safe: int = SAFE):
    return decide(seen, Knowledge(safe, Truth(*unknown)))


def said(seen: DisputeGame) -> list[tuple[int, bool, bytes]]:
    return [(move.claim.index, move.is_attack, move.value) for move in actions(seen)]


LEFT = ROOT.move(is_attack=True)
WRONG = claim(0, None, LIAR, ROOT, value=LIE)
RIGHT = claim(0, None, US, ROOT, value=root(CLAIMED))
OURS = claim(1, 0, US, LEFT, value=truth(LEFT))


def test_wrong_root__attacked_with_what_is_true_halfway() -> None:
    assert said(game(WRONG)) == [(0, True, truth(LEFT))]


def test_right_root__left_alone() -> None:
    assert said(game(RIGHT)) == []


def test_right_root_that_is_attacked__the_attack_is_attacked_or_defended_as_it_is_wrong_or_right() -> None:
    wrong = claim(1, 0, LIAR, LEFT, value=LIE)
    right = replace(wrong, value=truth(LEFT))
    further, nearer = LEFT.move(is_attack=False), LEFT.move(is_attack=True)
    assert said(game(RIGHT, wrong)) == [(1, True, truth(nearer))]
    assert said(game(RIGHT, right)) == [(1, False, truth(further))]


def test_what_was_said__is_not_said_again_whoever_said_it() -> None:
    assert said(game(WRONG, OURS)) == []
    assert said(game(WRONG, replace(OURS, claimant=LIAR))) == []


def test_our_value_at_another_place__does_not_count_as_said() -> None:
    elsewhere = replace(OURS, position=LEFT.move(is_attack=True))
    assert (0, True, truth(LEFT)) in said(game(WRONG, elsewhere))


def test_claims_below_one_that_was_left_alone__are_left_alone() -> None:
    deeper = LEFT.move(is_attack=False)
    ridden = claim(1, 0, LIAR, LEFT, value=truth(LEFT))
    attack = claim(2, 1, LIAR, deeper, value=LIE)
    below = claim(3, 2, LIAR, deeper.move(is_attack=True), value=LIE)
    assert said(game(WRONG, ridden, attack, below))[0][0] == 2, (
        "an honest claim, whoever made it, is defended"
    )
    alone = claim(1, 0, LIAR, LEFT, value=LIE)
    right = claim(2, 1, LIAR, LEFT.move(is_attack=False), value=LIE)
    under = claim(3, 2, LIAR, LEFT.move(is_attack=False).move(is_attack=True), value=LIE)
    assert [index for index, _, _ in said(game(RIGHT, alone, right, under))] == [1]


@pytest.mark.parametrize(
    ("is_attack", "value", "is_countered"),
    [(True, OTHER_LIE, True), (False, OTHER_LIE, False)],
    ids=["where we answer", "right of our answer"],
)
def test_freeloader__countered_unless_it_is_right_of_our_answer(is_attack, value, is_countered: bool) -> None:
    """The lie at LEFT is attacked by us; somebody else answers it wrongly, too."""
    lie = claim(1, 0, LIAR, LEFT, value=LIE)
    position = LEFT.move(is_attack=is_attack)
    freeloader = claim(2, 1, LIAR, position, value=value)
    assert (2 in [index for index, _, _ in said(game(RIGHT, lie, freeloader))]) == is_countered


def test_root_of_an_earlier_block__shown_to_be_and_nothing_is_said() -> None:
    seen = game(replace(RIGHT, value=root(5)))
    assert actions(seen, safe=5) == [ChallengeBlockNumber(5)]


@pytest.mark.parametrize("changes", [{"block_number_challenger": LIAR}, {"resolved": frozenset({0})}])
def test_root_of_an_earlier_block__shown_or_settled_already(changes) -> None:
    assert actions(game(replace(RIGHT, value=root(5)), **changes), safe=5) == []


def test_wrong_root_shown_to_be_of_another_block__takes_no_answers_but_ours_is_defended() -> None:
    assert actions(game(WRONG, block_number_challenger=LIAR)) == []
    attack = claim(2, 1, LIAR, LEFT.move(is_attack=True), value=LIE)
    assert said(game(WRONG, OURS, attack, block_number_challenger=LIAR))[0][0] == 2


def test_block_after_the_safe_one__means_the_safe_one() -> None:
    assert actions(game(WRONG), safe=3) == [Move(WRONG, True, root(3))]


def test_missing_answer__ends_with_the_question_and_keeps_what_comes_before() -> None:
    lie = claim(2, 0, LIAR, LEFT, value=LIE)
    deeper = claim(3, 1, LIAR, LEFT.move(is_attack=False), value=LIE)
    unknown = RootOf(1 + deeper.position.trace_index(SPLIT))
    first = claim(0, None, LIAR, ROOT, value=OTHER_LIE)
    found = actions(game(first, OURS, lie, deeper), unknown)
    assert found[-1] == Ask(unknown)
    assert all(isinstance(action, Move) for action in found[:-1])
    assert actions(game(WRONG), RootOf(CLAIMED)) == [Ask(RootOf(CLAIMED))]


def line(*values: bytes) -> DisputeGame:
    """Attacks only, from a wrong root down; the odd ones are ours and true."""
    claims = [WRONG]
    for index, value in enumerate(values, start=1):
        position = claims[-1].position.move(is_attack=True)
        claims.append(claim(index, index - 1, US if index % 2 else LIAR, position, value=value))
    return game(*claims)


def to_the_bottom() -> DisputeGame:
    """The liar's last claim, at the greatest depth, is about the first state."""
    known, values = Truth(), []
    while len(values) < DEPTH:
        found = decide(line(*values), Knowledge(SAFE, known))
        values.append(found[0].value if found else LIE)
    return line(*values)


def test_lie_at_the_greatest_depth__countered_by_a_step_to_it() -> None:
    seen = to_the_bottom()
    (step,) = actions(seen)
    assert isinstance(step, Step)
    assert (step.claim, step.is_attack, step.instant) == (seen.claims[-1], True, 0)


def test_truth_at_the_greatest_depth__countered_by_a_step_from_it() -> None:
    seen = to_the_bottom()
    (lie,) = actions(seen)
    right = Truth()[StateOf(lie.dispute, 0)]
    seen = replace(seen, claims=[*seen.claims[:-1], replace(seen.claims[-1], value=right)])
    (step,) = actions(seen)
    assert (step.is_attack, step.instant) == (False, 1)


@pytest.mark.parametrize("is_settled", [False, True])
def test_lie_at_the_greatest_depth__countered_or_settled_already(is_settled: bool) -> None:
    seen = to_the_bottom()
    if is_settled:
        assert actions(replace(seen, resolved=frozenset({DEPTH}))) == []
    else:
        last = replace(seen.claims[-1], countered_by=LIAR)
        assert actions(replace(seen, claims=[*seen.claims[:-1], last])) == []
