"""Amounts of ether in tests: exact, or refused in a sentence."""

from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcycle.errors import UserError
from opcycle.testing.amounts import to_wei


@pytest.mark.parametrize(
    ("ether", "wei"),
    [
        (0, 0),
        (1, 10**18),
        ("0.4", 4 * 10**17),
        ("0.000000000000000001", 1),
        ("1e-18", 1),
        (" 2 ", 2 * 10**18),
        (Decimal("0.4"), 4 * 10**17),
        (0.5, 5 * 10**17),
        (1e22, 10**40),
        (2**-18, 10**18 // 2**18),
        ("115792089237316195423570985008687907853269984665640564039457.584007913129639935", 2**256 - 1),
    ],
)
def test_ether_is_exact(ether: Any, wei: int) -> None:
    assert to_wei(ether=ether) == wei


@pytest.mark.parametrize(
    ("ether", "complaint"),
    [
        (0.4, r'ether=0.4 is a float, which holds 0.4000000000000000222.*; write ether="0.4" for the exact'),
        (0.1, "is a float"),
        (2**-19, "is a float"),
        ("0.0000000000000000001", "is finer than a wei; at most 18 decimals"),
        (Decimal("1e-19"), "is finer than a wei"),
        (-1, "is negative"),
        ("-0.5", "is negative"),
        ("1,5", r'is no amount; write it as in ether="0.4"'),
        ("", "is no amount"),
        ("nan", "is no amount"),
        ("inf", "is no amount"),
        (float("nan"), "is no amount"),
        (float("inf"), "is no amount"),
        ("1e999999", "is more than there is"),
        (True, "is no amount; write an int, a string or a Decimal"),
        (b"1", "is no amount; write an int"),
        (Fraction(1, 2), "is no amount; write an int"),
    ],
)
def test_ether_that_is_not_exact_is_refused(ether: Any, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        to_wei(ether=ether)


def test_a_callers_decimal_context_changes_nothing() -> None:
    with localcontext() as context:
        context.prec = 3
        assert to_wei(ether="1.23456789") == 1_234_567_890_000_000_000


@given(st.integers(0, 2**256 - 1))
def test_every_wei_can_be_written_as_ether(wei: int) -> None:
    assert to_wei(ether=f"{wei // 10**18}.{wei % 10**18:018}") == wei


@given(st.floats(0, 1e30))
def test_a_float_is_exact_or_refused(ether: float) -> None:
    exact = Fraction(ether) * 10**18
    if exact.denominator == 1:
        assert to_wei(ether=ether) == exact
    else:
        with pytest.raises(UserError, match="is a float"):
            to_wei(ether=ether)


@pytest.mark.parametrize(("wei", "expected"), [(None, 0), (0, 0), (7, 7), (2**256 - 1, 2**256 - 1)])
def test_wei_is_taken_as_it_is(wei: int | None, expected: int) -> None:
    assert to_wei(wei=wei) == expected


@pytest.mark.parametrize("wei", [-1, 1.0, "1", True])
def test_wei_that_is_no_count_is_refused(wei: Any) -> None:
    with pytest.raises(UserError, match="must be an int of at least 0"):
        to_wei(wei=wei)


def test_an_amount_said_twice_is_refused() -> None:
    with pytest.raises(UserError, match="say the amount once"):
        to_wei(ether=1, wei=1)
