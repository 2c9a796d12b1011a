"""Whether our nodes agree with a claim."""

import pytest
from tests.unit.monitor.games import RIGHT, RIGHT_ROOT, WRONG, WRONG_ROOT, says

from opcycle.monitor.agreement import Agreement, agreement
from opcycle.monitor.snapshot import Answer, Opinion

BEHIND, ERROR, MISSING = Opinion(Answer.BEHIND), Opinion(Answer.ERROR), Opinion(Answer.NO_SUCH_BLOCK)


@pytest.mark.parametrize(
    ("opinions", "expected"),
    [
        ([RIGHT], Agreement(True, RIGHT_ROOT)),
        ([WRONG], Agreement(False, WRONG_ROOT)),
        ([], Agreement(None)),
        ([BEHIND], Agreement(None)),
        ([ERROR, BEHIND], Agreement(None)),
        ([ERROR, RIGHT], Agreement(True, RIGHT_ROOT)),
        ([BEHIND, WRONG], Agreement(False, WRONG_ROOT)),
        ([MISSING], Agreement(False)),
        ([says(is_safe=False)], Agreement(False)),
        ([says(is_safe=False), RIGHT], Agreement(True, RIGHT_ROOT, safety_differs=True)),
        ([RIGHT, RIGHT], Agreement(True, RIGHT_ROOT)),
        ([RIGHT, WRONG], Agreement(False, RIGHT_ROOT, roots_differ=True)),
        ([WRONG, RIGHT], Agreement(False, WRONG_ROOT, roots_differ=True)),
        ([RIGHT, MISSING], Agreement(False, RIGHT_ROOT, availability_differs=True)),
        ([WRONG, says(WRONG_ROOT, is_safe=False)], Agreement(False, WRONG_ROOT)),
    ],
)
def test_agreement(opinions: list[Opinion], expected: Agreement) -> None:
    assert agreement(RIGHT_ROOT, opinions) == expected
