"""What `opcycle step` shows of a claim about the machine, and what it refuses."""

from dataclasses import replace
from pathlib import Path

import click
import pytest
from tests.unit.challenger.recorded import Recorded
from tests.unit.monitor.games import CHALLENGER, LIAR
from tests.vectors.cannon_steps.steps import END, LOAD, NUMBER

from opcycle.cli.games_at import GamesAt
from opcycle.cli.machine_at import MachineAt
from opcycle.cli.step import claim_of, machine_of, tell
from opcycle.devnet.steps import step_that_settles
from opcycle.errors import UserError
from opcycle.protocol.dispute_game import Claim, Dispute, DisputeGame, GameParameters, GameStatus, dispute_of
from opcycle.protocol.positions import ROOT, Position
from opcycle.rpc.client import RpcClient

SPLIT, DEEPEST = 4, 35
LIE = b"\x03" + b"\x66" * 31
DISPUTE = Dispute(None, (ROOT, bytes(32)), 0, 1, bytes(32))


def claim(index: int, position: Position, value: bytes = LIE) -> Claim:
    parent = None if index == 0 else index - 1
    return Claim(index, parent, CHALLENGER if index % 2 else LIAR, None, 1, value, position, 0, 0)


def game(*instants: int) -> DisputeGame:
    """A root claim, a leaf about the first block, and claims at the greatest depth below it."""
    tops = [claim(0, ROOT), claim(1, Position.at(SPLIT, 0))]
    bottoms = [claim(2 + at, Position.at(DEEPEST, instant)) for at, instant in enumerate(instants)]
    parameters = GameParameters(DEEPEST, SPLIT, 1000, 10, Recorded.absolute_prestate)
    return DisputeGame(
        bytes(20), parameters, GameStatus.IN_PROGRESS, 0, 0, 16, bytes(32), None, tops + bottoms
    )


def test_a_claim_about_a_step_is_shown_beside_what_the_machine_does() -> None:
    found = game(LOAD)
    told, lines = tell(found, claim_of(found, None), Recorded())
    drawn = [click.unstyle(line) for line in lines]
    assert drawn[:2] == [
        "step 501,291 of the machine, thread 0",
        "0xbfbc8  8fa40008  lw $a0, 8($sp)",
    ]
    assert drawn[-1].split() == ["state", "0x0313913b…", "0x03c2b968…", "0x03666666…", "<-"]
    assert (told["step"], told["values"][-1]["claimed"]) == (LOAD, "0x03" + "66" * 31)


def test_a_claim_that_is_right_is_settled_by_the_step_that_goes_on_from_it() -> None:
    found = game(LOAD)
    lie = replace(found.claims[2], position=Position.at(DEEPEST - 1, LOAD >> 1))  # about the same step
    right = Recorded().state(DISPUTE, LOAD - 1)
    last = claim(3, lie.position.move(is_attack=True), right)
    found = replace(found, claims=[*found.claims[:2], lie, last])
    assert found.step_of(last.position) == LOAD - 1
    told, _ = tell(found, claim_of(found, None), Recorded())
    assert told["step"] == LOAD
    assert told["values"][-1]["claimed"] == "0x" + LIE.hex(), "by the claim above"


def test_a_right_claim_may_deny_the_right_one_after_it() -> None:
    found = game(LOAD)
    above = replace(
        found.claims[2],
        position=Position.at(DEEPEST - 1, LOAD >> 1),
        value=Recorded().state(DISPUTE, LOAD),
    )
    last = claim(3, above.position.move(is_attack=True), Recorded().state(DISPUTE, LOAD - 1))
    found = replace(found, claims=[*found.claims[:2], above, last])
    assert step_that_settles(Recorded(), found, last) == (dispute_of(found, last, last.position), LOAD)


def test_of_the_step_after_a_right_claim_nothing_may_be_claimed() -> None:
    found = game(LOAD)
    right = replace(found.claims[2], value=Recorded().state(DISPUTE, LOAD))
    told, lines = tell(replace(found, claims=[*found.claims[:2], right]), right, Recorded())
    assert told["step"] == NUMBER
    assert "claimed" not in list(lines)[2]


def test_the_deepest_claim_is_meant_unless_another_one_is_named() -> None:
    found = game(LOAD, NUMBER)
    assert claim_of(found, None).index == 2
    assert claim_of(found, 3).index == 3


@pytest.mark.parametrize(
    ("index", "why"),
    [
        (3, "there is no claim 3; the game has 3"),
        (1, "claim 1 is an output root, at depth 4; claims about the machine are those below depth 4"),
        (0, "claim 0 is an output root, at depth 0"),
    ],
)
def test_a_claim_that_is_not_there_or_not_about_the_machine_is_refused(index: int, why: str) -> None:
    with pytest.raises(UserError, match=why):
        claim_of(game(LOAD), index)


def test_a_game_that_has_not_come_to_the_machine_yet_has_no_step() -> None:
    with pytest.raises(UserError, match="claim 1 is an output root"):
        claim_of(game(), None)


def test_a_claim_about_what_comes_after_the_programs_end_is_refused() -> None:
    found = game(END + 10)
    with pytest.raises(UserError, match=r"is about step 501,304, but the program ends after 501,294 "):
        tell(found, claim_of(found, None), Recorded())


def test_a_game_about_another_program_is_refused() -> None:
    found = game(LOAD)
    other = replace(found, parameters=replace(found.parameters, absolute_prestate=b"\x03" + b"\x11" * 31))
    with pytest.raises(UserError, match=r"about the program 0x031111\w+, we have 0x030000"):
        tell(other, claim_of(other, None), Recorded())


def test_a_factory_alone_does_not_say_what_the_program_reads() -> None:
    games = GamesAt(RpcClient("http://127.0.0.1:1"), bytes(20))
    with pytest.raises(UserError, match="give --data or --deployment instead"):
        machine_of(games, None, None, MachineAt(None, None, None, Path()))
