"""The claim tree as text."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.monitor.games import CHALLENGER, CREATED, GRIEFER, LIAR, NAMES, GameBuilder

from opcycle.monitor.drawing import LONE, MOST_ROWS, changes, draw
from opcycle.protocol.dispute_game import DisputeGame, GameStatus


def rows_of(game: DisputeGame, *, whole: bool = False) -> list[str]:
    """Without the headline, the titles and the outlook."""
    lines = draw(game, now=CREATED, names=NAMES, whole=whole)
    end = next(at for at, line in enumerate(lines) if line.startswith(("if nobody", "decided")))
    return lines[2:end]


def test_draw__a_short_game() -> None:
    made = GameBuilder(split=2, levels=1)
    made.line(0, 3)
    made.answer(1, GRIEFER, attack=False, bond=5 * 10**17)
    assert draw(made.game, now=CREATED + 400, names=NAMES) == [
        "0x1111111111111111111111111111111111111111: L2 block 4, from block 0 on: 5 claims, "
        "4.5 ETH in bonds, 6 min 40 s old",
        "claim  answers    depth  about            value        by          ETH  how it stands",
        "● 0    -          0      block 4          0x66666666…  liar        1    stands; "
        "the challengers have 10 min",
        "● 1    attacks 0  1      block 2          0x01000000…  challenger  1    countered by 4",
        "├─● 4  defends 1  2      block 3          0x01000000…  0xCcCCcc…   0.5  stands; "
        "the challengers have 10 min",
        "● 2    attacks 1  2      block 1          0x01000000…  liar        1    countered by 3",
        "● 3    attacks 2  3      block 1, step 1  0x01000000…  challenger  1    stands; "
        "the defenders have 10 min",
        "if nobody moves: the defenders win, in 10 min (1970-01-01 03:03:20 UTC)",
        "the challengers have 10 min left to change that",
    ]


def test_draw__a_line_to_the_bottom_is_not_indented() -> None:
    made = GameBuilder(split=30, levels=39)
    made.line(0, 70)
    rows = rows_of(made.game, whole=True)
    assert len(rows) == 71
    assert all(row.startswith("● ") for row in rows)


def test_draw__the_middle_of_a_long_line_is_left_out() -> None:
    made = GameBuilder(split=30, levels=39)
    made.line(0, LONE - 1)
    assert len(rows_of(made.game)) == LONE
    made.line(LONE - 1, 70 - LONE + 1)
    rows = rows_of(made.game)
    assert len(rows) == 11
    assert rows[5] == "⋮ 61 claims, 5 to 65, each answering the one before"
    assert rows[6].startswith("● 66 ")


def test_draw__a_flood_of_answers_is_summarised() -> None:
    made = GameBuilder()
    made.line(0, 2)
    for _ in range(500):
        made.answer(1, GRIEFER, bond=10**16)
    rows = rows_of(made.game)
    assert len(rows) == 12
    assert rows[-2] == "├─ 492 more answers, by 0xCcCCcc…: 4.92 ETH, 492 of them stand"
    assert len(rows_of(made.game, whole=True)) == 503


def test_draw__an_answer_that_counts_is_never_left_out() -> None:
    made = GameBuilder()
    made.answer(0, CHALLENGER)
    for _ in range(60):
        made.answer(made.answer(1, GRIEFER, attack=False), CHALLENGER)
    counts = made.answer(1, LIAR)
    rows = rows_of(made.game)
    assert any(row.startswith("├─ 52 more answers") for row in rows)
    assert any(row.startswith("● 1 ") and row.endswith(f"countered by {counts}") for row in rows)
    assert any(row.startswith(f"├─● {counts} ") for row in rows)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.booleans()), max_size=300))
def test_draw__any_tree_is_shown_once_and_stays_narrow(moves: list[tuple[int, bool]]) -> None:
    made = GameBuilder(split=30, levels=39)
    for pick, attack in moves:
        index = pick % len(made.game.claims)
        if made.game.claims[index].position.depth < made.parameters.max_depth:
            made.answer(index, GRIEFER, attack=attack or index == 0)
    rows = rows_of(made.game, whole=True)
    shown = [int(row.split("● ")[1].split()[0]) for row in rows]
    assert sorted(shown) == list(range(len(made.game.claims)))
    assert max(row.index("●") for row in rows) <= 2 * len(made.game.claims).bit_length()
    assert len(rows_of(made.game)) <= max(MOST_ROWS, 200)


def test_outlook__says_when_it_is_too_late() -> None:
    made = GameBuilder()
    assert draw(made.game, now=CREATED + 999)[-1] == "the challengers have 1 s left to change that"
    assert draw(made.game, now=CREATED + 1000)[-2:] == [
        "if nobody moves: the defenders win, as soon as it is settled",
        "the challengers have no time left to change that",
    ]


def test_outlook__of_a_wrong_block_number() -> None:
    made = GameBuilder()
    lines = draw(replace(made.game, block_number_challenger=CHALLENGER), now=CREATED, names=NAMES)
    assert lines[2].endswith("countered by a proof of its block number, by challenger")
    assert lines[-1] == "no move can change that: the root claim is of another block than 16"


def test_changes__tell_each_thing_once() -> None:
    made = GameBuilder(split=2, levels=1)
    told: list[str] = []
    before: DisputeGame | None = None

    def look() -> None:
        nonlocal before
        told.extend(changes(before, made.game, now=CREATED, names=NAMES))
        before = made.game

    look()
    last = made.line(0, 4)
    look()
    made.counter(last, CHALLENGER)
    look()
    made.settle(last)
    look()
    made.counter(0, CHALLENGER)
    made.settle(3, 2, 1, 0)
    made.decide(GameStatus.CHALLENGER_WINS)
    look()
    look()
    assert told == [
        "0: liar claims 0x66666666… (block 4, depth 0, 1 ETH)",
        "1: challenger attacks claim 0 with 0x01000000… (block 2, depth 1, 1 ETH)",
        "2: liar attacks claim 1 with 0x01000000… (block 1, depth 2, 1 ETH)",
        "3: challenger attacks claim 2 with 0x01000000… (block 1, step 1, depth 3, 1 ETH)",
        "4: liar attacks claim 3 with 0x01000000… (block 1, step 0, depth 4, 1 ETH)",
        "challenger counters claim 4 by a step",
        "claim 4 is settled: lost to a step, by challenger",
        "claim 3 is settled: stood",
        "claim 2 is settled: lost to 3",
        "claim 1 is settled: stood",
        "claim 0 is settled: lost to 1",
        "decided: the challengers win",
    ]


def test_names__of_strangers_are_their_addresses() -> None:
    made = GameBuilder()
    assert "liar" in rows_of(made.game)[0]
    assert "liar" not in draw(made.game, now=CREATED)[2]
    assert LIAR.hex()[:2] in draw(made.game, now=CREATED)[2].lower()
