"""The play under Hypothesis: everybody who could act in dispute games acts, in any order, at any moment.

Each rule draws plain arguments and hands them to `Play`, which writes them down: a failure ends with the run
that led there, as `replay.py` takes it.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from tests.fuzz.disputes.play import Play
from tests.fuzz.disputes.properties import BrokenError
from tests.fuzz.disputes.rules import MIPS64_RULES, RULES, SALTS, SELDOM, Terms
from tests.fuzz.disputes.starts import STARTS
from tests.fuzz.disputes.transcript import told
from tests.fuzz.tally import CountingMachine


def drawn(terms: Terms) -> dict[str, st.SearchStrategy[Any]]:
    return {term: st.sampled_from(values) for term, values in terms.items()}


seldom = st.one_of(
    *(st.tuples(st.just(name), st.fixed_dictionaries(drawn(RULES[name]))) for name in sorted(SELDOM))
)


class DisputeMachine(CountingMachine):
    """`start`: the play's first steps, by their name in STARTS."""

    start: ClassVar[str] = "empty"
    size: ClassVar[str] = "6 levels"
    options: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.play: Play | None = None

    @initialize(is_lazy=st.booleans(), salt=st.sampled_from(SALTS))
    def begin(self, is_lazy: bool, salt: int) -> None:
        self.play = Play(is_lazy=is_lazy, size=self.size, **self.options)
        self.play.done, self.play.refused = self.done, self.refused
        for name, arguments in STARTS[self.start](salt):
            self.do(name, **arguments)

    def do(self, name: str, **arguments: Any) -> None:
        assert self.play is not None
        try:
            self.play.do(name, **arguments)
        except BrokenError as error:
            raise self._told(error) from None

    def _told(self, error: BrokenError) -> BrokenError:
        """With the whole story."""
        assert self.play is not None
        return error.with_story(told(self.play))

    @rule(step=seldom)
    def other(self, step: tuple[str, dict[str, Any]]) -> None:
        """One rule of Hypothesis for all that happens seldom."""
        name, arguments = step
        self.do(name, **arguments)

    def teardown(self) -> None:
        """All games end, whatever has happened to them."""
        if self.play is None:
            return
        try:
            if self.play.broke is None:
                self.play.finish()
        except BrokenError as error:
            raise self._told(error) from None
        finally:
            self.play.end()


def _rule(name: str, terms: Terms) -> Callable[..., None]:
    def act(self: DisputeMachine, **arguments: Any) -> None:
        self.do(name, **arguments)

    act.__name__ = act.__qualname__ = name
    return rule(**drawn(terms))(act)  # type: ignore[no-any-return]


for _name, _terms in RULES.items():
    if _name not in SELDOM:
        setattr(DisputeMachine, _name, _rule(_name, _terms))


class MIPS64Machine(DisputeMachine):
    """About the real machine."""

    size = "mips64"


for _name, _terms in MIPS64_RULES.items():
    if _terms is not RULES.get(_name):
        setattr(MIPS64Machine, _name, _rule(_name, _terms))
