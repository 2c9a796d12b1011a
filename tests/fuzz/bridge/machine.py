"""The play under Hypothesis: everybody who can act on the bridge acts, in any order, at any moment.

Each rule draws plain arguments and hands them to `Play`, which writes them down: a failure ends with the run
that led there, made shorter by `hunt.shrink` (sooner than by Hypothesis), as `replay.py` takes it.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from tests.fuzz.bridge.hunt import Found, shrink
from tests.fuzz.bridge.play import Play
from tests.fuzz.bridge.properties import BrokenError
from tests.fuzz.bridge.rules import RULES, SELDOM, Terms
from tests.fuzz.bridge.transcript import told
from tests.fuzz.tally import CountingMachine


def drawn(terms: Terms) -> dict[str, st.SearchStrategy[Any]]:
    return {term: st.sampled_from(values) for term, values in terms.items()}


seldom = st.one_of(
    *(st.tuples(st.just(name), st.fixed_dictionaries(drawn(RULES[name]))) for name in sorted(SELDOM))
)


class BridgeMachine(CountingMachine):
    """`options`: of `Play`."""

    options: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.play: Play | None = None

    @initialize()
    def begin(self) -> None:
        self.play = Play(**self.options)
        self.play.done, self.play.refused = self.done, self.refused

    def do(self, name: str, **arguments: Any) -> None:
        assert self.play is not None
        try:
            self.play.do(name, **arguments)
        except BrokenError as error:
            raise self._told(error) from None

    def _told(self, error: BrokenError) -> BrokenError:
        """With the story of a shorter play that breaks the same."""
        assert self.play is not None
        self.play.end()
        shorter = shrink(Found(error, self.play, len(self.play.run)), **self.options)
        self.play = None
        return shorter.error.with_story(told(shorter.play))

    @rule(step=seldom)
    def other(self, step: tuple[str, dict[str, Any]]) -> None:
        """One rule of Hypothesis for all that happens seldom."""
        name, arguments = step
        self.do(name, **arguments)

    def teardown(self) -> None:
        """All that is under way arrives, whatever has happened to it."""
        if self.play is None:
            return
        try:
            self.play.finish()
        except BrokenError as error:
            raise self._told(error) from None
        self.play.end()


def _rule(name: str, terms: Terms) -> Callable[..., None]:
    def act(self: BridgeMachine, **arguments: Any) -> None:
        self.do(name, **arguments)

    act.__name__ = act.__qualname__ = name
    return rule(**drawn(terms))(act)  # type: ignore[no-any-return]


for _name, _terms in RULES.items():
    if _name not in SELDOM:
        setattr(BridgeMachine, _name, _rule(_name, _terms))
