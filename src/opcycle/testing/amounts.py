"""Amounts of ether as people write them, in wei, exactly or not at all."""

from decimal import Context, Decimal, InvalidOperation
from typing import TypeAlias

from opcycle.errors import UserError

Ether: TypeAlias = int | str | Decimal | float
"""`1`, `"0.4"`, `Decimal("0.4")`. A float only if it is exact: 0.5 is, 0.4 is not."""

WEI_PER_ETHER = 10**18

_MOST_DIGITS = 60

_EXACT = Context(prec=1200)  # a float has at most 1,074 decimals


def to_wei(*, ether: Ether | None = None, wei: int | None = None) -> int:
    """Whichever of the two is given, in wei; 0 if none is. Raises UserError for both, or for no amount."""
    if ether is not None and wei is not None:
        raise UserError(f"say the amount once: ether={ether!r} or wei={wei!r}, not both")
    if ether is not None:
        return _ether(ether)
    if wei is None:
        return 0
    if isinstance(wei, bool) or not isinstance(wei, int) or wei < 0:
        raise UserError(f"wei={wei!r} is no amount; it must be an int of at least 0")
    return wei


def _ether(amount: Ether) -> int:
    if isinstance(amount, bool) or not isinstance(amount, int | str | Decimal | float):
        raise UserError(f"ether={amount!r} is no amount; write an int, a string or a Decimal")
    try:
        value = Decimal(amount)
        if value.adjusted() > _MOST_DIGITS:
            raise UserError(f"ether={amount!r} is more than there is")
        wei = _EXACT.multiply(value, WEI_PER_ETHER)
        whole = int(wei)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise UserError(f'ether={amount!r} is no amount; write it as in ether="0.4"') from error
    if whole < 0:
        raise UserError(f"ether={amount!r} is negative; an amount is at least 0")
    if whole == wei:
        return whole
    if isinstance(amount, float):
        raise UserError(
            f'ether={amount!r} is a float, which holds {value:.30f}…; write ether="{amount!r}" for the exact '
            "amount"
        )
    raise UserError(f"ether={amount!r} is finer than a wei; at most 18 decimals")
