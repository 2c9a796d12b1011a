"""The play under Hypothesis: everybody who could act in dispute games acts, in any order, at any moment."""

from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize
from tests.fuzz.disputes.play import Play
from tests.fuzz.disputes.rules import MIPS64_RULES, RULES, SALTS, SELDOM
from tests.fuzz.disputes.starts import STARTS
from tests.fuzz.play_machine import PlayMachine, with_rules


class DisputeMachine(PlayMachine):
    """`start`: the play's first steps, by their name in STARTS."""

    start: ClassVar[str] = "empty"
    size: ClassVar[str] = "6 levels"

    @initialize(is_lazy=st.booleans(), salt=st.sampled_from(SALTS))
    def begin(self, is_lazy: bool, salt: int) -> None:
        self.begin_play(Play(is_lazy=is_lazy, size=self.size, **self.options))
        for name, arguments in STARTS[self.start](salt):
            self.do(name, **arguments)


with_rules(DisputeMachine, RULES, SELDOM)


class MIPS64Machine(DisputeMachine):
    """About the real machine."""

    size = "mips64"


with_rules(MIPS64Machine, MIPS64_RULES, SELDOM)
