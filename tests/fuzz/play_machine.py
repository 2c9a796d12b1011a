"""Plays under Hypothesis: each rule draws plain arguments and hands them to the play, which writes them down.

A failure ends with the run that led there, made shorter by `plays.shrink`, sooner than by Hypothesis.
"""

from collections.abc import Callable, Mapping, Set
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import rule
from tests.fuzz.plays import BrokenError, Found, Recorded, Terms, shrink, told
from tests.fuzz.tally import CountingMachine


class PlayMachine(CountingMachine):
    """`options`: of the play. Whoever begins one calls `begin_play`."""

    options: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.play: Any = None

    def begin_play(self, play: Recorded) -> None:
        self.play = play
        self.play.done, self.play.refused = self.done, self.refused

    def do(self, name: str, **arguments: Any) -> None:
        try:
            self.play.do(name, **arguments)
        except BrokenError as error:
            raise self._told(error) from None

    def _told(self, error: BrokenError) -> BrokenError:
        """With the story of a shorter play that breaks the same."""
        self.play.end()
        shorter = shrink(Found(error, self.play, len(self.play.run)), **self.options)
        self.play = None
        return shorter.error.with_story(told(shorter.play))

    def teardown(self) -> None:
        """All that is under way ends, whatever has happened to it."""
        if self.play is None:
            return
        try:
            self.play.finish()
        except BrokenError as error:
            raise self._told(error) from None
        self.play.end()


def with_rules(machine: type[PlayMachine], rules: Mapping[str, Terms], seldom: Set[str]) -> None:
    """Give a machine a rule for each of a table, and one for all that happens seldom."""
    for name, terms in rules.items():
        if name not in seldom:
            setattr(machine, name, _rule(name, terms))
    steps = (st.tuples(st.just(name), st.fixed_dictionaries(_drawn(rules[name]))) for name in sorted(seldom))

    def other(self: PlayMachine, step: tuple[str, dict[str, Any]]) -> None:
        name, arguments = step
        self.do(name, **arguments)

    machine.other = rule(step=st.one_of(*steps))(other)  # type: ignore[attr-defined]


def _rule(name: str, terms: Terms) -> Callable[..., None]:
    def act(self: PlayMachine, **arguments: Any) -> None:
        self.do(name, **arguments)

    act.__name__ = act.__qualname__ = name
    return rule(**_drawn(terms))(act)  # type: ignore[no-any-return]


def _drawn(terms: Terms) -> dict[str, st.SearchStrategy[Any]]:
    return {term: st.sampled_from(values) for term, values in terms.items()}
