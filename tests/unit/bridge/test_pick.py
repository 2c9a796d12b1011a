"""Which of several, and the sentence for each wrong question."""

import pytest

from opcycle.bridge.pick import pick
from opcycle.errors import UserError


def picked(found: str, index: int | None) -> str:
    return pick(found, index, maker="transaction 7", what="letter")


@pytest.mark.parametrize(("found", "index", "expected"), [("a", None, "a"), ("a", 0, "a"), ("ab", 1, "b")])
def test_the_one_that_is_meant(found: str, index: int | None, expected: str) -> None:
    assert picked(found, index) == expected


@pytest.mark.parametrize(
    ("found", "index", "sentence"),
    [
        ("", None, "transaction 7 makes no letter; is it the right hash?"),
        ("", 0, "transaction 7 makes no letter; is it the right hash?"),
        ("ab", None, "transaction 7 makes 2 letters; say which one, from 0 on"),
        ("ab", 2, "transaction 7 makes 2 letter(s); number 2, counted from 0, is none of them"),
        ("ab", -1, "transaction 7 makes 2 letter(s); number -1, counted from 0, is none of them"),
    ],
)
def test_none_that_could_be_meant__one_sentence(found: str, index: int | None, sentence: str) -> None:
    with pytest.raises(UserError) as error:
        picked(found, index)
    assert str(error.value) == sentence
