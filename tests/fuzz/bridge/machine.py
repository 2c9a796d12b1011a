"""The play under Hypothesis: everybody who can act on the bridge acts, in any order, at any moment."""

from hypothesis.stateful import initialize
from tests.fuzz.bridge.play import Play
from tests.fuzz.bridge.rules import RULES, SELDOM
from tests.fuzz.play_machine import PlayMachine, with_rules


class BridgeMachine(PlayMachine):
    @initialize()
    def begin(self) -> None:
        self.begin_play(Play(**self.options))


with_rules(BridgeMachine, RULES, SELDOM)
