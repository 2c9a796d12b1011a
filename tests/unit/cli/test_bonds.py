"""`opcycle bonds`."""

import json

import pytest
from click.testing import CliRunner

from opcycle.cli import cli
from opcycle.errors import UserError
from opcycle.protocol.bonds import BondCurve


def bonds(*arguments: str) -> str:
    return CliRunner().invoke(cli, ["bonds", *arguments], catch_exceptions=False).stdout


def test_defaults__are_those_of_op_mainnet() -> None:
    text = bonds()
    assert "73 levels, the first 30 of them about output roots; clocks 3 d 12 h, extension 3 h" in text
    assert "attacker stakes and loses  329.96 ETH" in text
    assert "the longest game                               17 d 2 h" in text


def test_json__has_every_depth_and_exact_amounts() -> None:
    found = json.loads(bonds("--json", "--depth", "10", "--split", "4", "--init-bond", "1.5"))
    curve = BondCurve(10)
    assert [int(bond) for bond in found["bonds"]] == [
        15 * 10**17,
        *(curve.required(depth) for depth in range(1, 11)),
    ]
    assert found["terms"]["split_depth"] == 4


def test_table__shows_the_ends_or_every_depth() -> None:
    assert len(bonds("--all").splitlines()) - len(bonds().splitlines()) == 74 - 14


def test_games_and_copies__multiply_the_capital() -> None:
    def capital(*arguments: str) -> int:
        return int(json.loads(bonds("--json", *arguments))["duels"]["rightRoot"]["honestCapital"])

    assert capital("--games", "7") == 7 * capital()
    assert capital("--copies", "2") == 2 * capital() - int(0.08 * 10**18)


def test_formula__follows_what_is_given() -> None:
    given = json.loads(
        bonds("--json", "--assumed-base-fee", "1", "--low-gas", "1000", "--high-gas", "1000000")
    )
    assert int(given["bonds"][73]) == BondCurve(73, 10**9, 1000, 1_000_000).required(73)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--depth", "10", "--split", "9"), "must be less than --depth 10 by two"),
        (("--clock", "1h"), "cannot hold an extension of 1 d 3 h"),
        (("--low-gas", "10", "--high-gas", "9"), "--high-gas must not be less"),
        (("--clock", "3.5d"), "is no duration"),
    ],
)
def test_nonsense__is_refused(arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        bonds(*arguments)
