"""Which of the deposits or withdrawals of one transaction is meant."""

from collections.abc import Sequence
from typing import TypeVar

from opcycle.errors import UserError

T = TypeVar("T")


def pick(found: Sequence[T], index: int | None, *, maker: str, what: str) -> T:
    """The one at `index`, from 0; None will do where there is only one.

    Raises UserError if there is none, or several and no index. `maker` names the transaction, `what` its
    deposits or withdrawals in the singular.
    """
    if not found:
        raise UserError(f"{maker} makes no {what}; is it the right hash?")
    if index is None and len(found) > 1:
        raise UserError(f"{maker} makes {len(found)} {what}s; say which one, from 0 on")
    if not 0 <= (index or 0) < len(found):
        raise UserError(
            f"{maker} makes {len(found)} {what}(s); number {index}, counted from 0, is none of them"
        )
    return found[index or 0]
